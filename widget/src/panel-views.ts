import { html, nothing, svg, type TemplateResult } from "lit";
import type { Chat } from "./chat.js";
import { LARGEST_TEXT, type MotcuaChat } from "./element.js";
import * as icons from "./icons.js";
import { messagesView, pendingView } from "./message-view.js";
import { printThread } from "./print.js";

/** From so many characters before the limit on, they are counted. */
const COUNTER_FROM = 200;

export function launcherView(ui: MotcuaChat): TemplateResult {
  const { strings, unread } = ui;
  return html`<button
    id="launcher" class="launcher" part="launcher" type="button" ?hidden=${ui.open}
    aria-expanded=${ui.open} aria-controls="panel"
    aria-label=${strings.launcherName(ui.heading || strings.title, unread)}
    @click=${() => ui.show()}
  >
    ${icons.chat}<span>${strings.launcher}</span>${unread ? html`<span class="badge">${unread}</span>` : nothing}
  </button>`;
}

export function insideView(ui: MotcuaChat): TemplateResult {
  const chat = ui.chat as Chat;
  return html`${headerView(ui)}${ui.isMenuOpen ? menuView(ui) : nothing}
    ${chat.isOnline ? nothing : html`<p class="banner" role="status">${ui.strings.offline}</p>`}
    ${modeView(ui)}
    <div class="scroll">
      <div
        id="log" class="log" role="log" aria-live="off" aria-label=${ui.strings.log} tabindex="0"
        @scroll=${ui.log.onScroll}
      >
        <ol>${threadView(ui)}</ol>
      </div>
      ${ui.log.isAtEnd
        ? nothing
        : html`<button class="jump" type="button" aria-label=${ui.strings.jump(ui.log.fresh)} @click=${ui.log.jump}>
          ${icons.down}${ui.log.fresh ? ui.strings.jump(ui.log.fresh) : nothing}
        </button>`}
    </div>
    <p class="status ${statusText(ui) === ui.strings.typing ? "unseen" : ""}" role="status">${statusText(ui)}</p>
    ${ui.isErasing ? confirmView(ui) : ui.moving ? moveView(ui, ui.moving) : entryView(ui)}`;
}

function headerView(ui: MotcuaChat): TemplateResult {
  const { strings } = ui;
  const title = ui.heading || strings.title;
  return html`<div class="head" part="header">
    ${icons.chat}
    ${ui.isPage
      ? html`<h1 id="heading" tabindex="-1">${title}</h1>`
      : html`<h2 id="heading" tabindex="-1">${title}</h2>`}
    <button
      id="more" type="button" aria-label=${strings.menu} aria-expanded=${ui.isMenuOpen} aria-controls="menu"
      @click=${() => ui.toggleMenu()}
    >
      ${icons.more}
    </button>
    ${ui.isPage
      ? nothing
      : html`<button type="button" aria-label=${strings.close} @click=${() => ui.hide()}>${icons.close}</button>`}
  </div>`;
}

function menuView(ui: MotcuaChat): TemplateResult {
  const { strings } = ui;
  const chat = ui.chat as Chat;
  const ways = chat.config?.entry_points;
  const said = !chat.thread.isEmpty;
  const item = (label: string, action: () => void, style = ""): TemplateResult =>
    html`<li><button type="button" class=${style} @click=${() => ui.fromMenu(action)}>${label}</button></li>`;
  const way = (label: string, href: string | null | undefined, to: string): unknown =>
    !href || !/^https:\/\//.test(href)
      ? nothing
      : said && chat.hasSession
        ? item(label, () => void ui.startMove(to, label))
        : html`<li>
          <a href=${href} target="_blank" rel="noopener noreferrer">${label}<span class="unseen"> (${strings.newTab})</span></a>
        </li>`;
  return html`<ul id="menu" class="menu" @focusout=${ui.onMenuBlur}>
    <li><div class="size" role="group" aria-label=${strings.textSize}>
      <span>${strings.textSize}</span>
      <button type="button" aria-label=${strings.smaller} aria-disabled=${ui.size === 0} @click=${() => ui.resize(-1)}>A−</button>
      <button type="button" aria-label=${strings.larger} aria-disabled=${ui.size === LARGEST_TEXT} @click=${() => ui.resize(1)}>A+</button>
    </div></li>
    ${way(strings.zalo, ways?.zalo, "zalo")}${way(strings.telegram, ways?.telegram, "telegram")}
    ${said && chat.hasSession ? item(strings.save, () => void ui.save()) : nothing}
    ${said ? item(strings.print, () => printThread(chat.thread.rows, ui.heading || strings.title, strings)) : nothing}
    ${chat.hasSession ? item(strings.erase, () => ui.askErase(), "danger") : nothing}
  </ul>`;
}

function modeView(ui: MotcuaChat): unknown {
  const { mode, place, minutes, officer } = (ui.chat as Chat).state;
  if (mode === "BOT") return nothing;
  const { strings } = ui;
  const isHuman = mode === "HUMAN";
  const text = isHuman ? strings.human(officer) : place ? strings.place(place, minutes) : strings.waiting;
  return html`<div class="banner">
    <p class="grow" role="status">${text}</p>
    <button type="button" class="button quiet" @click=${() => ui.ask(isHuman ? strings.endText : strings.cancelText)}>
      ${isHuman ? strings.endTalk : strings.stopWaiting}
    </button>
  </div>`;
}

function threadView(ui: MotcuaChat): unknown {
  const chat = ui.chat as Chat;
  const { strings } = ui;
  const { thread, config } = chat;
  const procedure = config?.procedure;
  return html`<li class="bot">
      <span class="who">${strings.names.bot}</span>
      <div class="bubble">
        <p>${ui.greeting || strings.greeting}</p>
        <p class="soft">${strings.privacy}</p>
        ${procedure ? html`<p>${strings.aboutProcedure(procedure.name)}</p>` : nothing}
      </div>
      ${config && (thread.isEmpty || (procedure && !chat.isWaiting && !thread.openChoices && !thread.rows.length))
        ? html`<div class="choices" role="group" aria-label=${strings.quick}>
            ${config.quick_questions.map(
              ({ label, text }) => html`<button class="chip" type="button" @click=${() => ui.ask(text)}>${label}</button>`,
            )}
          </div>`
        : nothing}
    </li>
    ${messagesView(thread.past, ui.actions, true)} ${messagesView(thread.rows, ui.actions)}
    ${thread.pending.map((pending) =>
      pendingView(pending, strings, {
        resend: () => chat.resend(pending),
        discard: () => {
          chat.discard(pending);
          ui.find("input")?.focus();
        },
      }),
    )}
    ${chat.isTyping || (chat.isWaiting && !chat.isSlow && !thread.pending.some((one) => one.delivery === "failed"))
      ? html`<li class="bot" aria-hidden="true"><div class="bubble"><span class="dots"><i></i><i></i><i></i></span></div></li>`
      : nothing}
    ${chat.note ? html`<li class="system">${chat.note}</li>` : nothing}`;
}

function statusText(ui: MotcuaChat): string {
  const chat = ui.chat as Chat;
  const { strings } = ui;
  if (ui.failure) return ui.failure;
  if (chat.isOnline && !chat.isConnected) return strings.reconnecting;
  if (chat.isSlow) return strings.slow;
  if (chat.isTyping) return strings.officerTyping;
  return chat.isWaiting ? strings.typing : "";
}

function entryView(ui: MotcuaChat): TemplateResult {
  const { strings, limit } = ui;
  const { length } = ui.draft.trim().normalize("NFC");
  const isTooLong = length > limit;
  const isCounted = length > limit - COUNTER_FROM;
  const config = ui.chat?.config;
  return html`<form class="entry" @submit=${ui.onSubmit}>
    <p id="error" class="error" role="alert">${isTooLong ? strings.tooLong(limit) : ""}</p>
    <div class="field">
      <label class="unseen" for="input">${strings.input}</label>
      <textarea
        id="input" rows="1" autocomplete="off" enterkeyhint="send" placeholder=${strings.placeholder}
        aria-describedby="error count" aria-invalid=${isTooLong} .value=${ui.draft}
        @input=${ui.onInput} @keydown=${ui.onEnter}
      ></textarea>
      <button class="send" aria-label=${strings.send}>${icons.send}</button>
    </div>
    <div class="under">
      ${ui.chat?.state.mode === "HUMAN"
        ? html`<button type="button" @click=${() => ui.find("file")?.click()}>${icons.clip} ${strings.attach}</button>
            <input id="file" type="file" accept="image/*,.pdf" hidden @change=${ui.onFile} />
            <span>${strings.noPapers}</span>`
        : html`<button type="button" @click=${ui.askOfficer}>${icons.person} ${strings.officer}</button>`}
      <span id="count">${isCounted ? strings.count(length, limit) : ""}</span>
      ${config
        ? html`<a href=${new URL(config.privacy_url, ui.origin).href} target="_blank" rel="noopener"
            >${strings.privacyLink}<span class="unseen"> (${strings.newTab})</span></a
          >`
        : nothing}
    </div>
    ${ui.chat?.thread.isEmpty ? html`<p class="soft consent">${strings.consent}</p>` : nothing}
  </form>`;
}

/** The link to another channel, and the same as a picture for the phone; drawn, since pages may forbid images. */
function moveView(ui: MotcuaChat, { url, code, qr_svg, label }: NonNullable<MotcuaChat["moving"]>): TemplateResult {
  const { strings } = ui;
  const part = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(qr_svg)?.[1] ?? "";
  return html`<div class="row confirm" role="dialog" aria-labelledby="ask">
    <div class="grow">
      <p id="ask">${strings.move}</p>
      ${code ? html`<p><b>${strings.moveCode(code)}</b></p>` : nothing}
      <div class="row">
        <a id="keep" class="button" href=${url} target="_blank" rel="noopener noreferrer"
          >${label}<span class="unseen"> (${strings.newTab})</span></a
        >
        <button type="button" class="button quiet" @click=${ui.keep}>${strings.skip}</button>
      </div>
    </div>
    <svg viewBox=${`0 0 ${part("width")} ${part("width")}`} role="img" aria-label="QR">
      ${svg`<path d="M0 0h999v999H0z" fill="#fff"/><path stroke="#000" transform=${part("transform")} d=${part("d")}></path>`}
    </svg>
  </div>`;
}

function confirmView(ui: MotcuaChat): TemplateResult {
  const { strings } = ui;
  return html`<div class="confirm" role="alertdialog" aria-labelledby="ask">
    <p id="ask">${strings.eraseAsk}</p>
    <div class="row">
      <button id="keep" type="button" class="button quiet" @click=${ui.keep}>${strings.eraseNo}</button>
      <button type="button" class="button danger" @click=${ui.confirmErase}>${strings.eraseYes}</button>
    </div>
  </div>`;
}
