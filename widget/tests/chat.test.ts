import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Chat as ChatType, ChatHost } from "../src/chat.js";
import type { Row } from "../src/protocol.js";
import { stringsFor } from "../src/strings.js";

const row = (seq: number, from: Row["from"] = "bot"): Row => ({ seq, from, at: "2026-11-24T02:00:00Z", text: `${seq}` });
const event = (one: Row): string => `id: ${one.seq}\nevent: message\ndata: ${JSON.stringify(one)}\n\n`;
const json = (body: unknown): Response => new Response(JSON.stringify(body));
const STORED = [row(1, "citizen"), row(2), row(3), row(4)];

/** A service that holds its history back until it is told to answer, and streams replays at once. */
class Service {
  stored = STORED;
  histories: ((response: Response) => void)[] = [];
  streams: ReadableStreamDefaultController<Uint8Array>[] = [];
  ended = 0;
  told = 0;

  answer(url: string, { method, signal }: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(url);
    if (pathname.endsWith("/ratings")) return Promise.resolve(json([]));
    if (pathname.endsWith("/typing")) this.told += 1;
    if (pathname.endsWith("/typing")) return Promise.resolve(new Response(null, { status: 204 }));
    if (pathname.endsWith("/sessions")) return Promise.resolve(json({ token: "v1.k.e30.t" }));
    if (pathname.endsWith("/messages") && method === "POST") return Promise.resolve(json({ seq: 1 }));
    if (pathname.endsWith("/messages")) return new Promise((answer) => this.histories.push(answer));
    signal?.addEventListener("abort", () => (this.ended += 1));
    const after = Number(searchParams.get("after"));
    return Promise.resolve(new Response(new ReadableStream({
      start: (controller) => {
        this.streams.push(controller);
        controller.enqueue(new TextEncoder().encode('event: state\ndata: {"mode":"BOT"}\n\n'));
        this.send(...this.stored.filter(({ seq }) => seq > after));
      },
    })));
  }

  send(...rows: Row[]): void {
    if (rows.length) this.push(rows.map(event).join(""));
  }

  tell(name: string, data: object): void {
    this.push(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private push(text: string): void {
    this.streams[this.streams.length - 1]?.enqueue(new TextEncoder().encode(text));
  }

  history(): void {
    this.histories.shift()?.(json({ items: this.stored, has_more: false }));
  }
}

let service: Service;
let page: EventTarget;
let heard: number[];
let chat: ChatType;
const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(20).then(() => undefined);

beforeEach(async () => {
  vi.useFakeTimers();
  service = new Service();
  page = new EventTarget();
  heard = [];
  vi.stubGlobal("window", page);
  vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("BroadcastChannel", class { postMessage(): void {} close(): void {} });
  vi.stubGlobal("sessionStorage", { getItem: (key: string) => (key.includes("session") ? "v1.k.e30.s" : null), setItem() {}, removeItem() {} });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => service.answer(url, init));
  const { Chat } = await import("../src/chat.js");
  const host: ChatHost = {
    strings: stringsFor("vi"),
    changed: () => undefined,
    heard: (rows) => heard.push(...rows.map(({ seq }) => seq)),
    emit: () => undefined,
  };
  chat = new Chat("http://service.test", host);
});
afterEach(() => {
  chat.disconnect();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("reads nothing of the history aloud, however late it comes", async () => {
  chat.connect();
  chat.setOpen(true);
  await settle();
  // The page is loaded while the history is still on its way: a busy computer.
  page.dispatchEvent(new Event("pageshow"));
  await settle();
  service.history();
  await settle();
  expect(chat.thread.rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(heard).toEqual([]);
  service.send(row(5));
  await settle();
  expect(heard).toEqual([5]);
});

it("reads nothing of the history aloud when its first reading fails", async () => {
  chat.connect();
  chat.setOpen(true);
  await settle();
  service.histories.shift()?.(new Response("", { status: 503 }));
  await settle();
  page.dispatchEvent(new Event("pageshow"));
  await vi.advanceTimersByTimeAsync(10_000);
  service.history();
  await settle();
  expect(chat.thread.rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(heard).toEqual([]);
  expect(chat.isConnected).toBe(true);
  service.send(row(5));
  await settle();
  expect(heard).toEqual([5]);
});

it("says something new that came while nobody looked only once", async () => {
  chat.connect();
  await settle();
  service.history();
  await settle();
  service.stored = [...STORED, row(5)];
  chat.setOpen(true);
  await settle();
  expect(heard).toEqual([5]);
});

it("goes on after an ended conversation whose history was never read", async () => {
  chat.connect();
  chat.setOpen(true);
  await settle();
  service.histories.shift()?.(new Response('{"error":{"code":"session_invalid"}}', { status: 401 }));
  await settle();
  service.stored = [row(1, "citizen")];
  chat.say("xin chào");
  await settle();
  service.send(row(2));
  await settle();
  expect(heard).toContain(2);
});

it("keeps listening while closed until it knows that no person has the conversation", async () => {
  chat.connect();
  await settle();
  service.history();
  await settle();
  expect(service.streams).toHaveLength(1);
  // The state came with the stream: the bot has it, so nobody has to listen.
  expect(service.ended).toBe(1);
});

it("shows that the officer types until they speak, or for a few seconds", async () => {
  chat.connect();
  chat.setOpen(true);
  await settle();
  service.history();
  await settle();
  const type = async (): Promise<void> => {
    service.tell("typing", { from: "officer" });
    await settle();
  };
  await type();
  expect(chat.isTyping).toBe(true);
  service.send(row(5, "officer"));
  await settle();
  expect(chat.isTyping).toBe(false);
  await type();
  await vi.advanceTimersByTimeAsync(6000);
  expect(chat.isTyping).toBe(false);
});

it("tells of typing only while an officer has the conversation, and not at every key", async () => {
  chat.connect();
  chat.setOpen(true);
  await settle();
  service.history();
  await settle();
  chat.typing();
  await settle();
  expect(service.told).toBe(0);
  service.tell("state", { mode: "HUMAN", officer: "Cán bộ" });
  await settle();
  for (let key = 0; key < 5; key++) chat.typing();
  await vi.advanceTimersByTimeAsync(3500);
  chat.typing();
  await settle();
  expect(service.told).toBe(2);
});
