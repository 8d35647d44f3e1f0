// Drawing: only text nodes and elements made one by one, so no text can become markup.

const NAMES = { bot: "Trợ lý tự động", officer: "Cán bộ", system: "Hệ thống", citizen: "Anh/chị" };
const ADDRESS = /https:\/\/[^\s<>"'“”]+/g;
const CLOCK = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
const NEAR_END_PX = 80;
const LONGEST_SPOKEN = 500;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function link(address, text) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" || url.username || url.password) return null;
  const made = element("a", "", text);
  made.href = url.href;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  made.append(element("span", "hidden", " (mở trong thẻ mới)"));
  return made;
}

function timeOf(at) {
  const made = element("time", "", CLOCK.format(new Date(at)));
  made.dateTime = at;
  return made;
}

/** Appends text in which https addresses can be followed. */
export function appendText(parent, text) {
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[).,;:!?…]+$/u, "");
    const made = link(address, address);
    if (!made) continue;
    parent.append(text.slice(from, match.index), made);
    from = match.index + address.length;
  }
  parent.append(text.slice(from));
}

export class ChatView {
  #log;
  #status;
  #voices;
  #voice = 0;
  #onChoice;
  #onResend;
  #pending = new Map();

  constructor(root, { onChoice, onResend }) {
    this.#log = root.querySelector("#chat-log");
    this.#status = root.querySelector("#chat-status");
    this.#voices = [root.querySelector("#chat-say-0"), root.querySelector("#chat-say-1")];
    this.#onChoice = onChoice;
    this.#onResend = onResend;
  }

  /** Removes everything but the greeting. */
  clear() {
    this.#log.replaceChildren(this.#log.firstElementChild);
    this.#pending.clear();
    this.status("");
  }

  status(text) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  note(text) {
    this.#append(element("li", "system", text));
  }

  /** Shows a message of the citizen before the service has it. */
  pending(message) {
    const item = this.#bubble("citizen", message.label);
    item.append(element("p", "delivery", "Đang gửi…"));
    this.#pending.set(message.client_msg_id, item);
    this.#append(item, true);
  }

  sent(id) {
    this.#pending.get(id)?.querySelector(".delivery")?.remove();
  }

  resending(id) {
    this.#delivery(id, element("p", "delivery", "Đang gửi…"));
  }

  /** Marks a message as not sent; the button sends the same message again. */
  failed(message, reason) {
    const line = element("p", "delivery failed");
    const again = element("button", "quiet", "Gửi lại");
    again.type = "button";
    again.addEventListener("click", () => this.#onResend(message));
    line.append(element("strong", "", "Chưa gửi được. "), `${reason} `, again);
    this.#delivery(message.client_msg_id, line);
  }

  #delivery(id, line) {
    const item = this.#pending.get(id);
    item?.querySelector(".delivery")?.remove();
    item?.append(line);
    this.#follow(true);
  }

  /** Draws stored messages; `isHistory` ones are not spoken. */
  rows(rows, isHistory = false) {
    const spoken = [];
    for (const row of rows) {
      if (row.from === "citizen") this.#closeChoices();
      const known = row.client_msg_id && this.#pending.get(row.client_msg_id);
      if (known) {
        this.sent(row.client_msg_id);
        known.querySelector(".who").append(" ", timeOf(row.at));
        this.#pending.delete(row.client_msg_id);
        this.#append(known);
        continue;
      }
      this.#append(this.#row(row));
      if (row.from !== "citizen") spoken.push(row);
    }
    if (!isHistory && spoken.length) this.#speak(spoken);
    if (isHistory) this.#follow(true);
  }

  #row(row) {
    const item = this.#bubble(row.from, row.text, row.at);
    const bubble = item.querySelector(".bubble");
    const more = (row.sources ?? []).filter((source) => !row.text.includes(source));
    if (more.length) {
      const line = element("p", "sources", "Nguồn: ");
      more.forEach((source, index) => {
        const made = link(source, source.replace(/^https:\/\/([^/]+).*$/, "$1"));
        if (made) line.append(index ? ", " : "", made);
      });
      bubble.append(line);
    }
    if (row.buttons?.length) item.append(this.#choices(row.buttons));
    return item;
  }

  #choices(buttons) {
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Lựa chọn");
    for (const button of buttons) {
      const made = element("button", "", button.title);
      made.type = "button";
      made.addEventListener("click", () => {
        made.classList.add("chosen");
        made.append(element("span", "mark", " ✓ đã chọn"));
        this.#closeChoices();
        this.#onChoice(button);
      });
      group.append(made);
    }
    return group;
  }

  #closeChoices() {
    for (const button of this.#log.querySelectorAll(".choices:not(#chat-starters) button")) button.disabled = true;
  }

  #bubble(author, text, at) {
    const item = element("li", author in NAMES ? author : "system");
    const who = element("span", "who", NAMES[author] ?? NAMES.system);
    if (at) who.append(" ", timeOf(at));
    const bubble = element("div", "bubble");
    const paragraph = element("p");
    appendText(paragraph, text);
    bubble.append(paragraph);
    item.append(who, bubble);
    return item;
  }

  #append(item, isOwn = false) {
    const follow = isOwn || this.#isAtEnd();
    const waiting = [...this.#pending.values()].find((other) => other.isConnected && other !== item);
    if (isOwn || !waiting) this.#log.append(item);
    else waiting.before(item);
    this.#follow(follow);
  }

  #isAtEnd() {
    return this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < NEAR_END_PX;
  }

  #follow(follow) {
    if (follow) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #speak(rows) {
    const last = rows.at(-1);
    const choices = last.buttons?.length ? ` Có ${last.buttons.length} lựa chọn.` : "";
    const text =
      rows.length > 2
        ? `Có ${rows.length} tin nhắn mới.`
        : rows.map((row) => `${NAMES[row.from] ?? ""}: ${row.text.slice(0, LONGEST_SPOKEN)}`).join(" ") + choices;
    // Two regions in turn, so that the same answer twice is spoken twice.
    this.#voices[this.#voice].textContent = "";
    this.#voice = 1 - this.#voice;
    this.#voices[this.#voice].textContent = text;
  }
}
