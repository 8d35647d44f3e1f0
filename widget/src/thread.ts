import type { Outgoing, Row } from "./protocol.js";

export type Delivery = "sending" | "failed";

/** A message the service has not confirmed in the stream yet. */
export interface Pending {
  readonly message: Outgoing;
  readonly label: string;
  delivery: Delivery;
  reason: string;
  /** The service has it; only the stream must still bring it. */
  accepted: boolean;
}

/** The conversation as far as this tab knows it; no drawing, no network. */
export class Thread {
  rows: Row[] = [];
  /** Of a conversation that ended while it was on the screen; still there to be read. */
  past: Row[] = [];
  pending: Pending[] = [];

  get isEmpty(): boolean {
    return !this.rows.length && !this.pending.length && !this.past.length;
  }

  /** Whether the citizen spoke last, so that an answer is due. */
  get isWaiting(): boolean {
    if (this.pending.some((one) => one.delivery === "sending")) return true;
    return this.rows[this.rows.length - 1]?.from === "citizen";
  }

  /** The buttons that can still be pressed: of the bot's last message, while nobody spoke after it. */
  get openChoices(): number {
    if (this.pending.some((one) => one.delivery === "sending")) return 0;
    for (let index = this.rows.length - 1; index >= 0; index--) {
      const row = this.rows[index] as Row;
      if (row.from === "citizen") return 0;
      if (row.buttons?.length) return row.seq;
    }
    return 0;
  }

  /** Take stored messages; return those that are new here. */
  add(rows: readonly Row[]): Row[] {
    const last = this.rows[this.rows.length - 1]?.seq ?? 0;
    const fresh = rows.filter((row) => row.seq > last);
    const ids = new Set(fresh.map((row) => row.client_msg_id));
    this.pending = this.pending.filter((one) => !ids.has(one.message.client_msg_id));
    this.rows = [...this.rows, ...fresh];
    return fresh;
  }

  say(message: Outgoing, label: string): Pending {
    const made: Pending = { message, label, delivery: "sending", reason: "", accepted: false };
    this.pending = [...this.pending, made];
    return made;
  }

  drop(pending: Pending): void {
    this.pending = this.pending.filter((one) => one !== pending);
  }

  /** What must survive a reload: messages whose storing is not certain. */
  unsent(): string | null {
    const kept = this.pending.map(({ message, label }) => ({ message, label }));
    return kept.length ? JSON.stringify(kept) : null;
  }

  /** Take back what a reload interrupted; it is sent again under the same ids. */
  restore(kept: string | null): Pending[] {
    if (!kept) return [];
    try {
      const read = JSON.parse(kept) as { message: Outgoing; label: string }[];
      return read.map(({ message, label }) => this.say(message, label));
    } catch {
      return [];
    }
  }

  /** The conversation is over; what was said stays readable, unsent words go into the next one. */
  end(): void {
    this.past = [...this.past, ...this.rows];
    this.rows = [];
  }

  clear(): void {
    this.past = [];
    this.rows = [];
    this.pending = [];
  }
}

/** A new id of a message; `randomUUID` exists on https and localhost only. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
