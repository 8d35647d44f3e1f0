import type { Config, Move, Outgoing, Rating, Row } from "./protocol.js";
import type { SessionKeeper } from "./session.js";

const REQUEST_MS = 20_000;

/** An answer of the service that is an error. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** The conversation is gone; only a new one helps. */
  get isLostSession(): boolean {
    return this.code === "session_invalid" || this.code === "session_unknown";
  }
}

/** Talks to the service; the session is opened with the first message and renewed when its time is over. */
export class Api {
  private opening: Promise<void> | null = null;
  private renewing: Promise<void> | null = null;

  constructor(
    readonly server: string,
    private readonly session: SessionKeeper,
  ) {}

  async open(): Promise<void> {
    await this.session.ready;
    if (this.session.token) return;
    this.opening ??= this.begin("/sessions", null).finally(() => (this.opening = null));
    return this.opening;
  }

  async send(message: Outgoing): Promise<{ seq: number }> {
    await this.open();
    return (await this.call("/messages", post(message))).json();
  }

  async history(after: number): Promise<{ items: Row[]; has_more: boolean }> {
    return (await this.call(`/messages?after=${after}&limit=200`)).json();
  }

  stream(after: number, signal: AbortSignal): Promise<Response> {
    return this.call(`/events?after=${after}`, { signal, headers: { Accept: "text/event-stream" } });
  }

  async poll(after: number, signal: AbortSignal): Promise<Row[]> {
    const headers = { Accept: "application/json" };
    return (await this.call(`/events?after=${after}&wait=20`, { signal, headers })).json();
  }

  async rate(rating: Rating): Promise<void> {
    await this.call("/ratings", post(rating));
  }

  async unrate(seq: number): Promise<void> {
    await this.call(`/ratings/${seq}`, { method: "DELETE" });
  }

  async ratings(): Promise<Rating[]> {
    return (await this.call("/ratings")).json();
  }

  async move(to: string): Promise<Move> {
    return (await this.call("/moves", post({ to }))).json();
  }

  async attach(client_msg_id: string, file: File): Promise<void> {
    const body = new FormData();
    body.set("client_msg_id", client_msg_id);
    body.set("file", file);
    await this.call("/attachments", { method: "POST", body });
  }

  async typing(): Promise<void> {
    await this.call("/typing", { method: "POST" });
  }

  async transcript(): Promise<Blob> {
    return (await this.call("/transcript")).blob();
  }

  async erase(): Promise<void> {
    try {
      await this.call("/sessions/current", { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof ApiError && error.isLostSession)) throw error;
    }
  }

  async config(procedure: string, lang: string): Promise<Config> {
    const query = new URLSearchParams({ lang });
    if (procedure) query.set("procedure", procedure);
    return (await this.fetch(`/config?${query}`, {})).json();
  }

  private async call(path: string, init: RequestInit = {}, mayRenew = true): Promise<Response> {
    const { token } = this.session;
    try {
      return await this.fetch(path, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } });
    } catch (error) {
      if (error instanceof ApiError && error.code === "session_expired" && mayRenew && token) {
        await this.renew(token);
        return this.call(path, init, false);
      }
      throw error;
    }
  }

  private renew(token: string): Promise<void> {
    // Another call, or another tab, was quicker.
    if (this.session.token !== token) return Promise.resolve();
    this.renewing ??= this.begin("/sessions/renew", token).finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async begin(path: string, token: string | null): Promise<void> {
    const init = token ? { method: "POST", headers: { Authorization: `Bearer ${token}` } } : post({ lang: "vi" });
    const created = (await (await this.fetch(path, init)).json()) as { token: string };
    this.session.keep(created.token);
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    const limit = new AbortController();
    // Streams bring a signal of their own and watch their own silence.
    const timer = init.signal ? 0 : setTimeout(() => limit.abort(), REQUEST_MS);
    try {
      const response = await fetch(`${this.server}/api/web${path}`, {
        cache: path.startsWith("/config") ? "default" : "no-store",
        credentials: "omit",
        signal: limit.signal,
        ...init,
      });
      if (!response.ok) throw await failure(response);
      return response;
    } finally {
      clearTimeout(timer);
    }
  }
}

function post(body: object): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}

async function failure(response: Response): Promise<ApiError> {
  let error: { code?: string; message?: string; retry_after?: number } = {};
  try {
    error = ((await response.json()) as { error?: typeof error }).error ?? {};
  } catch {
    // A proxy answered in words of its own.
  }
  return new ApiError(response.status, error.code ?? "unavailable", error.message ?? "", error.retry_after);
}
