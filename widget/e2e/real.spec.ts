// The real service with the trained release, as `make up` starts it.
import { expect, test as base, ChatPage } from "./fixtures.js";
import { Server } from "./server.js";

const test = base.extend<object, { real: Server }>({
  real: [
    async ({}, use) => {
      const server = new Server("widget_real_server.py");
      await server.start();
      await use(server);
      await server.close();
    },
    { scope: "worker", timeout: 150_000 },
  ],
});

test("a question in everyday words, a fee, a question back, a page about a procedure", async ({ page, real }) => {
  const chat = new ChatPage(page, real.url);
  await chat.open();
  await chat.ask("vo em moi sinh lam giay to gi", "Giấy chứng sinh.");
  await chat.check("real-documents");
  await chat.ask("lệ phí đổi thẻ căn cước", "25.000 đ/thẻ");
  await expect(chat.log.getByRole("table")).toBeVisible();
  await chat.check("real-fee");
  await chat.ask("làm lại sổ đỏ", /sang tên, đổi sổ cũ hỏng/);
  await page.getByRole("button", { name: "1. Cấp lại sổ đỏ" }).click();
  await expect(chat.log.locator("li.bot").last()).toContainText("Cấp lại sổ đỏ");
  await page.goto(`${real.url}/thu-tuc/1.001193`);
  await expect(chat.log.getByText("Giấy chứng sinh.").first()).toBeVisible();
});

test("no layout shift, and little to load", async ({ page, real }) => {
  for (const path of ["/", "/thu-tuc", "/thu-tuc/1.001193"]) {
    let bytes = 0;
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await session.send("Network.setCacheDisabled", { cacheDisabled: true });
    await page.goto(real.url + path);
    await expect(page.getByRole("button", { name: /^Trò chuyện với/ })).toBeVisible();
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += (entry as unknown as { value: number }).value;
          }).observe({ type: "layout-shift", buffered: true });
          setTimeout(() => done(sum), 400);
        }),
    );
    expect(shift, path).toBe(0);
    expect(bytes, path).toBeLessThan(100_000);
    await session.detach();
  }
});
