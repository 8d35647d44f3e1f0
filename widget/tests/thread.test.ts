import { webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Row } from "../src/protocol.js";
import { Thread, newId } from "../src/thread.js";

// Node 18 has it as a module only.
if (!("crypto" in globalThis)) Object.assign(globalThis, { crypto: webcrypto });

const row = (seq: number, from: Row["from"], more: Partial<Row> = {}): Row => ({
  seq, from, at: "2026-11-24T02:00:00Z", text: `${seq}`, ...more,
});
const said = (id: string) => ({ client_msg_id: id, kind: "text", text: "x" }) as const;

describe("thread", () => {
  it("takes each number once, whoever brings it", () => {
    const thread = new Thread();
    thread.add([row(1, "citizen"), row(2, "bot")]);
    expect(thread.add([row(2, "bot"), row(3, "bot")]).map(({ seq }) => seq)).toEqual([3]);
    expect(thread.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it("replaces a pending message by its stored row", () => {
    const thread = new Thread();
    thread.say(said("first-one"), "x");
    thread.say(said("second-1"), "y");
    thread.add([row(1, "citizen", { client_msg_id: "first-one" })]);
    expect(thread.pending.map(({ message }) => message.client_msg_id)).toEqual(["second-1"]);
  });

  it("waits until somebody answers", () => {
    const thread = new Thread();
    expect(thread.isWaiting).toBe(false);
    const pending = thread.say(said("first-one"), "x");
    expect(thread.isWaiting).toBe(true);
    pending.delivery = "failed";
    expect(thread.isWaiting).toBe(false);
    thread.add([row(1, "citizen", { client_msg_id: "first-one" })]);
    expect(thread.isWaiting).toBe(true);
    thread.add([row(2, "bot")]);
    expect(thread.isWaiting).toBe(false);
  });

  it("keeps buttons open until the citizen speaks", () => {
    const thread = new Thread();
    thread.add([row(1, "citizen"), row(2, "bot", { buttons: [{ id: "a", title: "A" }] }), row(3, "bot")]);
    expect(thread.openChoices).toBe(2);
    thread.say(said("first-one"), "x");
    expect(thread.openChoices).toBe(0);
  });

  it("brings unsent messages over a reload under their ids", () => {
    const before = new Thread();
    before.say(said("first-one"), "x");
    const after = new Thread();
    expect(after.restore(before.unsent()).map(({ message }) => message)).toEqual([said("first-one")]);
    expect(after.restore("{broken")).toEqual([]);
    expect(new Thread().unsent()).toBeNull();
  });

  it("keeps an ended conversation readable while a new one begins at 1", () => {
    const thread = new Thread();
    thread.add([row(1, "citizen"), row(2, "bot")]);
    thread.end();
    expect(thread.add([row(1, "citizen")])).toHaveLength(1);
    expect([thread.past.length, thread.rows.length]).toEqual([2, 1]);
  });
});

it("makes ids the service takes", () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  expect(ids.size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{8,64}$/);
});
