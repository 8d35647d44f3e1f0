// The thread is never lost: reload, tabs, networks that fail, a server that dies in the middle of an answer.
import { expect, test as base, ChatPage } from "./fixtures.js";
import { Server } from "./server.js";

/** Servers that are killed are not shared with other tests. */
const test = base.extend<{ mortal: Server }>({
  mortal: async ({}, use) => {
    const server = new Server("widget_server.py");
    await server.start();
    await use(server);
    await server.close();
  },
});

// Each begins with a server of its own, and Python takes its time to start on a loaded machine.
test.describe.configure({ timeout: 150_000 });

test("a server killed in the middle of an answer gives it once after its return", async ({ page, mortal }) => {
  const chat = new ChatPage(page, mortal.url);
  await chat.open();
  await chat.ask("câu một", "Nghe: câu một");
  await chat.say("câu chậm");
  await page.waitForTimeout(700);
  await mortal.kill();
  await expect(page.getByText("Mất kết nối, đang thử lại…")).toBeVisible();
  await chat.check("reconnecting");
  await chat.say("câu ba");
  await mortal.start();
  await expect(chat.log.getByText("Nghe: câu chậm")).toBeVisible({ timeout: 20_000 });
  await expect(chat.log.getByText("Nghe: câu ba")).toBeVisible({ timeout: 20_000 });
  const said = (await chat.bubbles()).slice(1);
  const asked = ["câu một", "câu chậm", "câu ba"];
  // All of it once, in the order in which it was written; whether the third question comes before the late
  // answer depends on how long the server was away.
  expect([...said].sort()).toEqual([...asked, ...asked.map((text) => `Nghe: ${text}`)].sort());
  expect(said.filter((text) => asked.includes(text))).toEqual(asked);
  expect(said.filter((text) => !asked.includes(text))).toEqual(asked.map((text) => `Nghe: ${text}`));
  await expect(page.getByText("Mất kết nối, đang thử lại…")).toHaveCount(0);
});

test("what a reload interrupts is sent after it, once", async ({ page, mortal }) => {
  const chat = new ChatPage(page, mortal.url);
  await chat.open();
  await chat.ask("câu một", "Nghe: câu một");
  // The service takes the message, and its receipt never comes.
  await page.route("**/api/web/messages", async (route) => {
    if (route.request().method() === "POST") await route.fetch().then(() => undefined);
    else await route.continue();
  });
  await chat.say("câu hai");
  await page.waitForTimeout(400);
  await page.unroute("**/api/web/messages");
  await page.reload();
  await expect(chat.log.getByText("Nghe: câu hai")).toBeVisible();
  await page.waitForTimeout(500);
  expect((await chat.bubbles()).slice(1)).toEqual(["câu một", "Nghe: câu một", "câu hai", "Nghe: câu hai"]);
});

test("two tabs share one thread; erasing empties both", async ({ chat, context }) => {
  await chat.open();
  await chat.ask("từ thẻ một", "Nghe: từ thẻ một");
  const other = new ChatPage(await context.newPage(), chat.url);
  await other.page.goto(`${chat.url}/thu-tuc`);
  await other.launcher.click();
  await expect(other.log.getByText("Nghe: từ thẻ một")).toBeVisible();
  await other.ask("từ thẻ hai", "Nghe: từ thẻ hai");
  await chat.page.bringToFront();
  await expect(chat.log.getByText("Nghe: từ thẻ hai")).toBeVisible();
  expect((await chat.bubbles()).slice(1)).toEqual((await other.bubbles()).slice(1));
  await chat.menu("Xoá hội thoại");
  await chat.page.getByRole("button", { name: "Xoá", exact: true }).click();
  await expect(chat.log.getByText("Đã xoá hội thoại.")).toBeVisible();
  await expect(other.log.getByText("từ thẻ một", { exact: true })).toHaveCount(0);
  await other.page.close();
});

test("the thread goes on from page to page, with the panel and the draft", async ({ chat }) => {
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  await chat.input.fill("đang viết dở");
  await chat.page.goto(`${chat.url}/thu-tuc`);
  await expect(chat.log.getByText("Nghe: xin chào")).toBeVisible();
  await expect(chat.input).toHaveValue("đang viết dở");
});

test("when the last tab is closed nothing is left on the computer", async ({ chat, context }) => {
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  expect(await chat.page.evaluate(() => localStorage.length)).toBe(0);
  await chat.page.goto("about:blank");
  const fresh = new ChatPage(await context.newPage(), chat.url);
  await fresh.open();
  await fresh.page.waitForTimeout(400);
  expect(await fresh.bubbles()).toHaveLength(1);
});

test("a slow network shows what is sent, and repeats nothing", async ({ chat, context }) => {
  const network = await context.newCDPSession(chat.page);
  await chat.open();
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", {
    offline: false, latency: 900, downloadThroughput: 6000, uploadThroughput: 3000,
  });
  await chat.say("câu một");
  await expect(chat.log.getByText("câu một", { exact: true })).toBeVisible();
  await expect(chat.log.getByText("Đang gửi…")).toBeVisible();
  await chat.say("câu hai");
  await expect(chat.log.getByText("Nghe: câu hai")).toBeVisible({ timeout: 20_000 });
  const said = (await chat.bubbles()).slice(1);
  expect(said.filter((text) => !text.startsWith("Nghe"))).toEqual(["câu một", "câu hai"]);
  expect(said).toHaveLength(4);
});

test("a service that refuses for a while gets the message later by itself", async ({ chat }) => {
  await chat.open();
  let refusals = 2;
  await chat.page.route("**/api/web/messages", (route) =>
    refusals-- > 0 ? route.fulfill({ status: 503, body: "<h1>Bad gateway</h1>" }) : route.continue(),
  );
  await chat.ask("xin chào", "Nghe: xin chào");
  expect((await chat.bubbles()).slice(1)).toEqual(["xin chào", "Nghe: xin chào"]);
});

test("a refused message stays, and one press sends it again", async ({ chat }) => {
  await chat.open();
  await chat.page.route("**/api/web/messages", (route) => route.abort());
  await chat.say("xin chào");
  await expect(chat.page.getByText("Chưa gửi được.")).toBeVisible({ timeout: 15_000 });
  await chat.check("failed");
  await chat.page.unroute("**/api/web/messages");
  await chat.page.getByRole("button", { name: "Gửi lại" }).click();
  await expect(chat.log.getByText("Nghe: xin chào")).toBeVisible();
});

test("an expired session is renewed, a lost one begins anew with the same words", async ({ chat }) => {
  await chat.open();
  await chat.ask("xin chào", "Nghe: xin chào");
  let answers = [
    { code: "session_expired", message: "x" },
    { code: "session_invalid", message: "x" },
  ];
  await chat.page.route("**/api/web/messages", (route) => {
    const [error, ...rest] = answers;
    if (!error || route.request().method() !== "POST") return route.continue();
    answers = rest;
    return route.fulfill({ status: 401, json: { error } });
  });
  const renewed = chat.page.waitForRequest("**/sessions/renew");
  await chat.say("câu hai");
  await renewed;
  await expect(chat.log.getByText("Nghe: câu hai")).toBeVisible();
  await expect(chat.log.getByText("Hội thoại trước đã kết thúc.")).toHaveCount(1);
  // What was said stays readable.
  await expect(chat.log.getByText("Nghe: xin chào")).toBeVisible();
});

test("too many messages wait their turn", async ({ page }) => {
  const strict = new Server("widget_server.py", ["--strict"]);
  await strict.start();
  const chat = new ChatPage(page, strict.url);
  await chat.open();
  for (const text of ["một", "hai", "ba"]) await chat.say(text);
  await expect(chat.log.getByText("Nghe: ba")).toBeVisible({ timeout: 15_000 });
  expect((await chat.bubbles()).filter((text) => text.startsWith("Nghe"))).toEqual(["Nghe: một", "Nghe: hai", "Nghe: ba"]);
  await strict.close();
});
