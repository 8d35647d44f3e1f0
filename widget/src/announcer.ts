import type { Row } from "./protocol.js";
import type { Strings } from "./strings.js";

const JOIN_MS = 500;
const LONGEST = 500;

/**
 * What a screen reader says of new messages, in two polite regions in turn, so that the same answer twice is
 * said twice. History and own messages are silent; several at once are only counted.
 */
export class Announcer {
  texts: readonly [string, string] = ["", ""];
  private turn = 0;
  private waiting: Row[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly changed: () => void) {}

  hear(rows: readonly Row[], strings: Strings): void {
    this.waiting.push(...rows.filter((row) => row.from !== "citizen"));
    if (!this.waiting.length) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.say(spoken(this.waiting, strings));
      this.waiting = [];
    }, JOIN_MS);
  }

  say(text: string): void {
    this.turn = 1 - this.turn;
    this.texts = this.turn ? ["", text] : [text, ""];
    this.changed();
  }

  silence(): void {
    clearTimeout(this.timer);
    this.waiting = [];
    this.texts = ["", ""];
  }
}

export function spoken(rows: readonly Row[], strings: Strings): string {
  if (rows.length > 2) return strings.newMessages(rows.length);
  const texts = rows.map((row) => `${strings.names[row.from]}: ${row.text.replace(/https:\S+/g, "").slice(0, LONGEST)}`);
  const choices = rows[rows.length - 1]?.buttons?.length ?? 0;
  return [...texts, ...(choices ? [strings.choices(choices)] : [])].join(" ");
}
