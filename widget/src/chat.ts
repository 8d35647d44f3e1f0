import { Api, ApiError } from "./api.js";
import type { Choice, Config, Outgoing, Rating, Row, State, Verdict } from "./protocol.js";
import { SessionKeeper, read, write } from "./session.js";
import { Stream } from "./stream.js";
import type { Strings } from "./strings.js";
import { Thread, newId, type Pending } from "./thread.js";

const HIDDEN_MS = 10_000;
const SLOW_MS = 20_000;
/** Pauses before a message that met no service is sent again by itself. */
const RETRIES_MS = [800, 2000, 4000];
const HISTORY_AGAIN_MS = 3000;
const TYPING_SHOWN_MS = 5000;
const TYPING_TOLD_MS = 3000;
const BOT: State = { mode: "BOT" };

/** What the chat tells the element. */
export interface ChatHost {
  readonly strings: Strings;
  /** Something to draw changed. */
  changed(): void;
  /** New messages came while this tab was reading; never called for history. */
  heard(rows: readonly Row[]): void;
  emit(name: string, detail?: object): void;
}

/** One conversation: sending, receiving, and what happens between. Draws nothing. */
export class Chat {
  readonly thread = new Thread();
  readonly ratings = new Map<number, Verdict>();
  config: Config | null = null;
  state = BOT;
  /** The officer writes. */
  isTyping = false;
  isConnected = true;
  isOnline = navigator.onLine;
  isSlow = false;
  /** The page's origin is on no list of the service. */
  isRefused = false;
  /** A passing sentence of the widget itself, such as that everything was erased. */
  note = "";
  private isOpen = false;
  private isHidden = false;
  private isAway = false;
  /** What was said before is known; until then nothing can be told to be new, so nothing is streamed. */
  private isRead = false;
  /** Who has the conversation; until that is known the stream is read although the chat is closed. */
  private isStateKnown = true;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private typingTold = 0;
  private readTimer: ReturnType<typeof setTimeout> | undefined;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly session: SessionKeeper;
  readonly api: Api;
  private readonly stream: Stream;
  private readonly unsentKey: string;

  constructor(
    server: string,
    private readonly host: ChatHost,
  ) {
    this.session = new SessionKeeper(server, (token) => (token ? void this.resume() : this.end(true)));
    this.api = new Api(server, this.session);
    this.unsentKey = `motcua.unsent ${server}`;
    this.stream = new Stream(this.api, {
      rows: (rows) => this.take(rows),
      state: (state) => this.setState(state),
      typing: () => this.setTyping(true),
      connected: (isConnected) => this.setConnected(isConnected),
      ended: (error) => this.ended(error),
    });
  }

  /** Begin to live: after a reload the thread is read again, silently. */
  connect(): void {
    window.addEventListener("online", this.onNetwork);
    window.addEventListener("offline", this.onNetwork);
    window.addEventListener("pagehide", this.onPage);
    window.addEventListener("pageshow", this.onPage);
    document.addEventListener("visibilitychange", this.onVisibility);
    // Before anything else: what a reload interrupted comes first, and is read before new words are kept.
    const interrupted = this.thread.restore(read(this.unsentKey));
    this.queue = this.session.ready.then(() => this.resume());
    for (const pending of interrupted) this.enqueue(pending);
  }

  disconnect(): void {
    window.removeEventListener("online", this.onNetwork);
    window.removeEventListener("offline", this.onNetwork);
    window.removeEventListener("pagehide", this.onPage);
    window.removeEventListener("pageshow", this.onPage);
    document.removeEventListener("visibilitychange", this.onVisibility);
    clearTimeout(this.readTimer);
    this.stream.stop();
    this.session.close();
  }

  get hasSession(): boolean {
    return this.session.token !== null;
  }

  get isWaiting(): boolean {
    return this.state.mode === "BOT" && this.thread.isWaiting;
  }

  setOpen(isOpen: boolean): void {
    this.isOpen = isOpen;
    this.follow();
  }

  async configure(procedure: string, lang: string): Promise<void> {
    try {
      this.config = await this.api.config(procedure, lang);
    } catch (error) {
      if (error instanceof ApiError && error.code === "origin_not_allowed") this.refuse();
      // Otherwise the chat works without suggestions; the next opening asks again.
    }
    this.host.changed();
  }

  say(text: string): void {
    this.submit({ client_msg_id: newId(), kind: "text", text }, text);
  }

  press(choice: Choice): void {
    this.submit({ client_msg_id: newId(), kind: "choice", choice_id: choice.id }, choice.title);
  }

  resend(pending: Pending): void {
    pending.delivery = "sending";
    this.enqueue(pending);
  }

  discard(pending: Pending): void {
    this.thread.drop(pending);
    this.changed();
  }

  /** Rate an answer, or take the rating back with null; say whether the service has it. */
  async rate(rating: Rating | { seq: number; verdict: null }): Promise<boolean> {
    try {
      if (rating.verdict === null) await this.api.unrate(rating.seq);
      else await this.api.rate(rating);
    } catch {
      return false;
    }
    if (rating.verdict === null) this.ratings.delete(rating.seq);
    else this.ratings.set(rating.seq, rating.verdict);
    this.host.emit("motcua-rated", { seq: rating.seq, verdict: rating.verdict });
    this.host.changed();
    return true;
  }

  /** Let the officer see that the citizen writes. */
  typing(): void {
    if (this.state.mode !== "HUMAN" || Date.now() - this.typingTold < TYPING_TOLD_MS) return;
    this.typingTold = Date.now();
    this.api.typing().catch(() => undefined);
  }

  /** Send a file to the officer; return what is wrong with it, or nothing. */
  async attach(file: File): Promise<string> {
    try {
      await this.api.attach(newId(), file);
    } catch (error) {
      return (error instanceof ApiError && error.message) || this.host.strings.busy;
    }
    return "";
  }

  /** Erase the conversation on the server, here and in all tabs. */
  async erase(): Promise<boolean> {
    this.stream.stop();
    try {
      if (this.session.token) await this.api.erase();
    } catch {
      this.note = this.host.strings.eraseFailed;
      this.follow();
      this.host.changed();
      return false;
    }
    this.session.forget(true);
    this.reset();
    this.note = this.host.strings.erased;
    this.host.emit("motcua-erased");
    this.changed();
    return true;
  }

  private async resume(): Promise<void> {
    clearTimeout(this.readTimer);
    this.isRead = !this.session.token;
    this.isStateKnown = this.isRead;
    if (this.isRead) return;
    this.stream.reset();
    try {
      for (let more = true; more; ) {
        const page = await this.api.history(this.stream.last);
        const newest = page.items[page.items.length - 1];
        this.thread.add(page.items);
        if (newest) this.stream.last = newest.seq;
        more = page.has_more;
      }
      this.isRead = true;
      for (const { seq, verdict } of await this.api.ratings()) this.ratings.set(seq, verdict);
    } catch (error) {
      if (error instanceof ApiError && error.isLostSession) return this.ended(error);
      if (!this.isRead) {
        this.setConnected(false);
        this.readTimer = setTimeout(() => void this.resume(), HISTORY_AGAIN_MS);
      }
    }
    this.changed();
    this.follow();
  }

  private submit(message: Outgoing, label: string): void {
    this.note = "";
    this.enqueue(this.thread.say(message, label));
  }

  /** One after the other, so that messages arrive in the order in which they were written. */
  private enqueue(pending: Pending): void {
    this.changed();
    this.queue = this.queue.then(() => this.deliver(pending));
  }

  private async deliver(pending: Pending): Promise<void> {
    const { strings } = this.host;
    for (let attempt = 0; this.thread.pending.includes(pending); attempt++) {
      pending.delivery = "sending";
      try {
        const { seq } = await this.api.send(pending.message);
        pending.accepted = true;
        this.host.emit("motcua-sent", { seq });
        this.changed();
        this.follow();
        return;
      } catch (error) {
        const isAway = !(error instanceof ApiError) || error.status >= 500;
        const pause = isAway ? RETRIES_MS[attempt] : attempt === 0 ? RETRIES_MS[0] : undefined;
        if (error instanceof ApiError && error.isLostSession && attempt === 0) {
          this.thread.drop(pending);
          this.ended(error);
          // A button belongs to the conversation that is gone; its words can still be said.
          const again = { client_msg_id: newId(), kind: "text", text: pending.label } as const;
          return this.deliver(this.thread.say(again, pending.label));
        }
        if (error instanceof ApiError && error.code === "origin_not_allowed") this.refuse();
        if (error instanceof ApiError && error.status === 429 && attempt === 0) {
          this.note = error.message;
          this.host.changed();
          await sleep(Math.min(error.retryAfter || 5, 60) * 1000);
          this.note = "";
        } else if (isAway && pause !== undefined && navigator.onLine) {
          await sleep(pause);
        } else {
          pending.delivery = "failed";
          pending.reason = error instanceof ApiError ? error.message || strings.busy : strings.noNetwork;
          this.host.emit("motcua-error", { code: error instanceof ApiError ? error.code : "network" });
          this.changed();
          return;
        }
      }
    }
  }

  /** What the network refused is sent again when there is one. */
  private retryFailed(): void {
    for (const pending of this.thread.pending) if (pending.delivery === "failed") this.resend(pending);
  }

  private take(rows: readonly Row[]): void {
    const fresh = this.thread.add(rows);
    if (!fresh.length) return;
    for (const { seq, from, outcome, procedure, aspect } of fresh) {
      if (from !== "citizen") this.host.emit("motcua-message", { seq, from, outcome, procedure, aspect });
    }
    this.host.heard(fresh);
    this.setTyping(false);
    this.changed();
    this.follow();
  }

  private setState(state: State): void {
    this.state = state;
    this.isStateKnown = true;
    this.host.changed();
    this.follow();
  }

  private setTyping(isTyping: boolean): void {
    clearTimeout(this.typingTimer);
    this.isTyping = isTyping;
    if (isTyping) this.typingTimer = setTimeout(() => this.setTyping(false), TYPING_SHOWN_MS);
    this.host.changed();
  }

  private setConnected(isConnected: boolean): void {
    if (this.isConnected === isConnected) return;
    this.isConnected = isConnected;
    if (isConnected) this.retryFailed();
    this.host.changed();
  }

  private ended(error: ApiError): void {
    this.end(error.code === "session_unknown", error.status === 409);
  }

  /** The conversation is gone: erased (nothing may stay), too old (stays readable), or to be read anew. */
  private end(isErased: boolean, isReread = false): void {
    if (isReread) {
      this.thread.rows = [];
      void this.resume();
      return;
    }
    this.session.forget(false);
    this.isRead = true;
    if (isErased) this.reset();
    else {
      this.stream.reset();
      this.thread.end();
      this.ratings.clear();
      this.state = BOT;
    }
    this.note = this.host.strings.ended;
    this.changed();
  }

  private reset(): void {
    clearTimeout(this.readTimer);
    this.isRead = true;
    this.stream.reset();
    this.thread.clear();
    this.ratings.clear();
    this.state = BOT;
    this.isConnected = true;
  }

  private refuse(): void {
    this.isRefused = true;
    console.warn("motcua-chat: add this page's origin to MOTCUA_ORIGINS of the service.");
  }

  /** Read while somebody looks or waits; a page in the background frees its connection. */
  private follow(): void {
    const isNeeded = 
      (this.isOpen && !this.isHidden) || !this.isStateKnown || this.state.mode !== "BOT" || this.thread.isWaiting;
    if (this.session.token && this.isRead && isNeeded && !this.isAway) this.stream.start();
    else this.stream.stop();
  }

  private changed(): void {
    write(this.unsentKey, this.thread.unsent());
    clearTimeout(this.slowTimer);
    this.isSlow = false;
    if (this.isWaiting) {
      this.slowTimer = setTimeout(() => {
        this.isSlow = true;
        this.host.changed();
      }, SLOW_MS);
    }
    this.host.changed();
  }

  private readonly onNetwork = (): void => {
    this.isOnline = navigator.onLine;
    if (this.isOnline) {
      if (this.stream.isOpen) this.stream.refresh();
      this.retryFailed();
    }
    this.host.changed();
  };

  private readonly onVisibility = (): void => {
    clearTimeout(this.hiddenTimer);
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => {
        this.isHidden = true;
        this.follow();
      }, HIDDEN_MS);
    } else {
      this.isHidden = false;
      this.follow();
      if (this.stream.isOpen) this.stream.refresh();
    }
  };

  private readonly onPage = ({ type }: Event): void => {
    this.isAway = type === "pagehide";
    this.follow();
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
