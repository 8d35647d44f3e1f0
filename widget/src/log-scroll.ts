import type { UiHost } from "./message-actions.js";
import type { Row } from "./protocol.js";

const NEAR_END_PX = 80;

/** Keeps the reader's place: follows new messages only for somebody who reads at the end. */
export class LogScroll {
  isAtEnd = true;
  /** Messages that came below what is being read. */
  fresh = 0;
  private first = 0;
  private mustFollow = true;

  constructor(private readonly host: UiHost) {}

  /** Go to the end with the next drawing: the citizen spoke, or opened the chat. */
  follow(): void {
    this.mustFollow = true;
  }

  /** Stay at the end, if we are there, while sizes change. */
  keep(): void {
    this.mustFollow = this.isAtEnd;
  }

  hear(rows: readonly Row[]): void {
    if (this.isAtEnd) this.first ||= rows[0]?.seq ?? 0;
    else this.fresh += rows.length;
  }

  /** Called after each drawing. */
  update(): void {
    const log = this.host.find("log");
    const panel = this.host.find("panel");
    if (!log || !panel) return;
    // On very low screens the whole panel scrolls.
    const box = getComputedStyle(panel).overflowY === "auto" ? panel : log;
    // A long answer is read from its beginning.
    const first = this.first
      ? this.host.renderRoot.querySelector<HTMLElement>(`[data-seq="${this.first}"]`)
      : null;
    if (first) {
      const top = box.scrollTop + first.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
      box.scrollTop = Math.min(top, box.scrollHeight - box.clientHeight);
    } else if (this.host.chat?.thread.isEmpty) {
      // The greeting, before anything was said, is read from above.
      box.scrollTop = 0;
    } else if (this.mustFollow || (this.isAtEnd && box === log)) {
      box.scrollTop = box.scrollHeight;
    }
    this.mustFollow = false;
    this.first = 0;
  }

  readonly onScroll = (event: Event): void => {
    const log = event.target as HTMLElement;
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END_PX;
    if (isAtEnd) this.fresh = 0;
    if (isAtEnd === this.isAtEnd) return;
    this.isAtEnd = isAtEnd;
    this.host.requestUpdate();
  };

  readonly jump = (): void => {
    const log = this.host.find("log");
    if (!log) return;
    log.scrollTop = log.scrollHeight;
    log.focus();
  };
}
