import type { Chat } from "./chat.js";
import type { LogScroll } from "./log-scroll.js";
import type { CopyState, MessageContext } from "./message-view.js";
import type { Choice, Row, Verdict } from "./protocol.js";
import type { Strings } from "./strings.js";

const COPIED_MS = 3000;
const COMMENT_LIMIT = 1000;

/** What this file needs of the element. */
export interface UiHost {
  readonly chat: Chat | null;
  readonly strings: Strings;
  readonly origin: string;
  readonly log: LogScroll;
  readonly renderRoot: HTMLElement | DocumentFragment;
  readonly updateComplete: Promise<boolean>;
  requestUpdate(): void;
  find(id: string): HTMLElement | null;
}

/** What a citizen does with messages: press a button, copy, rate, say what was wrong. */
export class MessageActions implements MessageContext {
  readonly chosen = new Map<number, string>();
  readonly copies = new Map<number, CopyState>();
  readonly thanks = new Map<number, string>();
  remarkOn = 0;
  remark = "";

  constructor(private readonly host: UiHost) {}

  clear(): void {
    this.chosen.clear();
    this.thanks.clear();
    this.remarkOn = 0;
  }

  get strings(): Strings {
    return this.host.strings;
  }

  get openChoices(): number {
    return this.host.chat?.thread.openChoices ?? 0;
  }

  get verdicts(): ReadonlyMap<number, Verdict> {
    return this.host.chat?.ratings ?? new Map<number, Verdict>();
  }

  get commentLimit(): number {
    return this.host.chat?.config?.limits.comment ?? COMMENT_LIMIT;
  }

  press(row: Row, choice: Choice): void {
    this.chosen.set(row.seq, choice.id);
    this.host.log.follow();
    this.host.chat?.press(choice);
    this.host.find("input")?.focus();
  }

  address(path: string): string {
    return new URL(path, this.host.origin).href;
  }

  copy(row: Row): void {
    const done = (state: CopyState): void => {
      this.copies.set(row.seq, state);
      this.host.requestUpdate();
      setTimeout(() => {
        this.copies.delete(row.seq);
        this.host.requestUpdate();
      }, COPIED_MS);
    };
    const text = [row.text, ...(row.sources ?? []).filter((source) => !row.text.includes(source))].join("\n");
    // Absent on pages without https.
    const writing = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    writing.then(() => done("done"), () => done(copyBySelection(text, this.host.renderRoot) ? "done" : "failed"));
  }

  rate(row: Row, verdict: Verdict): void {
    this.thanks.delete(row.seq);
    if (this.verdicts.get(row.seq) === verdict) void this.host.chat?.rate({ seq: row.seq, verdict: null });
    else if (verdict === "correct") void this.sendRating(row.seq, verdict);
    else {
      // Kept at once: whoever closes the form has still said that it was wrong.
      void this.sendRating(row.seq, verdict, "", false);
      this.remarkOn = row.seq;
      this.remark = "";
      this.host.requestUpdate();
      void this.host.updateComplete.then(() => this.host.find("remark")?.focus());
    }
    if (verdict === "correct" && this.remarkOn === row.seq) this.remarkOn = 0;
    this.host.requestUpdate();
  }

  type(remark: string): void {
    this.remark = remark;
  }

  sendRemark(row: Row): void {
    const remark = this.remark.trim();
    this.closeRemark(row.seq);
    void this.sendRating(row.seq, "incorrect", remark);
  }

  closeRemark(seq: number): void {
    this.remarkOn = 0;
    this.host.requestUpdate();
    void this.host.updateComplete.then(() =>
      this.host.renderRoot.querySelector<HTMLElement>(`[data-seq="${seq}"] [data-rate="incorrect"]`)?.focus(),
    );
  }

  private async sendRating(seq: number, verdict: Verdict, comment = "", thank = true): Promise<void> {
    const isKept = await this.host.chat?.rate({ seq, verdict, ...(comment && { comment }) });
    const { strings } = this.host;
    if (!isKept) this.thanks.set(seq, strings.rateFailed);
    else if (thank) this.thanks.set(seq, verdict === "correct" ? strings.ratedCorrect : strings.rated);
    this.host.requestUpdate();
  }
}

/** The old way, for pages without https. */
function copyBySelection(text: string, root: HTMLElement | DocumentFragment): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "unseen";
  const focused = (root as ShadowRoot).activeElement as HTMLElement | null;
  (root.querySelector(".panel, .page") ?? root).append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isDone;
}
