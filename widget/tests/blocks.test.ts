import { describe, expect, it } from "vitest";
import { blocksOf, inlineOf, safeHref, shortAddress } from "../src/blocks.js";

const plain = (text: string) => [{ text }];

describe("blocks of an answer", () => {
  it("finds title, labels and lists", () => {
    const text = "Đăng ký khai sinh\nGiấy tờ chính:\n• Tờ khai.\n• Giấy chứng sinh.\nThời gian: Ngay trong ngày.\nHết.";
    expect(blocksOf(text, { outcome: "answer" })).toEqual([
      { kind: "title", text: "Đăng ký khai sinh" },
      { kind: "line", label: null, inline: plain("Giấy tờ chính:") },
      { kind: "list", ordered: false, items: [plain("Tờ khai."), plain("Giấy chứng sinh.")] },
      { kind: "line", label: "Thời gian", inline: plain("Ngay trong ngày.") },
      { kind: "line", label: null, inline: plain("Hết.") },
    ]);
  });

  it("makes a table of fees and keeps every word of them", () => {
    const text = [
      "Đổi thẻ – lệ phí",
      "• Lệ phí cấp đổi: 25.000 đ/thẻ, áp dụng đến hết 31/12/2026 [64/2025/TT-BTC]. Giảm 50%.",
      "• Lệ phí hộ tịch: không thu [85/2019/TT-BTC].",
      "• Phí bản sao: 8.000 đ/bản (khi xin thêm bản sao) [281/2016/TT-BTC].",
    ].join("\n");
    const table = blocksOf(text, { outcome: "answer", aspect: "fee" })[1];
    expect(table).toEqual({
      kind: "table",
      rows: [
        {
          name: "Lệ phí cấp đổi",
          value: "25.000 đ/thẻ",
          note: plain("Áp dụng đến hết 31/12/2026 [64/2025/TT-BTC]. Giảm 50%."),
        },
        { name: "Lệ phí hộ tịch", value: "Không thu", note: plain("[85/2019/TT-BTC].") },
        { name: "Phí bản sao", value: "8.000 đ/bản", note: plain("(khi xin thêm bản sao) [281/2016/TT-BTC].") },
      ],
    });
  });

  it("leaves a list that is no table of fees a list", () => {
    const text = "A\n• Lệ phí: 5.000 đ.\n• Không có dấu hai chấm.";
    expect(blocksOf(text, { outcome: "answer", aspect: "fee" })[1]?.kind).toBe("list");
    expect(blocksOf("A\n• Lệ phí: 5.000 đ.\nB", { outcome: "answer", aspect: "documents" })[1]?.kind).toBe("list");
  });

  it("drops numbered lines that buttons repeat, and only those", () => {
    const text = "Thủ tục nào?\n1. Khai sinh\n2. Kết hôn";
    expect(blocksOf(text, { titles: ["Khai sinh", "Kết hôn"] })).toHaveLength(1);
    expect(blocksOf(text, { titles: [] })[1]).toMatchObject({ kind: "list", ordered: true });
  });

  it("takes other messages as they are", () => {
    expect(blocksOf("Xin chào: bạn\nDòng hai\nDòng ba", { outcome: "smalltalk" }).map(({ kind }) => kind)).toEqual([
      "line", "line", "line",
    ]);
  });

  it("loses nothing of what was said", () => {
    const text = "Tên\n• a: b\n1. c\n– d\nhttps://x.vn/ e";
    const words = JSON.stringify(blocksOf(text, { outcome: "answer" }));
    for (const word of ["Tên", "a: b", "c", "d", "https://x.vn/", "e"]) expect(words).toContain(word);
  });
});

describe("links", () => {
  it("marks addresses without the punctuation behind them", () => {
    expect(inlineOf("Xem https://dichvucong.gov.vn/a, nhé")).toEqual([
      { text: "Xem " },
      { href: "https://dichvucong.gov.vn/a", text: "dichvucong.gov.vn/a" },
      { text: ", nhé" },
    ]);
  });

  it.each([
    "javascript:alert(1)", "http://x.vn", "data:text/html,x", "https://dichvucong.gov.vn@evil.example/", "https://", "",
  ])("follows no %s", (address) => expect(safeHref(address)).toBeNull());

  it("always shows the true host", () => {
    expect(shortAddress("https://evil.example/dichvucong.gov.vn/a-very-long-path-indeed")).toMatch(/^evil\.example\//);
    expect(inlineOf("https://dịchvụcông.example/").at(0)).toMatchObject({ text: expect.stringMatching(/^xn--/) });
  });

  it("drops marks that turn the direction of text", () => {
    expect(blocksOf("a\u202Egnp.exe\u2066b")).toEqual([{ kind: "line", label: null, inline: plain("agnp.exeb") }]);
  });
});
