// Every state, on a phone, a tablet and a desk: no barrier that axe can find, nothing cut off.
import { expect, test } from "./fixtures.js";

test("closed, open, and the questions to begin with", async ({ chat }) => {
  await chat.page.goto(chat.url);
  await chat.check("closed");
  await chat.launcher.click();
  await expect(chat.page.getByRole("group", { name: "Câu hỏi gợi ý" }).getByRole("button")).toHaveCount(4);
  await chat.check("open");
  await chat.page.getByRole("button", { name: /khai sinh cần giấy tờ/ }).click();
  await expect(chat.log.getByText("Giấy chứng sinh.")).toBeVisible();
  await chat.check("list");
});

test("fees, buttons, a button that was chosen", async ({ chat }) => {
  await chat.open();
  await chat.ask("lệ phí khai sinh", "8.000 đ/bản");
  await expect(chat.log.getByRole("table")).toBeVisible();
  await chat.check("fees");
  await chat.ask("cho tôi chọn", "Anh/chị hỏi thủ tục nào?");
  await chat.check("choices");
  await chat.page.getByRole("button", { name: "2. Cấp đổi sổ đỏ" }).click();
  await expect(chat.log.getByText("Anh/chị đã chọn xong.")).toBeVisible();
  await expect(chat.page.getByRole("button", { name: "✓ đã chọn" })).toBeDisabled();
  await chat.check("chosen");
});

test("waiting for an answer, and the answer", async ({ chat }) => {
  await chat.open();
  await chat.say("câu chậm");
  await expect(chat.page.getByText("Trợ lý đang trả lời")).toBeAttached();
  await chat.check("typing");
  await expect(chat.log.getByText("Nghe: câu chậm")).toBeVisible();
});

test("rating, and what was wrong", async ({ chat }) => {
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  await chat.page.getByRole("button", { name: "Chưa đúng" }).click();
  await expect(chat.page.getByLabel("Chỗ nào chưa đúng? (không bắt buộc)")).toBeFocused();
  await chat.check("rating");
  await chat.page.keyboard.type("Sai số điện thoại 0912345678");
  await chat.page.getByRole("button", { name: "Gửi góp ý" }).click();
  await expect(chat.page.getByText("Cảm ơn anh/chị. Cán bộ sẽ xem lại câu trả lời này.")).toBeVisible();
  await expect(chat.page.getByRole("button", { name: "Chưa đúng" })).toHaveAttribute("aria-pressed", "true");
  await chat.check("rated");
});

test("menu, text size, the question before erasing, erased", async ({ chat }) => {
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  await chat.page.getByRole("button", { name: "Thêm lựa chọn" }).click();
  await chat.check("menu");
  for (let step = 0; step < 3; step++) await chat.page.getByRole("button", { name: "Chữ to hơn" }).click();
  await chat.page.keyboard.press("Escape");
  await chat.check("large");
  await chat.menu("Xoá hội thoại");
  await chat.check("confirm");
  await chat.page.getByRole("button", { name: "Xoá", exact: true }).click();
  await expect(chat.log.getByText("Đã xoá hội thoại.")).toBeVisible();
  await expect(chat.log.getByText("xin chào", { exact: true })).toHaveCount(0);
  await chat.check("erased");
});

test("offline, and a message that could not be sent", async ({ chat, context }) => {
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  await context.setOffline(true);
  await chat.say("khi mất mạng");
  await expect(chat.page.getByText("Chưa gửi được.")).toBeVisible();
  await expect(chat.page.getByText("Mất mạng. Tin nhắn sẽ được gửi khi có mạng lại.")).toBeVisible();
  await chat.check("offline");
  await context.setOffline(false);
  await expect(chat.log.getByText("Nghe: khi mất mạng")).toBeVisible();
  expect((await chat.bubbles()).filter((text) => text === "khi mất mạng")).toHaveLength(1);
});

test("too long, with the counter", async ({ chat }) => {
  await chat.open();
  await chat.input.fill("a".repeat(1900));
  await expect(chat.page.getByText("1.900/2.000 ký tự")).toBeVisible();
  await chat.input.fill("a".repeat(2001));
  await expect(chat.input).toHaveAttribute("aria-invalid", "true");
  await expect(chat.page.getByRole("alert").getByText("dài quá 2.000 ký tự")).toBeVisible();
  await chat.check("too-long");
  await chat.input.press("Enter");
  await expect(chat.input).toHaveValue("a".repeat(2001));
});

test("waiting for an officer, an officer, and the ways on", async ({ chat, request }) => {
  await request.post(`${chat.url}/test/ways/true`);
  await chat.open();
  await chat.ask("cán bộ thật", "Tôi là cán bộ tiếp nhận.");
  await expect(chat.log.locator(".officer b")).toHaveText("Cán bộ");
  for (const [mode, text] of [
    ["WAITING", "Đang chờ cán bộ, anh/chị ở vị trí 3, khoảng 10 phút."],
    ["HUMAN", "Anh/chị đang trò chuyện với cán bộ (Cán bộ hộ tịch)."],
  ] as const) {
    await request.post(`${chat.url}/test/state/${mode}`);
    await chat.page.reload();
    if (await chat.launcher.isVisible()) await chat.launcher.click();
    await expect(chat.page.getByText(text)).toBeVisible();
    await chat.check(mode.toLowerCase());
  }
  await chat.page.getByRole("button", { name: "Thêm lựa chọn" }).click();
  await chat.page.getByRole("button", { name: "Tiếp tục trên Zalo" }).click();
  const link = chat.page.getByRole("link", { name: "Tiếp tục trên Zalo" });
  await expect(link).toBeFocused();
  await expect(link).toHaveAttribute("href", "https://zalo.example/ABCD2345");
  await expect(chat.page.getByText("CHUYEN ABCD2345")).toBeVisible();
  await expect(chat.page.getByRole("img", { name: "QR" })).toBeVisible();
  await chat.check("ways-on");
  await chat.page.keyboard.press("Escape");
  await expect(link).toHaveCount(0);
  await request.post(`${chat.url}/test/ways/false`);
});

for (const scheme of ["dark", "contrast"] as const) {
  test(`theme ${scheme}`, async ({ chat }) => {
    await chat.page.emulateMedia({ colorScheme: "dark", contrast: scheme === "contrast" ? "more" : null });
    await chat.open();
    await chat.ask("lệ phí khai sinh", "8.000 đ/bản");
    await chat.ask("cho tôi chọn", "Anh/chị hỏi thủ tục nào?");
    await chat.check(scheme);
    await chat.page.getByRole("button", { name: "Thêm lựa chọn" }).click();
    await chat.check(`${scheme}-menu`);
  });
}

test("forced colours and reduced motion", async ({ chat }) => {
  await chat.page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
  await chat.open();
  await chat.say("câu chậm");
  await expect(chat.page.getByText("Trợ lý đang trả lời")).toBeAttached();
  await chat.check("forced");
  const moving = await chat.page.evaluate(() => document.querySelector("motcua-chat")?.shadowRoot?.getAnimations().length);
  expect(moving).toBe(0);
});

test("English", async ({ chat }) => {
  await chat.page.goto(chat.url);
  await chat.page.evaluate(() => document.querySelector("motcua-chat")?.setAttribute("lang", "en"));
  await chat.launcher.click();
  await chat.ask("xin chào", "Nghe: xin chào");
  await expect(chat.page.getByRole("button", { name: "Not correct" })).toBeVisible();
  await chat.check("english");
});

test("on a procedure, and the chat as a page", async ({ chat }) => {
  await chat.open("/thu-tuc/1.001193");
  await expect(chat.log.getByText("Anh/chị đang xem thủ tục “Đăng ký khai sinh”")).toBeVisible();
  await chat.check("procedure");
  await chat.open("/chat");
  await expect(chat.page.getByRole("heading", { level: 1 })).toHaveText("Trợ lý dịch vụ công");
  await chat.ask("lệ phí khai sinh", "8.000 đ/bản");
  await expect(chat.page.getByRole("link", { name: "Quyền riêng tư" })).toBeInViewport({ ratio: 1 });
  await chat.check("page");
});

for (const path of ["/thu-tuc", "/dia-diem", "/quyen-rieng-tu"]) {
  test(`site ${path}`, async ({ chat }) => {
    await chat.page.goto(chat.url + path);
    await expect(chat.launcher).toBeVisible();
    await chat.check(`site${path.replace("/", "-")}`);
  });
}
