import { LitElement, html, nothing, type PropertyValues } from "lit";
import { Announcer } from "./announcer.js";
import { Chat, type ChatHost } from "./chat.js";
import { contrast, parseRgb } from "./contrast.js";
import { LogScroll } from "./log-scroll.js";
import { MessageActions, type UiHost } from "./message-actions.js";
import { insideView, launcherView } from "./panel-views.js";
import type { Move, Row } from "./protocol.js";
import { read, write } from "./session.js";
import { stringsFor, type Strings } from "./strings.js";
import { styles } from "./styles.js";

const TALLEST_INPUT_PX = 140;
export const LARGEST_TEXT = 3;
const TEXT_LIMIT = 2000;
const DRAFT = "motcua.draft";
const OPEN = "motcua.open";
const SIZE = "motcua.size";
const LEAST_CONTRAST = 4.5;

/** Address of the script, taken while it runs; the service it came from answers. */
const scriptAddress = (document.currentScript as HTMLScriptElement | null)?.src ?? location.href;

/**
 * The chat. Attributes: `lang`, `theme`, `position`, `title`, `greeting`, `procedure`, `open`, `layout`, `server`.
 *
 * @fires motcua-open, motcua-close, motcua-sent, motcua-message, motcua-rated, motcua-erased, motcua-unread,
 *   motcua-error. Their details never hold what was said.
 */
export class MotcuaChat extends LitElement implements ChatHost, UiHost {
  static override styles = styles;
  static override properties = {
    theme: {},
    position: {},
    greeting: {},
    procedure: {},
    layout: { reflect: true },
    server: {},
    open: { type: Boolean, reflect: true },
    heading: { attribute: false },
  };

  declare theme: "auto" | "light" | "dark" | "contrast";
  declare position: "right" | "left";
  declare greeting: string;
  /** Code of the procedure the page is about. */
  declare procedure: string;
  declare layout: "" | "page";
  /** Origin of the service; without it that of the script. */
  declare server: string;
  declare open: boolean;
  /** The name shown; the attribute for it is `title`. */
  declare heading: string;

  unread = 0;
  // What follows is used by the views of this package and is no interface for pages.
  /** @internal */ chat: Chat | null = null;
  /** @internal */ draft = read(DRAFT) ?? "";
  /** @internal */ size = Math.min(Number(read(SIZE)) || 0, LARGEST_TEXT);
  /** @internal */ isMenuOpen = false;
  /** @internal */ isErasing = false;
  /** @internal */ moving: (Move & { label: string }) | null = null;
  /** @internal */ failure = "";
  /** @internal */ readonly actions = new MessageActions(this);
  /** @internal */ readonly log: LogScroll = new LogScroll(this);
  private configured = "";
  private readonly announcer = new Announcer(() => this.requestUpdate());
  private readonly small = matchMedia("(max-width: 600px), (max-height: 480px)");
  private readonly dark = matchMedia("(prefers-color-scheme: dark)");
  private readonly more = matchMedia("(prefers-contrast: more)");

  constructor() {
    super();
    this.theme = "auto";
    this.position = "right";
    this.greeting = this.procedure = this.layout = this.server = this.heading = "";
    this.open = false;
  }

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, "title", "lang"];
  }

  override attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name === "title") {
      if (value === null) return;
      this.heading = value;
      // Left in place, browsers would show it as a tip over everything.
      this.removeAttribute("title");
    } else if (name === "lang") {
      this.requestUpdate();
    } else {
      super.attributeChangedCallback(name, before, value);
    }
  }

  // What the page can call -------------------------------------------------

  /** Open the chat; focus moves into it as after a click. */
  show(): void {
    if (this.open) return;
    this.open = true;
    void this.updateComplete.then(() => this.focusEntry());
  }

  /** Close the chat; the conversation goes on. */
  hide(): void {
    if (!this.open || this.isPage) return;
    this.open = false;
    void this.updateComplete.then(() => this.find("launcher")?.focus());
  }

  toggle(): void {
    if (this.open) this.hide();
    else this.show();
  }

  /** Send a text as if the citizen had typed it. */
  send(text: string): void {
    const said = text.trim().normalize("NFC");
    if (!said || said.length > this.limit) return;
    this.log.follow();
    this.chat?.say(said);
  }

  /** Erase the conversation everywhere; resolves with whether the service did. */
  erase(): Promise<boolean> {
    return this.chat?.erase() ?? Promise.resolve(false);
  }

  // What the chat tells ----------------------------------------------------

  get strings(): Strings {
    return stringsFor(this.language);
  }

  changed(): void {
    this.requestUpdate();
  }

  heard(rows: readonly Row[]): void {
    const others = rows.filter((row) => row.from !== "citizen");
    if (!others.length) return;
    if (this.open && !document.hidden) {
      this.announcer.hear(others, this.strings);
      this.log.hear(others);
    } else {
      this.setUnread(this.unread + others.length);
    }
  }

  emit(name: string, detail: object = {}): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  // Life -------------------------------------------------------------------

  override connectedCallback(): void {
    super.connectedCallback();
    const others = document.querySelectorAll<MotcuaChat>("motcua-chat");
    if (others.length > 1 && others[0] !== this) {
      console.warn("motcua-chat: a page has room for one; the second was removed.");
      this.remove();
      return;
    }
    if (this.isPage || (read(OPEN) && !this.small.matches)) this.open = true;
    this.chat = new Chat(this.origin, this);
    this.chat.connect();
    this.chat.setOpen(this.open);
    for (const query of [this.small, this.dark, this.more]) query.addEventListener("change", this.onMedia);
    document.addEventListener("visibilitychange", this.onVisible);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.chat?.disconnect();
    this.chat = null;
    this.announcer.silence();
    for (const query of [this.small, this.dark, this.more]) query.removeEventListener("change", this.onMedia);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  private readonly onMedia = (event: MediaQueryListEvent): void => {
    if (event.media === this.small.media && this.open) {
      const focused = this.shadowRoot?.activeElement as HTMLElement | null;
      this.arrange(true);
      focused?.focus();
    }
    this.requestUpdate();
  };

  private readonly onVisible = (): void => {
    if (this.open && !document.hidden) this.setUnread(0);
  };

  protected override willUpdate(changed: PropertyValues): void {
    if (this.open || this.isPage) this.configure();
    if (changed.has("open") && this.hasUpdated) {
      write(OPEN, this.open ? "1" : null);
      this.chat?.setOpen(this.open);
      if (this.open) this.setUnread(0);
      else this.isMenuOpen = this.isErasing = false;
      this.log.follow();
    }
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("open")) {
      this.arrange(false);
      if (changed.get("open") !== undefined) this.emit(this.open ? "motcua-open" : "motcua-close");
    }
    this.fitInput();
    if (this.open || this.isPage) this.log.update();
  }

  protected override firstUpdated(): void {
    this.checkColours();
  }

  /** Show the panel: over everything on small screens, beside the page on large ones. */
  private arrange(isAgain: boolean): void {
    const panel = this.renderRoot.querySelector("dialog");
    if (!panel) return;
    if (panel.open && (isAgain || !this.open)) panel.close();
    if (!this.open || panel.open) return;
    if (this.small.matches) panel.showModal();
    // `show()` would take the focus away from whatever the page does.
    else panel.open = true;
  }

  private configure(): void {
    const wanted = `${this.procedure} ${this.language}`;
    if (!this.chat || (this.configured === wanted && this.chat.config)) return;
    if (this.configured === wanted) return;
    this.configured = wanted;
    void this.chat.configure(this.procedure, this.language);
  }

  /** Colours of the host page that cannot be read are replaced by ours. */
  private checkColours(): void {
    const shown = this.renderRoot.querySelector(".launcher, .head");
    if (!shown) return;
    const { color, backgroundColor } = getComputedStyle(shown);
    const [text, back] = [parseRgb(color), parseRgb(backgroundColor)];
    if (!text || !back || contrast(text, back) >= LEAST_CONTRAST) return;
    this.style.setProperty("--motcua-accent", "#0b5569");
    this.style.setProperty("--motcua-accent-text", "#fff");
    console.warn("motcua-chat: the colours set by the page have too little contrast and are not used.");
  }

  // State in words ---------------------------------------------------------

  /** @internal */ get isPage(): boolean {
    return this.layout === "page";
  }

  /** @internal */ get language(): string {
    return this.closest<HTMLElement>("[lang]")?.lang || "vi";
  }

  /** @internal */ get origin(): string {
    try {
      return new URL(this.server || scriptAddress, location.href).origin;
    } catch {
      return location.origin;
    }
  }

  /** @internal */ get limit(): number {
    return this.chat?.config?.limits.text ?? TEXT_LIMIT;
  }

  private get shownTheme(): string {
    if (this.theme !== "auto") return this.theme;
    // A page that is always light gets a light chat.
    const isDarkPage = /dark/.test(getComputedStyle(document.documentElement).colorScheme);
    if (this.more.matches && this.dark.matches && isDarkPage) return "contrast";
    return this.dark.matches && isDarkPage ? "dark" : "light";
  }

  /** @internal */ find(id: string): HTMLElement | null {
    return (this.renderRoot as ShadowRoot).getElementById(id);
  }

  private setUnread(unread: number): void {
    if (unread === this.unread) return;
    this.unread = unread;
    this.emit("motcua-unread", { unread });
    this.requestUpdate();
  }

  private focusEntry(): void {
    // On a phone the keyboard would cover the suggestions.
    const target = matchMedia("(pointer: coarse)").matches ? "heading" : "input";
    this.find(target)?.focus();
  }

  // Drawing ----------------------------------------------------------------

  protected override render(): unknown {
    if (!this.chat || this.chat.isRefused) return nothing;
    const classes = `root size${this.size} ${this.position === "left" ? "left" : "right"}`;
    const lang = this.language.startsWith("en") ? "en" : "vi";
    return html`<div class=${classes} data-theme=${this.shownTheme} lang=${lang} @keydown=${this.onKey}>
      ${this.isPage
        ? html`<section id="panel" class="page" part="panel" aria-labelledby="heading">${insideView(this)}</section>`
        : html`${launcherView(this)}
            <dialog
              id="panel" class="panel" part="panel" aria-labelledby="heading"
              @cancel=${(event: Event) => event.preventDefault()} @click=${this.onClick}
            >
              ${this.open ? insideView(this) : nothing}
            </dialog>`}
      <div class="unseen" aria-live="polite">${this.open ? this.announcer.texts[0] : ""}</div>
      <div class="unseen" aria-live="polite">${this.open ? this.announcer.texts[1] : ""}</div>
    </div>`;
  }

  // What people do ---------------------------------------------------------

  /** @internal */ ask(text: string): void {
    this.send(text);
    this.find("input")?.focus();
  }

  /** @internal */ readonly askOfficer = (): void => this.ask(this.strings.officerText);

  /** @internal */ readonly onSubmit = (event: Event): void => {
    event.preventDefault();
    const text = this.draft.trim().normalize("NFC");
    this.find("input")?.focus();
    if (!text || text.length > this.limit) return;
    this.setDraft("");
    this.send(text);
  };

  /** @internal */ readonly onInput = (event: Event): void => {
    this.setDraft((event.target as HTMLTextAreaElement).value);
    this.chat?.typing();
  };

  /** @internal */ readonly onFile = async ({ target }: Event): Promise<void> => {
    const input = target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (!file || !this.chat) return;
    this.fail(this.strings.attaching);
    this.fail(await this.chat.attach(file));
  };

  /** @internal */ async startMove(to: string, label: string): Promise<void> {
    try {
      const made = await this.chat?.api.move(to);
      if (!made || !/^https:/.test(made.url)) throw made;
      this.moving = { ...made, label };
      this.requestUpdate();
      await this.updateComplete;
      this.find("keep")?.focus();
    } catch {
      this.fail(this.strings.busy);
    }
  }

  private fail(text: string): void {
    this.failure = text;
    this.requestUpdate();
  }

  private setDraft(text: string): void {
    this.draft = text;
    this.failure = "";
    write(DRAFT, text || null);
    this.requestUpdate();
  }

  /** @internal */ readonly onEnter = (event: KeyboardEvent): void => {
    // While a Telex or VNI keyboard composes, Enter ends the word and not the message.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    (event.target as HTMLTextAreaElement).form?.requestSubmit();
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.isComposing) return;
    // The innermost thing closes first.
    if (this.isMenuOpen) this.closeMenu(true);
    else if (this.isErasing || this.moving) this.keep();
    else if (this.actions.remarkOn) this.actions.closeRemark(this.actions.remarkOn);
    else if (this.open && !this.isPage) this.hide();
    else return;
    event.stopPropagation();
    event.preventDefault();
  };

  /** @internal */ readonly onClick = (event: Event): void => {
    const path = event.composedPath();
    const isMenu = path.some((node) => node instanceof Element && ["menu", "more"].includes(node.id));
    if (this.isMenuOpen && !isMenu) this.closeMenu(false);
  };

  /** @internal */ readonly onMenuBlur = (event: FocusEvent): void => {
    const next = event.relatedTarget as Element | null;
    if (next && next.id !== "more" && !next.closest("#menu")) this.closeMenu(false);
  };

  /** @internal */ toggleMenu(): void {
    this.isMenuOpen = !this.isMenuOpen;
    this.requestUpdate();
  }

  private closeMenu(isReturning: boolean): void {
    this.isMenuOpen = false;
    this.requestUpdate();
    if (isReturning) this.find("more")?.focus();
  }

  /** @internal */ fromMenu(action: () => void): void {
    this.closeMenu(true);
    action();
  }

  /** @internal */ resize(step: number): void {
    this.size = Math.max(0, Math.min(LARGEST_TEXT, this.size + step));
    write(SIZE, this.size ? String(this.size) : null);
    this.log.keep();
    this.requestUpdate();
  }

  /** @internal */ async save(): Promise<void> {
    try {
      const address = URL.createObjectURL((await this.chat?.api.transcript()) as Blob);
      const link = document.createElement("a");
      link.href = address;
      link.download = "hoi-thoai-mot-cua.txt";
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch {
      this.fail(this.strings.saveFailed);
    }
  }

  /** @internal */ askErase(): void {
    this.isErasing = true;
    this.requestUpdate();
    void this.updateComplete.then(() => this.find("keep")?.focus());
  }

  /** @internal */ readonly keep = (): void => {
    this.isErasing = false;
    this.moving = null;
    this.requestUpdate();
    void this.updateComplete.then(() => this.find("more")?.focus());
  };

  /** @internal */ readonly confirmErase = async (): Promise<void> => {
    this.isErasing = false;
    this.log.follow();
    this.requestUpdate();
    await this.updateComplete;
    this.find("input")?.focus();
    if (!(await this.erase())) return this.announcer.say(this.strings.eraseFailed);
    this.actions.clear();
    this.setDraft("");
    this.announcer.say(this.strings.erased);
  };

  private fitInput(): void {
    const input = this.find("input") as HTMLTextAreaElement | null;
    if (!input) return;
    input.style.setProperty("height", "auto");
    input.style.setProperty("height", `${Math.min(input.scrollHeight + 3, TALLEST_INPUT_PX)}px`);
  }
}
