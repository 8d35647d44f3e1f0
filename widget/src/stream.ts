import { ApiError, type Api } from "./api.js";
import type { Row, State } from "./protocol.js";
import { EventParser } from "./sse.js";

const SILENCE_MS = 45_000;
/** Heartbeats come every 15 seconds. */
const STALE_MS = 20_000;
const LONGEST_PAUSE_MS = 30_000;
const HEALTHY_MS = 30_000;
const POLLING_MS = 5 * 60_000;
const FAILURES_BEFORE_POLLING = 3;

export interface StreamListener {
  rows(rows: readonly Row[]): void;
  state(state: State): void;
  /** The officer writes. */
  typing(): void;
  connected(isConnected: boolean): void;
  /** The conversation is gone (`isLostSession`) or the position was wrong (409). */
  ended(error: ApiError): void;
}

/**
 * Keeps reading the conversation from the last number on: an event stream, and long polls where a proxy holds
 * streams back. Whatever breaks, reading goes on from the same number, so nothing is lost or doubled.
 */
export class Stream {
  last = 0;
  private abort: AbortController | null = null;
  private wake: (() => void) | null = null;
  private failures = 0;
  private pollUntil = 0;
  private heardAt = 0;

  constructor(
    private readonly api: Api,
    private readonly on: StreamListener,
    private readonly random: () => number = Math.random,
  ) {}

  get isOpen(): boolean {
    return this.abort !== null;
  }

  /** Begin to read, or try again at once. */
  start(): void {
    if (this.abort) {
      this.wake?.();
      return;
    }
    this.abort = new AbortController();
    void this.run(this.abort.signal);
  }

  stop(): void {
    this.abort?.abort();
    this.abort = null;
    this.wake?.();
  }

  /** After sleep or a lost network a connection may be dead without knowing: read on over a new one. */
  refresh(): void {
    if (this.abort && Date.now() - this.heardAt > STALE_MS) this.stop();
    this.start();
  }

  reset(): void {
    this.stop();
    this.last = 0;
    this.failures = 0;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const began = Date.now();
      let pause = 0;
      try {
        if (began < this.pollUntil) this.take(await this.api.poll(this.last, signal));
        else await this.read(signal);
        this.failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && (error.isLostSession || error.status === 409)) {
          this.abort = null;
          this.on.ended(error);
          return;
        }
        pause = await this.recover(error, began);
      }
      if (pause) await this.sleep(pause);
    }
  }

  private async recover(error: unknown, began: number): Promise<number> {
    const retryAfter = error instanceof ApiError ? error.retryAfter * 1000 : 0;
    if (error instanceof ApiError && error.status === 429) {
      // Too many tabs hold streams; looking now and then needs none.
      try {
        this.take((await this.api.history(this.last)).items);
        return Math.min(retryAfter || 5000, 5000);
      } catch {
        // As any other failure, below.
      }
    }
    if (this.heardAt - began > HEALTHY_MS) this.failures = 0;
    this.failures += 1;
    if (this.failures % FAILURES_BEFORE_POLLING === 0 && navigator.onLine && error instanceof SilentError) {
      this.pollUntil = Date.now() + POLLING_MS;
    }
    this.on.connected(false);
    const longest = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (this.failures - 1));
    return Math.max(retryAfter, longest * (0.5 + this.random() / 2));
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => (this.wake = null));
  }

  private async read(outer: AbortSignal): Promise<void> {
    const inner = new AbortController();
    let isSilent = false;
    const cancel = (): void => inner.abort();
    const giveUp = (): void => {
      isSilent = true;
      cancel();
    };
    outer.addEventListener("abort", cancel);
    let watchdog = setTimeout(giveUp, SILENCE_MS);
    try {
      const response = await this.api.stream(this.last, inner.signal);
      this.heardAt = Date.now();
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const decoder = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        // What was on its way when reading stopped belongs to nobody any more.
        if (done || outer.aborted) return;
        this.heardAt = Date.now();
        clearTimeout(watchdog);
        watchdog = setTimeout(giveUp, SILENCE_MS);
        this.events(parser, decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      throw isSilent ? new SilentError() : error;
    } finally {
      clearTimeout(watchdog);
      outer.removeEventListener("abort", cancel);
      inner.abort();
    }
  }

  private events(parser: EventParser, text: string): void {
    const rows: Row[] = [];
    let end = false;
    for (const { event, data } of parser.push(text)) {
      if (event === "message") rows.push(JSON.parse(data) as Row);
      else if (event === "state") this.on.state(JSON.parse(data) as State);
      else if (event === "typing") this.on.typing();
      else if (event === "end") end = true;
    }
    this.take(rows);
    if (end) throw new ApiError(401, "session_unknown", "");
  }

  private take(rows: readonly Row[]): void {
    this.on.connected(true);
    const fresh = rows.filter((row) => row.seq > this.last);
    const newest = fresh[fresh.length - 1];
    if (!newest) return;
    this.last = newest.seq;
    this.on.rows(fresh);
  }
}

/** Nothing came for longer than the heartbeat: a proxy holds the stream back, or the line is dead. */
class SilentError extends Error {}
