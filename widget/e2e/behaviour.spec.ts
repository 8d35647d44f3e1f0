// Keyboard, focus, what is spoken, small screens, and the interface for pages.
import { expect, test } from "./fixtures.js";

test("a whole dialogue without a mouse, and focus that comes back", async ({ chat }) => {
  const { page } = chat;
  await page.goto(chat.url);
  await chat.launcher.focus();
  await page.keyboard.press("Enter");
  await expect(chat.input).toBeFocused();
  await page.keyboard.type("cho tôi chọn");
  await page.keyboard.press("Enter");
  await expect(chat.log.getByText("Anh/chị hỏi thủ tục nào?")).toBeVisible();
  await expect(chat.input).toBeFocused();
  const second = page.getByRole("button", { name: "2. Cấp đổi sổ đỏ" });
  for (let step = 0; step < 12 && !(await second.evaluate((one) => one.matches(":focus"))); step++) {
    await page.keyboard.press("Shift+Tab");
  }
  await expect(second).toBeFocused();
  await page.keyboard.press("Space");
  await expect(chat.log.getByText("Anh/chị đã chọn xong.")).toBeVisible();
  await expect(chat.input).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(chat.launcher).toBeFocused();
  await expect(chat.launcher).toHaveAttribute("aria-expanded", "false");
});

test("Escape closes the innermost thing first", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  const more = page.getByRole("button", { name: "Thêm lựa chọn" });
  await more.click();
  await page.getByRole("button", { name: "Chữ to hơn" }).focus();
  await page.keyboard.press("Escape");
  await expect(more).toBeFocused();
  await chat.menu("Xoá hội thoại");
  await expect(page.getByRole("button", { name: "Giữ lại" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await page.getByRole("button", { name: "Chưa đúng" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Chưa đúng" })).toBeFocused();
  await expect(chat.log).toBeVisible();
});

test("on a desk Tab leads out into the page; on a phone the page rests", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  const inPage = (): Promise<boolean> => page.evaluate(() => document.activeElement?.tagName !== "MOTCUA-CHAT");
  for (let step = 0; step < 12 && !(await inPage()); step++) await page.keyboard.press("Tab");
  expect(await inPage()).toBe(true);
  await page.setViewportSize({ width: 360, height: 640 });
  await chat.input.focus();
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => ["A", "INPUT"].includes(document.activeElement?.tagName ?? ""))).toBe(false);
  }
});

test("Enter sends, except while a Vietnamese keyboard composes", async ({ chat }) => {
  await chat.open();
  await chat.input.fill("khai sinh");
  await chat.input.dispatchEvent("keydown", { key: "Enter", isComposing: true });
  await chat.input.dispatchEvent("keydown", { key: "Enter", keyCode: 229 });
  await chat.input.press("Shift+Enter");
  await expect(chat.input).toHaveValue("khai sinh\n");
  await chat.input.press("Enter");
  await expect(chat.input).toHaveValue("");
});

test("only new messages of others are spoken, the same twice is spoken twice, history never", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  const record = (): Promise<void> =>
    page.evaluate(() => {
      const spoken: string[] = ((window as unknown as { spoken: string[] }).spoken = []);
      const root = document.querySelector("motcua-chat")?.shadowRoot as ShadowRoot;
      for (const region of root.querySelectorAll("[aria-live=polite]")) {
        new MutationObserver(() => region.textContent && spoken.push(region.textContent)).observe(region, {
          childList: true, characterData: true, subtree: true,
        });
      }
    });
  const spoken = (): Promise<string[]> => page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
  await record();
  await chat.ask("xin chào", "Nghe: xin chào");
  await expect.poll(spoken).toEqual(["Trợ lý tự động: Nghe: xin chào"]);
  await chat.say("xin chào");
  await expect.poll(spoken).toHaveLength(2);
  await chat.ask("cho tôi chọn", "Anh/chị hỏi thủ tục nào?");
  await expect.poll(async () => (await spoken())[2]).toMatch(/Có 3 lựa chọn\.$/);
  await page.reload();
  await record();
  await expect(chat.log.getByText("Nghe: xin chào").first()).toBeVisible();
  await page.waitForTimeout(900);
  expect(await spoken()).toEqual([]);
  await expect(chat.log).toHaveAttribute("aria-live", "off");
});

test("a long answer is read from its beginning; below waits a way to the end", async ({ chat }) => {
  await chat.open();
  await chat.ask("câu trả lời dài", "Dòng 0 của câu trả lời dài.");
  await expect(chat.log.getByText("Dòng 0 của", { exact: false })).toBeInViewport();
  await chat.page.getByRole("button", { name: "Xuống cuối" }).click();
  await expect(chat.log.getByText("Dòng 59 của", { exact: false })).toBeInViewport();
});

test("a reader in the middle is not moved, and is told", async ({ chat }) => {
  await chat.open();
  await chat.ask("câu trả lời dài", "Dòng 0 của câu trả lời dài.");
  await chat.say("câu chậm");
  await chat.log.evaluate((log) => (log.scrollTop = 0));
  await expect(chat.page.getByRole("button", { name: "1 tin nhắn mới" })).toBeVisible();
  expect(await chat.log.evaluate((log) => log.scrollTop)).toBeLessThan(100);
});

test("zoom 400 %, text spacing, no sideways scrolling", async ({ chat }) => {
  await chat.page.setViewportSize({ width: 320, height: 256 });
  await chat.open();
  await chat.ask("lệ phí khai sinh", "8.000 đ/bản");
  await chat.check("zoom");
  await chat.input.scrollIntoViewIfNeeded();
  await expect(chat.input).toBeInViewport();
  await chat.page.setViewportSize({ width: 360, height: 640 });
  await chat.page.evaluate(() => {
    // As reading helpers of browsers do: on everything, into open shadow roots by inheritance.
    const { style } = document.documentElement;
    for (const [name, value] of [["letter-spacing", ".12em"], ["word-spacing", ".16em"], ["line-height", "1.5"]] as const) {
      style.setProperty(name, value, "important");
    }
  });
  await chat.check("spacing");
});

test("the page can drive it and hears of everything but words", async ({ chat }) => {
  const { page } = chat;
  await page.goto(chat.url);
  await page.evaluate(() => {
    const heard: unknown[] = ((window as unknown as { heard: unknown[] }).heard = []);
    for (const name of ["open", "close", "sent", "message", "rated", "erased", "unread"]) {
      document.addEventListener(`motcua-${name}`, (event) => heard.push([name, (event as CustomEvent).detail]));
    }
    const chat = document.querySelector("motcua-chat");
    chat?.show();
    chat?.send("xin chào");
  });
  await expect(chat.log.getByText("Nghe: xin chào")).toBeVisible();
  await page.getByRole("button", { name: "Đúng", exact: true }).click();
  await expect(page.getByText("Cảm ơn anh/chị đã đánh giá.")).toBeVisible();
  await page.evaluate(() => document.querySelector("motcua-chat")?.hide());
  await page.evaluate(() => document.querySelector("motcua-chat")?.erase());
  const heard = await page.evaluate(() => (window as unknown as { heard: [string, object][] }).heard);
  expect(heard.map(([name]) => name)).toEqual(["open", "sent", "message", "rated", "close", "erased"]);
  expect(JSON.stringify(heard)).not.toContain("xin chào");
});

test("attributes: title without a tip, greeting, position, theme, open", async ({ chat }) => {
  const { page } = chat;
  await page.goto(chat.url);
  await page.evaluate(() => {
    const element = document.querySelector("motcua-chat") as HTMLElement;
    for (const [name, value] of Object.entries({ title: "Trợ lý Hạ Long", greeting: "Chào bà con.", position: "left", theme: "dark" })) {
      element.setAttribute(name, value);
    }
    element.setAttribute("open", "");
  });
  await expect(page.getByRole("dialog", { name: "Trợ lý Hạ Long" })).toBeVisible();
  await expect(chat.log.getByText("Chào bà con.")).toBeVisible();
  await expect(chat.input).not.toBeFocused();
  expect(await page.evaluate(() => document.querySelector("motcua-chat")?.hasAttribute("title"))).toBe(false);
  const box = await page.getByRole("dialog").boundingBox();
  expect(box?.x).toBeLessThan(40);
  await chat.check("attributes");
});

test("unread messages are counted on the button and in its name", async ({ chat }) => {
  await chat.open();
  await chat.say("câu chậm");
  await chat.page.keyboard.press("Escape");
  await expect(chat.page.getByRole("button", { name: "Trò chuyện với Trợ lý dịch vụ công, 1 tin nhắn mới" })).toBeVisible();
  await chat.check("unread");
  await chat.launcher.click();
  await chat.page.keyboard.press("Escape");
  await expect(chat.page.getByRole("button", { name: "Trò chuyện với Trợ lý dịch vụ công", exact: true })).toBeVisible();
});

test("saving gives a file, printing shows the thread, copying copies", async ({ chat, context }) => {
  const { page } = chat;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.addInitScript(() => {
    window.print = () => ((top as unknown as { printed: string }).printed = document.body.innerText);
  });
  await chat.open();
  await chat.ask("lệ phí khai sinh", "8.000 đ/bản");
  const waiting = page.waitForEvent("download");
  await chat.menu("Lưu hội thoại");
  const file = await waiting;
  expect(file.suggestedFilename()).toBe("hoi-thoai-mot-cua.txt");
  await chat.menu("In hội thoại");
  await expect.poll(() => page.evaluate(() => (window as unknown as { printed?: string }).printed)).toContain("8.000 đ/bản");
  await page.getByRole("button", { name: "Sao chép" }).click();
  await expect(page.getByRole("button", { name: "Đã sao chép" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("Lệ phí hộ tịch: không thu");
});

test("a rating stays after a reload and can be taken back", async ({ chat }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  const right = page.getByRole("button", { name: "Đúng", exact: true });
  await right.click();
  await expect(right).toHaveAttribute("aria-pressed", "true");
  await page.reload();
  await expect(right).toHaveAttribute("aria-pressed", "true");
  await right.click();
  await expect(right).toHaveAttribute("aria-pressed", "false");
});

test("asking for a person is one press, always in the same place", async ({ chat }) => {
  await chat.open();
  await chat.page.getByRole("button", { name: "Gặp cán bộ" }).click();
  await expect(chat.log.getByText("Nghe: gặp cán bộ")).toBeVisible();
  await expect(chat.page.getByRole("button", { name: "Gặp cán bộ" })).toBeVisible();
});

test("with an officer: typing is seen, a file goes, a refusal is read, and the end is one press", async ({ chat, request }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("cán bộ thật", "Tôi là cán bộ tiếp nhận.");
  await request.post(`${chat.url}/test/state/HUMAN`);
  await page.reload();
  await expect(page.getByText("(Cán bộ hộ tịch)")).toBeVisible();
  const told = page.waitForRequest(/\/api\/web\/typing$/);
  await chat.input.press("a");
  expect((await told).method()).toBe("POST");
  await request.post(`${chat.url}/test/typing`);
  await expect(page.getByText("Cán bộ đang nhập")).toBeAttached();
  const chooser = async (name: string): Promise<void> => {
    const waiting = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Gửi tệp" }).click();
    await (await waiting).setFiles({ name, mimeType: "image/png", buffer: Buffer.from("x") });
  };
  await chooser("don.png");
  await expect.poll(async () => (await request.get(`${chat.url}/test/files`)).json()).toContain("don.png");
  await chooser("cccd.png");
  await expect(page.getByText("Anh/chị đừng gửi ảnh giấy tờ tuỳ thân qua đây.")).toBeVisible();
  await page.getByRole("button", { name: "Kết thúc" }).click();
  await expect(chat.log.getByText("kết thúc", { exact: true })).toBeVisible();
});

test("a closed chat that waits for an officer goes on listening after a reload", async ({ chat, request }) => {
  const { page } = chat;
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  await request.post(`${chat.url}/test/state/WAITING`);
  await page.keyboard.press("Escape");
  const streams: string[] = [];
  page.on("request", (one) => one.url().includes("/events") && streams.push(one.url()));
  await page.reload();
  await expect.poll(() => streams.length).toBe(1);
  await chat.launcher.click();
  await expect(page.getByText("Đang chờ cán bộ")).toBeVisible();
  await page.getByRole("button", { name: "Thôi chờ" }).click();
  await expect(chat.log.getByText("huỷ", { exact: true })).toBeVisible();
});

test("the rating after an officer reads as it was written", async ({ chat }) => {
  await chat.open();
  await chat.ask("đánh giá", "Anh/chị có hài lòng không");
  await chat.page.getByRole("button", { name: "5 – Rất hài lòng", exact: true }).click();
  await expect(chat.page.getByRole("button", { name: "✓ đã chọn" })).toBeDisabled();
});
