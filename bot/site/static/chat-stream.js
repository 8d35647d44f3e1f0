// Receiving: server-sent events read by fetch, replayed by number, with long polls as a way out.

import { ApiError } from "./chat-api.js";

const SILENCE_MS = 45_000;
const LONGEST_PAUSE_MS = 30_000;
const HEALTHY_MS = 30_000;
const POLLING_MS = 5 * 60_000;
const FAILURES_BEFORE_POLLING = 3;

/** Splits a stream of text into events; chunks may end anywhere. */
export class EventParser {
  #rest = "";
  #fields = { data: [] };

  push(text) {
    const events = [];
    this.#rest += text;
    // A CR at the end may be half of a CRLF.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line, events);
    return events;
  }

  #line(line, events) {
    if (line === "") {
      const { data, ...fields } = this.#fields;
      if (data.length || fields.id !== undefined) events.push({ ...fields, data: data.join("\n") });
      this.#fields = { data: [] };
      return;
    }
    const [, name, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (name === "data") this.#fields.data.push(value);
    else if (name === "event" || name === "id") this.#fields[name] = value;
  }
}

export class ChatStream {
  last = 0;
  #api;
  #on;
  #abort = null;
  #wake = null;
  #failures = 0;
  #pollUntil = 0;

  /** `on` has `rows(list)`, `isConnected(bool)`, `ended(error)`. */
  constructor(api, on) {
    this.#api = api;
    this.#on = on;
  }

  start() {
    if (this.#abort) {
      this.#wake?.();
      return;
    }
    this.#abort = new AbortController();
    this.#run(this.#abort.signal);
  }

  stop() {
    this.#abort?.abort();
    this.#abort = null;
    this.#wake?.();
  }

  reset() {
    this.stop();
    this.last = 0;
    this.#failures = 0;
  }

  async #run(signal) {
    while (!signal.aborted) {
      const began = Date.now();
      let pause = 0;
      try {
        if (began < this.#pollUntil) this.#take(await this.#api.poll(this.last, signal));
        else await this.#read(signal);
        this.#failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiError && (error.isLostSession || error.status === 409)) {
          this.#abort = null;
          this.#on.ended(error);
          return;
        }
        if (Date.now() - began > HEALTHY_MS) this.#failures = 0;
        this.#failures += 1;
        if (this.#failures >= FAILURES_BEFORE_POLLING) this.#pollUntil = Date.now() + POLLING_MS;
        this.#on.isConnected(false);
        const longest = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** (this.#failures - 1));
        pause = Math.max((error.retryAfter ?? 0) * 1000, longest * (0.5 + Math.random() / 2));
      }
      if (pause) await this.#sleep(pause);
    }
  }

  #sleep(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => (this.#wake = null));
  }

  async #read(outer) {
    const inner = new AbortController();
    const cancel = () => inner.abort();
    outer.addEventListener("abort", cancel);
    let watchdog = setTimeout(cancel, SILENCE_MS);
    try {
      const response = await this.#api.stream(this.last, inner.signal);
      this.#on.isConnected(true);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(cancel, SILENCE_MS);
        const rows = [];
        for (const { event, data } of parser.push(value)) {
          if (event === "message") rows.push(JSON.parse(data));
          if (event === "end") throw new ApiError(401, "session_unknown", "");
        }
        this.#take(rows);
      }
    } finally {
      clearTimeout(watchdog);
      outer.removeEventListener("abort", cancel);
      inner.abort();
    }
  }

  #take(rows) {
    this.#on.isConnected(true);
    const fresh = rows.filter((row) => row.seq > this.last);
    if (!fresh.length) return;
    this.last = fresh.at(-1).seq;
    this.#on.rows(fresh);
  }
}
