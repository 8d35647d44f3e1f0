import { html, nothing, type TemplateResult } from "lit";
import { blocksOf, safeHref, shortAddress, type Block, type Inline } from "./blocks.js";
import * as icons from "./icons.js";
import type { Choice, Row, Verdict } from "./protocol.js";
import type { Strings } from "./strings.js";
import type { Pending } from "./thread.js";

const clock = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
const dated = new Intl.DateTimeFormat("vi-VN", {
  hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", timeZone: "Asia/Ho_Chi_Minh",
});
const DAY_MS = 86_400_000;
/** Outcomes worth a judgement; a greeting or an apology is none. */
const RATED = new Set(["answer", "clarify", "location", "dossier", "out_of_scope", "petition"]);

export type CopyState = "done" | "failed";

/** What a message needs to know of its surroundings, and what it can cause. */
export interface MessageContext {
  readonly strings: Strings;
  /** The message whose buttons can be pressed. */
  readonly openChoices: number;
  readonly chosen: ReadonlyMap<number, string>;
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly copies: ReadonlyMap<number, CopyState>;
  /** The answer whose form for remarks is open. */
  readonly remarkOn: number;
  readonly remark: string;
  readonly commentLimit: number;
  /** Passing sentences under an answer: thanks, or that rating failed. */
  readonly thanks: ReadonlyMap<number, string>;
  press(row: Row, choice: Choice): void;
  /** Address of something the service keeps. */
  address(path: string): string;
  copy(row: Row): void;
  rate(row: Row, verdict: Verdict): void;
  type(remark: string): void;
  sendRemark(row: Row): void;
  closeRemark(seq: number): void;
}

export function messageView(row: Row, context: MessageContext, isPast = false): TemplateResult {
  const { strings } = context;
  if (row.from === "citizen") return citizenView(row.text, strings, timeOf(row.at));
  const name = row.from === "bot" ? strings.names.bot : html`<b>${strings.names[row.from]}</b>`;
  return html`<li class=${row.from} data-seq=${row.seq}>
    <span class="who">${name} ${timeOf(row.at)}</span>
    <div class="bubble" lang="vi">
      ${bodyView(row, strings)}${row.attachment
        ? html`<p>${linkView(context.address(row.attachment.url), row.attachment.name, strings)}</p>`
        : nothing}
    </div>
    ${row.buttons?.length ? choicesView(row, row.buttons, context) : nothing}
    ${row.from === "bot" && !isPast ? toolsView(row, context) : nothing}
  </li>`;
}

export function citizenView(
  text: string, strings: Strings, time: unknown = nothing, below: unknown = nothing,
): TemplateResult {
  return html`<li class="citizen">
    <span class="who">${strings.names.citizen} ${time}</span>
    <div class="bubble" lang="vi" dir="auto">${text}</div>
    ${below}
  </li>`;
}

export function pendingView(
  pending: Pending, strings: Strings, on: { resend(): void; discard(): void },
): TemplateResult {
  const { delivery, accepted, reason } = pending;
  const below =
    delivery === "failed"
      ? html`<p class="delivery failed" role="alert">
          <strong>${strings.failed}</strong> ${reason}
          <button type="button" @click=${on.resend}>${strings.resend}</button>
          <button type="button" @click=${on.discard}>${strings.discard}</button>
        </p>`
      : accepted
        ? nothing
        : html`<p class="delivery">${strings.sending}</p>`;
  return citizenView(pending.label, strings, nothing, below);
}

function bodyView(row: Row, strings: Strings): unknown {
  const titles = (row.buttons ?? []).map((button) => button.title);
  const blocks = blocksOf(row.text, { outcome: row.outcome, aspect: row.aspect, titles });
  const hrefs = (row.sources ?? []).filter((source) => !row.text.includes(source)).map(safeHref);
  const more = hrefs.filter((href): href is string => href !== null);
  return html`${blocks.map((block) => blockView(block, strings))}${more.length
    ? html`<p class="soft">
        ${strings.sources}: ${more.map((href, index) => html`${index ? ", " : ""}${linkView(href, shortAddress(href), strings)}`)}
      </p>`
    : nothing}`;
}

function blockView(block: Block, strings: Strings): TemplateResult {
  const inline = (parts: readonly Inline[]): unknown =>
    parts.map((part) => ("href" in part ? linkView(part.href, part.text, strings) : part.text));
  if (block.kind === "title") return html`<p class="title">${block.text}</p>`;
  if (block.kind === "line") {
    return html`<p>${block.label ? html`<span class="label">${block.label}:</span> ` : nothing}${inline(block.inline)}</p>`;
  }
  if (block.kind === "list") {
    const items = block.items.map((item) => html`<li>${inline(item)}</li>`);
    return block.ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
  }
  return html`<table>
    <thead><tr><th scope="col">${strings.feeName}</th><th scope="col">${strings.feeValue}</th></tr></thead>
    <tbody>
      ${block.rows.map(
        ({ name, value, note }) => html`<tr>
          <th scope="row">${name}</th>
          <td><b>${value}</b>${note.length ? html` <span class="soft">${inline(note)}</span>` : nothing}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

function linkView(href: string, text: string, strings: Strings): TemplateResult {
  return html`<a href=${href} target="_blank" rel="noopener noreferrer"
    >${text}<span class="unseen"> (${strings.newTab})</span></a
  >`;
}

function choicesView(row: Row, buttons: readonly Choice[], context: MessageContext): TemplateResult {
  const chosen = context.chosen.get(row.seq);
  return html`<div class="choices" role="group" aria-label=${context.strings.choiceGroup} lang="vi">
    ${buttons.map(
      (button, index) => html`<button
        type="button"
        class="chip ${chosen === button.id ? "chosen" : ""}"
        ?disabled=${context.openChoices !== row.seq}
        @click=${() => context.press(row, button)}
      >
        ${buttons.length > 1 && !/^\d/.test(button.title) ? `${index + 1}. ` : ""}${button.title}${chosen === button.id
          ? html` <span>✓ ${context.strings.chosen}</span>`
          : nothing}
      </button>`,
    )}
  </div>`;
}

function toolsView(row: Row, context: MessageContext): unknown {
  if (!RATED.has(row.outcome ?? "")) return nothing;
  const { strings } = context;
  const verdict = context.verdicts.get(row.seq);
  const copied = context.copies.get(row.seq);
  const copyLabel = copied ? (copied === "done" ? strings.copied : strings.copyFailed) : strings.copy;
  const rate = (wanted: Verdict, label: string, icon: unknown): TemplateResult => html`<button
    type="button"
    data-rate=${wanted}
    aria-pressed=${verdict === wanted || (wanted === "incorrect" && context.remarkOn === row.seq)}
    @click=${() => context.rate(row, wanted)}
  >
    ${icon}${label}
  </button>`;
  return html`<div class="tools">
      <button type="button" @click=${() => context.copy(row)}>
        ${copied === "done" ? icons.tick : icons.copy}
        ${copyLabel}
      </button>
      <span role="group" aria-label=${strings.rate}>
        ${rate("correct", strings.correct, icons.tick)}${rate("incorrect", strings.incorrect, icons.cross)}
      </span>
      <span role="status">
        ${context.thanks.get(row.seq) ?? ""}<span class="unseen">${copied ? copyLabel : ""}</span>
      </span>
    </div>
    ${context.remarkOn === row.seq ? remarkView(row, context) : nothing}`;
}

function remarkView(row: Row, context: MessageContext): TemplateResult {
  const { strings } = context;
  return html`<form
    class="feedback"
    @submit=${(event: Event) => {
      event.preventDefault();
      context.sendRemark(row);
    }}
  >
    <label for="remark">${strings.whatIsWrong}</label>
    <textarea
      id="remark" rows="2" maxlength=${context.commentLimit} autocomplete="off" .value=${context.remark}
      @input=${(event: Event) => context.type((event.target as HTMLTextAreaElement).value)}
    ></textarea>
    <div class="row">
      <button class="button">${strings.sendRating}</button>
      <button type="button" class="button quiet" @click=${() => context.closeRemark(row.seq)}>${strings.skip}</button>
    </div>
  </form>`;
}

function timeOf(at: string): TemplateResult {
  const moment = new Date(at);
  const format = Date.now() - moment.getTime() > DAY_MS ? dated : clock;
  return html`<time datetime=${at}>${format.format(moment)}</time>`;
}

export function messagesView(rows: readonly Row[], context: MessageContext, isPast = false): unknown {
  // Messages are only ever added at the end, so no keys are needed to keep elements in place.
  return rows.map((row) => messageView(row, context, isPast));
}
