// Hostile texts, foreign pages, strict policies.
import { expect, test } from "./fixtures.js";

const LONG = "x".repeat(2000);

test("what looks like markup is text, from either side", async ({ chat }) => {
  const { page } = chat;
  await page.goto(chat.url);
  const title = await page.title();
  await chat.open();
  const typed = `<img src=x onerror="document.title='hacked'"> \u202etxet`;
  await chat.say(typed);
  await expect(chat.log.getByText(/Nghe: <img/)).toBeVisible();
  await chat.ask("mã độc", /javascript:document/);
  await expect(chat.log.locator("img, script, b:not(.who b)")).toHaveCount(0);
  const links = await chat.log.getByRole("link").evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
  for (const link of links) expect(link).toMatch(/^https:\/\/dichvucong\.gov\.vn\//);
  expect(await page.title()).toBe(title);
  expect((await chat.bubbles()).join("")).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  await chat.check("hostile");
  await page.reload();
  await expect(chat.log.getByText(/Nghe: <img/)).toBeVisible();
  expect(await page.title()).toBe(title);
});

for (const width of [360, 768, 1440]) {
  test(`2,000 characters without a space on ${width} pixels`, async ({ chat }) => {
    await chat.page.setViewportSize({ width, height: 700 });
    await chat.open();
    await chat.ask(LONG, `Nghe: ${LONG}`);
    await chat.check("long-word");
  });
}

test("another site embeds it with one tag, under a policy without unsafe-inline", async ({ page, server, request }) => {
  const violations: string[] = [];
  page.on("console", (message) => message.text().includes("Content Security Policy") && violations.push(message.text()));
  const foreign: string[] = [];
  page.on("request", (asked) => {
    if (![server.url, server.host].includes(new URL(asked.url()).origin) && !asked.url().startsWith("blob:")) foreign.push(asked.url());
  });
  await page.goto(server.host);
  await page.getByRole("button", { name: /^Trò chuyện với/ }).click();
  await expect(page.getByText("Anh/chị đang xem thủ tục “Đăng ký khai sinh”")).toBeVisible();
  await page.getByRole("button", { name: "Lệ phí", exact: true }).click();
  await expect(page.getByRole("log").getByRole("table")).toBeVisible();
  // The styles work without a word in the policy.
  await expect(page.getByRole("dialog")).toHaveCSS("position", "fixed");
  await page.getByRole("button", { name: "Nút của trang" }).click();
  expect(violations).toEqual([]);
  expect(await (await request.get(`${server.host}/reports`)).json()).toEqual([]);
  expect(foreign).toEqual([]);
});

test("a site on no list gets no chat and a note for its makers", async ({ page, server }) => {
  const notes: string[] = [];
  page.on("console", (message) => notes.push(message.text()));
  // The same pages under another name: another origin, on no list.
  await page.goto(server.host.replace("localhost", "127.0.0.1"));
  await page.getByRole("button", { name: /^Trò chuyện với/ }).click();
  await expect(page.getByRole("button", { name: /^Trò chuyện với/ })).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(notes.join()).toContain("MOTCUA_ORIGINS");
});

test("the chat in a frame of a listed site", async ({ page, server }) => {
  await page.goto(`${server.host}/frame`);
  const frame = page.frameLocator("iframe");
  await frame.getByLabel("Câu hỏi của anh/chị").fill("xin chào");
  await frame.getByLabel("Câu hỏi của anh/chị").press("Enter");
  await expect(frame.getByText("Nghe: xin chào")).toBeVisible();
});

test("colours that cannot be read are not used", async ({ chat }) => {
  await chat.page.goto(chat.url);
  const read = (): Promise<string> =>
    chat.launcher.evaluate((one) => getComputedStyle(one).backgroundColor);
  await chat.page.evaluate(() => {
    const old = document.querySelector("motcua-chat") as HTMLElement;
    const made = document.createElement("motcua-chat");
    made.style.setProperty("--motcua-accent", "#ffffff");
    old.replaceWith(made);
  });
  expect(await read()).toBe("rgb(11, 85, 105)");
});

test("of two widgets on a page one stays", async ({ chat }) => {
  await chat.page.goto(chat.url);
  await chat.page.evaluate(() => document.body.append(document.createElement("motcua-chat")));
  await expect(chat.page.locator("motcua-chat")).toHaveCount(1);
});
