import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { spoken } from "../src/announcer.js";
import { contrast, parseRgb } from "../src/contrast.js";
import type { Row } from "../src/protocol.js";
import { stringsFor } from "../src/strings.js";

const vi = stringsFor("vi-VN");
const en = stringsFor("en-GB");
const row = (text: string, buttons = 0): Row => ({
  seq: 1, from: "bot", at: "", text, buttons: Array.from({ length: buttons }, (_, id) => ({ id: `${id}`, title: "x" })),
});

describe("what is spoken", () => {
  it("is the text with its sender, the choices counted, addresses left out", () => {
    expect(spoken([row("Chọn nhé https://x.vn/abc", 3)], vi)).toBe("Trợ lý tự động: Chọn nhé  Có 3 lựa chọn.");
  });
  it("is cut, and a batch is only counted", () => {
    expect(spoken([row("a".repeat(900))], vi).length).toBeLessThan(530);
    expect(spoken([row("a"), row("b"), row("c")], en)).toBe("3 new messages.");
  });
});

describe("words", () => {
  it("are complete in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort());
    for (const [key, value] of Object.entries(vi)) expect(typeof en[key as keyof typeof en]).toBe(typeof value);
  });
  it("are Vietnamese unless English is asked for", () => expect(stringsFor("fr")).toBe(vi));
});

describe("contrast", () => {
  it("is that of WCAG", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
    expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 1);
    expect(parseRgb("rgb(11, 85, 105)")).toEqual([11, 85, 105]);
    expect(parseRgb("color(srgb 0 0 0)")).toBeNull();
  });
});

describe("source", () => {
  it.each(readdirSync("src"))("%s makes no markup of text and writes nothing to disk", (name) => {
    const source = readFileSync(`src/${name}`, "utf8");
    expect(source).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|document\.write|\beval\(|new Function|localStorage|\sstyle=/,
    );
  });
});
