import { expect, test as base, type Locator, type Page } from "@playwright/test";
import axe from "axe-core";
import { Server } from "./server.js";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SHOTS = process.env["MOTCUA_SCREENSHOTS"];

export const test = base.extend<{ chat: ChatPage }, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = new Server("widget_server.py");
      // A server that already runs, while writing tests: "port host-port".
      const running = process.env["MOTCUA_E2E_PORTS"];
      if (running) server.attach(running);
      else await server.start();
      await use(server);
      await server.close();
    },
    // On a loaded machine Python takes its time to start; that is none of the test's.
    { scope: "worker", timeout: 120_000 },
  ],
  chat: async ({ page, server }, use) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await use(new ChatPage(page, server.url));
    expect(errors).toEqual([]);
    await page.request.post(`${server.url}/test/state/BOT`).catch(() => undefined);
  },
});

/** The chat as a citizen meets it. */
export class ChatPage {
  readonly launcher: Locator;
  readonly input: Locator;
  readonly log: Locator;

  constructor(
    readonly page: Page,
    readonly url: string,
  ) {
    this.launcher = page.getByRole("button", { name: /^(Trò chuyện với|Chat with)/ });
    this.input = page.getByLabel(/^(Câu hỏi của anh\/chị|Your question)$/);
    this.log = page.getByRole("log");
  }

  async open(path = "/"): Promise<void> {
    await this.page.goto(this.url + path);
    if (path !== "/chat") await this.launcher.click();
    await expect(this.log).toBeVisible();
    await expect(this.page.getByRole("link", { name: /Quyền riêng tư|Privacy/ }).last()).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** Ask and wait for the answer. */
  async ask(text: string, answer: string | RegExp): Promise<void> {
    await this.say(text);
    await expect(this.log.getByText(answer).last()).toBeVisible();
  }

  bubbles(): Promise<string[]> {
    return this.log.locator("li[class] .bubble").allInnerTexts();
  }

  async menu(item: string): Promise<void> {
    await this.page.getByRole("button", { name: /Thêm lựa chọn|More options/ }).click();
    await this.page.getByRole("button", { name: item }).click();
  }

  /** Nothing to object for axe, nothing wider than the screen; a picture where pictures are wanted. */
  async check(state: string): Promise<void> {
    await this.page.evaluate(() => {
      const root = document.querySelector("motcua-chat")?.shadowRoot;
      // The dots of a waiting assistant never end.
      const ending = root?.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations === 1) ?? [];
      return Promise.all(ending.map((one) => one.finished.catch(() => null)));
    });
    if (SHOTS) {
      const { width = 0 } = this.page.viewportSize() ?? {};
      await this.page.screenshot({ path: `${SHOTS}/${state}-${width}.png` });
    }
    await this.page.evaluate(axe.source);
    const found = await this.page.evaluate(async (tags) => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(document, { runOnly: tags });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    }, TAGS);
    expect(found, state).toEqual([]);
    const wide = await this.page.evaluate(() => {
      const root = document.querySelector("motcua-chat")?.shadowRoot;
      const all = [...document.querySelectorAll("body *"), ...(root?.querySelectorAll("*") ?? [])];
      return all
        .filter((one) => !one.closest(".unseen, .hidden, .skip, svg") && one.getBoundingClientRect().right > innerWidth + 1)
        .map((one) => `${one.tagName}.${one.className}`);
    });
    expect(wide, `${state}: wider than the screen`).toEqual([]);
    const small = await this.page.evaluate(() =>
      [...(document.querySelector("motcua-chat")?.shadowRoot?.querySelectorAll("button, textarea") ?? [])]
        .map((one) => ({ text: one.textContent?.trim(), box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(({ text }) => text),
    );
    expect(small, `${state}: targets below 24 px`).toEqual([]);
  }
}

export { expect };
