import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Api, ApiError } from "../src/api.js";
import type { Row } from "../src/protocol.js";
import { Stream, type StreamListener } from "../src/stream.js";

const row = (seq: number): Row => ({ seq, from: "bot", at: "", text: "ừ" });
const event = (seq: number): string => `id: ${seq}\nevent: message\ndata: ${JSON.stringify(row(seq))}\n\n`;

/** A service whose streams are bytes written here. */
class Service {
  asked: number[] = [];
  histories = 0;
  answers: ((after: number, signal: AbortSignal) => Promise<Response>)[] = [];
  stream(after: number, signal: AbortSignal): Promise<Response> {
    this.asked.push(after);
    const answer = this.answers.shift();
    return answer ? answer(after, signal) : new Promise(() => undefined);
  }
  history(): Promise<{ items: Row[] }> {
    this.histories += 1;
    return Promise.resolve({ items: [row(1)] });
  }
  poll(after: number): Promise<Row[]> {
    this.asked.push(after);
    return new Promise(() => undefined);
  }
}

function bytes(...chunks: Uint8Array[]): () => Promise<Response> {
  return () => Promise.resolve(new Response(new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  })));
}
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

let service: Service;
let seen: number[];
let log: string[];
let stream: Stream;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("navigator", { onLine: true });
  service = new Service();
  seen = [];
  log = [];
  const on: StreamListener = {
    rows: (rows) => seen.push(...rows.map(({ seq }) => seq)),
    state: ({ mode }) => log.push(mode),
    typing: () => log.push("typing"),
    connected: (is) => log.push(is ? "on" : "off"),
    ended: ({ code }) => log.push(code),
  };
  stream = new Stream(service as unknown as Api, on, () => 1);
});
afterEach(() => {
  stream.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("reads on from the last number after a cut, and takes nothing twice", async () => {
  service.answers = [bytes(encode(event(1) + event(2))), bytes(encode(event(2) + event(3)))];
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toEqual([1, 2, 3]);
  expect(service.asked).toEqual([0, 2, 3]);
});

it("survives a chunk that ends inside a letter", async () => {
  const whole = encode(event(1));
  const cut = whole.indexOf(0xe1) + 1;
  service.answers = [bytes(whole.slice(0, cut), whole.slice(cut))];
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toEqual([1]);
});

it("waits longer after each failure, and at once when told that the network is back", async () => {
  service.answers = Array.from({ length: 9 }, () => () => Promise.reject(new TypeError("network")));
  stream.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(service.asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(service.asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1999);
  expect(service.asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(service.asked).toHaveLength(3);
  stream.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(service.asked).toHaveLength(4);
  expect(log).toContain("off");
});

it("does not trust a connection that was silent through a sleep", async () => {
  const open = (_: number, signal: AbortSignal): Promise<Response> =>
    Promise.resolve(new Response(new ReadableStream({
      start(controller) {
        controller.enqueue(encode(event(1)));
        signal.addEventListener("abort", () => controller.error(new Error("abort")));
      },
    })));
  service.answers = [open];
  stream.start();
  await vi.advanceTimersByTimeAsync(5_000);
  stream.refresh();
  expect(service.asked).toEqual([0]);
  await vi.advanceTimersByTimeAsync(25_000);
  stream.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(service.asked).toEqual([0, 1]);
});

it("gives up a silent connection and polls after three of them", async () => {
  const silent = (_: number, signal: AbortSignal): Promise<Response> =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("abort"))));
  service.answers = [silent, silent, silent];
  const poll = vi.spyOn(service, "poll");
  stream.start();
  await vi.advanceTimersByTimeAsync(3 * 45_000 + 8_000);
  expect(poll).toHaveBeenCalled();
});

it("looks now and then where too many tabs hold streams", async () => {
  service.answers = [() => Promise.reject(new ApiError(429, "rate_limited", "", 5))];
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(seen).toEqual([1]);
  expect(log).not.toContain("off");
});

it("says when the conversation is gone, and stops", async () => {
  service.answers = [bytes(encode('event: end\ndata: {"reason":"erased"}\n\n'))];
  stream.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(log).toContain("session_unknown");
  expect(service.asked).toHaveLength(1);
  expect(stream.isOpen).toBe(false);
});

it("tells of the state", async () => {
  service.answers = [bytes(encode('event: state\ndata: {"mode":"WAITING"}\n\n'))];
  stream.start();
  await vi.advanceTimersByTimeAsync(10);
  expect(log).toContain("WAITING");
});
