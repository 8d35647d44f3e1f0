/**
 * The signed session of this browser: kept in the tab, handed from tab to tab, never written to disk.
 *
 * Computers of one-stop offices are shared. `sessionStorage` ends with the tab; a new tab of the same site asks
 * the open ones for the session, so the thread goes on in all of them and is gone with the last.
 */

const ASK_MS = 150;

type Note =
  | { readonly type: "ask" }
  | { readonly type: "token"; readonly token: string }
  | { readonly type: "gone"; readonly token: string };

export class SessionKeeper {
  /** Settles when other tabs had time to answer. */
  readonly ready: Promise<void>;
  token: string | null = null;
  private readonly key: string;
  private readonly channel: BroadcastChannel | null;
  private settle: () => void = () => undefined;

  /**
   * @param server Origin of the service; two services on one site keep apart.
   * @param onChange Another tab began, or erased, the conversation.
   */
  constructor(
    server: string,
    private readonly onChange: (token: string | null) => void,
  ) {
    this.key = `motcua.session ${server}`;
    this.token = read(this.key);
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(this.key) : null;
    this.ready = new Promise((resolve) => (this.settle = resolve));
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<Note>) => this.hear(data);
    if (this.token || !this.channel) this.settle();
    else {
      this.channel.postMessage({ type: "ask" });
      setTimeout(this.settle, ASK_MS);
    }
  }

  keep(token: string): void {
    this.token = token;
    write(this.key, token);
    this.channel?.postMessage({ type: "token", token });
  }

  /** Forget the session here; with `everywhere` in all tabs. */
  forget(everywhere: boolean): void {
    const { token } = this;
    this.token = null;
    write(this.key, null);
    if (everywhere && token) this.channel?.postMessage({ type: "gone", token });
  }

  close(): void {
    this.settle();
    this.channel?.close();
  }

  private hear(note: Note): void {
    if (note.type === "ask") {
      if (this.token) this.channel?.postMessage({ type: "token", token: this.token });
    } else if (note.type === "token") {
      const isOther = conversationOf(this.token) !== conversationOf(note.token);
      // Both tabs began one at the same moment: each keeps its own.
      if (isOther && this.token) return;
      this.token = note.token;
      write(this.key, note.token);
      this.settle();
      if (isOther) this.onChange(note.token);
    } else if (this.token && conversationOf(this.token) === conversationOf(note.token)) {
      this.forget(false);
      this.onChange(null);
    }
  }
}

/** Return the conversation a token names, or null. The signature is the server's business. */
export function conversationOf(token: string | null): string | null {
  const claims = token?.split(".")[2];
  if (!claims) return null;
  try {
    const { c } = JSON.parse(atob(claims.replace(/-/g, "+").replace(/_/g, "/"))) as { c?: unknown };
    return typeof c === "string" ? c : null;
  } catch {
    return null;
  }
}

/** Return a text of the tab's storage; without storage null, and things live as long as the page. */
export function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // In-app browsers may have none, or a full one.
  }
}
