import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SessionKeeper, conversationOf } from "../src/session.js";

const token = (conversation: string, issue = 1): string =>
  `v1.k.${Buffer.from(JSON.stringify({ c: conversation, i: issue })).toString("base64url")}.mac`;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));
let open: SessionKeeper[];
let changes: (string | null)[];

function tab(): SessionKeeper {
  // Each tab has a storage of its own.
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  const made = new SessionKeeper("https://chat.example", (changed) => changes.push(changed));
  open.push(made);
  return made;
}

beforeEach(() => {
  open = [];
  changes = [];
});
afterEach(() => {
  open.forEach((one) => one.close());
  vi.unstubAllGlobals();
});

it("hands the session to a new tab", async () => {
  tab().keep(token("c_1"));
  const second = tab();
  await second.ready;
  expect(second.token).toBe(token("c_1"));
});

it("hands a renewed token over without a change of the thread", async () => {
  const [first, second] = [tab(), tab()];
  first.keep(token("c_1"));
  await settled();
  first.keep(token("c_1", 2));
  await settled();
  expect(second.token).toBe(token("c_1", 2));
  expect(changes).toEqual([token("c_1")]);
});

it("ends the conversation in all tabs, and only that one", async () => {
  const [first, second] = [tab(), tab()];
  first.keep(token("c_1"));
  await settled();
  first.forget(true);
  await settled();
  expect(second.token).toBeNull();
  second.keep(token("c_2"));
  await settled();
  expect(first.token).toBe(token("c_2"));
});

it("does not take a conversation from a tab that has one", async () => {
  const [first, second] = [tab(), tab()];
  first.token = token("c_1");
  second.keep(token("c_2"));
  await settled();
  expect(first.token).toBe(token("c_1"));
});

it("works without storage", () => {
  vi.stubGlobal("sessionStorage", undefined);
  const alone = new SessionKeeper("https://other.example", () => undefined);
  open.push(alone);
  alone.keep(token("c_1"));
  expect(alone.token).toBe(token("c_1"));
});

it.each([null, "", "x", "v1.k.!!!.m", `v1.k.${btoa("{}")}.m`])("names no conversation in %s", (broken) =>
  expect(conversationOf(broken)).toBeNull(),
);
