// Talking to the service: one session for the tab, renewed when its time is over.

const KEY = "motcua.session";
const BASE = "/api/web";

export class ApiError extends Error {
  constructor(status, code, message, retryAfter) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get isLostSession() {
    return this.code === "session_invalid" || this.code === "session_unknown";
  }
}

async function failure(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    // A proxy answered in words of its own.
  }
  const message = error.message ?? "Hệ thống đang bận. Anh/chị vui lòng thử lại sau ít phút.";
  return new ApiError(response.status, error.code ?? "unavailable", message, error.retry_after);
}

export class ChatApi {
  #session = null;
  #opening = null;
  #renewing = null;

  constructor() {
    try {
      this.#session = JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      this.#session = null;
    }
  }

  get hasSession() {
    return this.#session !== null;
  }

  forget() {
    this.#keep(null);
  }

  /** Makes sure that there is a session; nothing is stored anywhere before the first message. */
  open() {
    if (this.#session) return Promise.resolve();
    this.#opening ??= this.#post("/sessions", null, { lang: "vi" })
      .then((session) => this.#keep(session))
      .finally(() => (this.#opening = null));
    return this.#opening;
  }

  async send(message) {
    await this.open();
    const init = { method: "POST", body: JSON.stringify(message), headers: { "Content-Type": "application/json" } };
    return (await this.#fetch("/messages", init)).json();
  }

  async history(after) {
    return (await this.#fetch(`/messages?after=${after}&limit=200`, {})).json();
  }

  stream(after, signal) {
    return this.#fetch(`/events?after=${after}`, { signal, headers: { Accept: "text/event-stream" } });
  }

  async poll(after, signal) {
    const response = await this.#fetch(`/events?after=${after}&wait=25`, {
      signal,
      headers: { Accept: "application/json" },
    });
    return response.json();
  }

  async erase() {
    try {
      await this.#fetch("/sessions/current", { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof ApiError && error.isLostSession)) throw error;
    }
    this.forget();
  }

  async #fetch(path, init, mayRenew = true) {
    const token = this.#session?.token;
    const response = await fetch(BASE + path, {
      ...init,
      cache: "no-store",
      headers: { ...init.headers, Authorization: `Bearer ${token}` },
    });
    if (response.ok) return response;
    const error = await failure(response);
    if (error.code === "session_expired" && mayRenew) {
      await this.#renew(token);
      return this.#fetch(path, init, false);
    }
    if (error.isLostSession && this.#session?.token === token) this.forget();
    throw error;
  }

  #renew(token) {
    if (this.#session?.token !== token) return Promise.resolve();
    this.#renewing ??= this.#post("/sessions/renew", token, null)
      .then((session) => this.#keep(session))
      .catch((error) => {
        if (error instanceof ApiError && error.isLostSession) this.forget();
        throw error;
      })
      .finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #post(path, token, body) {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    const init = { method: "POST", headers, body: body && JSON.stringify(body) };
    const response = await fetch(BASE + path, init);
    if (!response.ok) throw await failure(response);
    return response.json();
  }

  #keep(session) {
    this.#session = session && { token: session.token };
    try {
      if (session) sessionStorage.setItem(KEY, JSON.stringify(this.#session));
      else sessionStorage.removeItem(KEY);
    } catch {
      // Without storage the conversation lives as long as the page.
    }
  }
}
