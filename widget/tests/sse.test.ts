import { expect, it } from "vitest";
import { EventParser } from "../src/sse.js";

const WHOLE = 'retry: 1000\n\nevent: state\ndata: {}\n\n: ping\n\nid: 1\nevent: message\ndata: {"a":\ndata: 1}\n\n';
const EVENTS = [
  { event: "state", data: "{}" },
  { id: "1", event: "message", data: '{"a":\n1}' },
];

it.each([
  ["whole", [WHOLE]],
  ["letter by letter", [...WHOLE]],
  ["CRLF", [WHOLE.replaceAll("\n", "\r\n")]],
  ["CRLF letter by letter", [...WHOLE.replaceAll("\n", "\r\n")]],
  ["CR", [WHOLE.replaceAll("\n", "\r"), "\r"]],
])("finds events wherever chunks end: %s", (_, chunks) => {
  const parser = new EventParser();
  expect(chunks.flatMap((chunk) => parser.push(chunk))).toEqual(EVENTS);
});

it("gives nothing of an event that is not complete", () => {
  const parser = new EventParser();
  expect(parser.push("event: message\ndata: 1\n")).toEqual([]);
  expect(parser.push("\n")).toEqual([{ event: "message", data: "1" }]);
});
