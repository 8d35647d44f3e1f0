// The chat box of the demo site: joins the form, the drawing and the connection.

import { ApiError, ChatApi } from "./chat-api.js";
import { ChatStream } from "./chat-stream.js";
import { ChatView } from "./chat-view.js";

const COUNTER_FROM = 200;
const HIDDEN_MS = 5 * 60_000;
const ANSWER_MS = 20_000;

const root = document.querySelector("#tro-chuyen");
const form = root.querySelector("#chat-form");
const input = root.querySelector("#chat-text");
const errorLine = root.querySelector("#chat-error");
const counter = root.querySelector("#chat-count");
const eraser = root.querySelector("#chat-erase");
const starters = root.querySelector("#chat-starters");
const limit = Number(root.dataset.limit);

const api = new ChatApi();
const view = new ChatView(root, { onChoice, onResend: (message) => deliver(message) });
const stream = new ChatStream(api, { rows: onRows, isConnected: onConnected, ended: onEnded });
let answerTimer = 0;
let hiddenTimer = 0;

function onChoice(button) {
  submit({ kind: "choice", choice_id: button.id, label: button.title });
  input.focus();
}

function onRows(rows) {
  view.rows(rows);
  if (rows.at(-1).from !== "citizen") waitForAnswer(false);
}

function onConnected(isConnected) {
  if (!isConnected) view.status("Mất kết nối, đang thử lại…");
  else if (!answerTimer) view.status("");
}

function onEnded(error) {
  stream.reset();
  view.clear();
  if (error.isLostSession) {
    api.forget();
    eraser.hidden = true;
    view.note("Hội thoại trước đã kết thúc. Anh/chị cứ hỏi tiếp, tôi bắt đầu hội thoại mới.");
  } else {
    stream.start();
  }
}

function waitForAnswer(isWaiting) {
  clearTimeout(answerTimer);
  answerTimer = 0;
  if (isWaiting) {
    view.status("Trợ lý đang trả lời…");
    answerTimer = setTimeout(() => {
      answerTimer = 0;
      view.status("Trợ lý đang bận, câu trả lời sẽ hiện ở đây khi có.");
    }, ANSWER_MS);
  } else {
    view.status("");
  }
}

function newId() {
  // randomUUID exists on https and localhost only.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function submit(message) {
  const complete = { ...message, client_msg_id: newId() };
  starters.hidden = true;
  view.pending(complete);
  deliver(complete);
}

async function deliver(message, mayRepeat = true) {
  view.resending(message.client_msg_id);
  const { label, ...body } = message;
  try {
    waitForAnswer(true);
    await api.send(body);
    view.sent(message.client_msg_id);
    eraser.hidden = false;
    stream.start();
  } catch (error) {
    waitForAnswer(false);
    if (!(error instanceof ApiError)) {
      view.failed(message, "Không có kết nối mạng.");
    } else if (error.isLostSession && mayRepeat) {
      onEnded(error);
      // A button belongs to the conversation that is gone; its words can still be said.
      const again = { kind: "text", text: label, label, client_msg_id: newId() };
      view.pending(again);
      deliver(again, false);
    } else if (error.status === 429 && mayRepeat) {
      view.status(error.message);
      setTimeout(() => deliver(message, false), (error.retryAfter ?? 5) * 1000);
    } else {
      view.failed(message, error.message);
    }
  }
}

function say(text) {
  submit({ kind: "text", text, label: text });
}

function typed() {
  return input.value.trim().normalize("NFC");
}

function check() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight + 2, 140)}px`;
  const length = typed().length;
  const isTooLong = length > limit;
  counter.hidden = length < limit - COUNTER_FROM;
  counter.textContent = `${length.toLocaleString("vi-VN")}/${limit.toLocaleString("vi-VN")} ký tự`;
  input.setAttribute("aria-invalid", String(isTooLong));
  errorLine.textContent = isTooLong ? `Câu hỏi dài quá ${limit.toLocaleString("vi-VN")} ký tự. Anh/chị rút gọn giúp tôi.` : "";
  return !isTooLong;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = typed();
  if (!text || !check()) {
    input.focus();
    return;
  }
  input.value = "";
  check();
  say(text);
});

input.addEventListener("input", check);
input.addEventListener("keydown", (event) => {
  // While a Telex or VNI keyboard composes, Enter ends the word and not the message.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});

starters.addEventListener("click", (event) => {
  const { text } = event.target.dataset;
  if (!text) return;
  say(text);
  input.focus();
});

eraser.addEventListener("click", async () => {
  if (!window.confirm("Xoá toàn bộ hội thoại này khỏi hệ thống?")) return;
  stream.stop();
  try {
    await api.erase();
  } catch {
    view.note("Chưa xoá được vì mất kết nối. Anh/chị vui lòng thử lại.");
    stream.start();
    return;
  }
  stream.reset();
  waitForAnswer(false);
  view.clear();
  view.note("Đã xoá hội thoại.");
  starters.hidden = false;
  eraser.hidden = true;
  input.focus();
});

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiddenTimer);
  if (document.hidden) hiddenTimer = setTimeout(() => stream.stop(), HIDDEN_MS);
  else if (api.hasSession) stream.start();
});
window.addEventListener("online", () => api.hasSession && stream.start());
window.addEventListener("pagehide", () => stream.stop());
window.addEventListener("pageshow", (event) => event.persisted && api.hasSession && stream.start());

async function resume() {
  if (!api.hasSession) return;
  starters.hidden = true;
  eraser.hidden = false;
  try {
    for (let more = true; more; ) {
      const page = await api.history(stream.last);
      view.rows(page.items, true);
      if (page.items.length) stream.last = page.items.at(-1).seq;
      more = page.has_more;
    }
  } catch (error) {
    if (error instanceof ApiError && error.isLostSession) {
      onEnded(error);
      starters.hidden = false;
      return;
    }
    // The stream tells of the missing connection, and replays all.
  }
  stream.start();
}

// The way to the chat is not needed where the chat is.
const way = document.querySelector(".to-chat");
new IntersectionObserver(([entry]) => (way.hidden = entry.isIntersecting)).observe(root);

form.hidden = false;
starters.hidden = false;
resume();
