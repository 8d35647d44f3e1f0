// Draws both chats from /state and sends what people do to /act. No text is ever read as markup,
// except Telegram's own HTML, of which only links and bold are redrawn, node by node.
const CHANNELS = {
  telegram: { title: "Một Cửa Quảng Ninh", subtitle: "Telegram · bot (giả lập)", letter: "T" },
  zalo: { title: "Một Cửa Quảng Ninh", subtitle: "Zalo Official Account (giả lập)", letter: "Z" },
  officers: { title: "Cán bộ một cửa", subtitle: "Nhóm Telegram của cán bộ (giả lập)", letter: "C" },
};
const TABS = { telegram: "Telegram", zalo: "Zalo", officers: "Cán bộ" };
const KINDS = { photo: "Gửi ảnh", voice: "Tin thoại", sticker: "Nhãn dán", location: "Vị trí" };
const FAULTS = { flood: "Quá tải một lần", down: "Ngừng 3 lần", slow: "Chậm 5 giây", lost: "Mất phản hồi" };
const EMPTY = "Chưa có tin nào. Anh/chị thử: “vo em moi sinh lam giay to gi”.";
const phones = new Map();
const NO_TOPIC = "Chưa có ai cần gặp cán bộ. Ở ô bên, anh/chị nhắn “gặp cán bộ” rồi bấm Đồng ý.";
let chosen = "telegram";
let topic = 0;

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, act) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

async function act(platform, order) {
  const response = await fetch("/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ platform, ...order }),
  });
  if (response.ok) draw(await response.json());
}

function build(platform) {
  const phone = document.getElementById("phone").content.cloneNode(true).firstElementChild;
  const { title, subtitle, letter } = CHANNELS[platform];
  phone.classList.add(platform);
  phone.querySelector(".avatar").textContent = letter;
  phone.querySelector(".title").textContent = title;
  phone.querySelector(".subtitle").textContent = subtitle;
  const write = phone.querySelector(".write");
  write.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = write.elements.text.value.trim();
    write.elements.text.value = "";
    if (text) act(platform, { action: "say", text, topic });
  });
  const kinds = phone.querySelector(".kinds");
  if (platform === "officers") buildOfficers(phone, kinds, write);
  for (const [kind, label] of Object.entries(platform === "officers" ? {} : KINDS)) {
    kinds.append(button(label, () => act(platform, { action: "send", kind })));
  }
  if (platform !== "officers") kinds.append(button("Gửi tin cuối hai lần", () => act(platform, { action: "twice" })));
  const faults = phone.querySelector(".faults");
  for (const [kind, label] of Object.entries(platform === "officers" ? {} : FAULTS)) {
    faults.append(button(label, () => act(platform, { action: "fault", kind })));
  }
  if (platform === "telegram") buildTelegram(phone, kinds);
  if (platform === "zalo") buildZalo(phone, kinds);
  stayAtEnd(phone.querySelector(".talk"));
  document.querySelector("main").append(phone);
  const tab = button(TABS[platform], () => choose(platform));
  tab.setAttribute("role", "tab");
  document.querySelector("nav").append(tab);
  return { phone, tab, drawn: "" };
}

function buildTelegram(phone, kinds) {
  for (const command of ["/start", "/tracuu", "/gap_can_bo", "/xoa_du_lieu"]) {
    kinds.append(button(command, () => act("telegram", { action: "say", text: command })));
  }
  const block = button("", () => act("telegram", { action: "block" }));
  block.dataset.is = "block";
  kinds.append(block);
}

function buildOfficers(phone, kinds, write) {
  write.elements.text.placeholder = "Trả lời như cán bộ…";
  const topics = element("div", "topics");
  topics.setAttribute("role", "group");
  topics.setAttribute("aria-label", "Chủ đề");
  phone.querySelector(".bar").after(topics);
  for (const command of ["/nhan", "/xong", "/tralai", "/mau", "/trangthai"]) {
    kinds.append(button(command, () => act("officers", { action: "say", text: command, topic })));
  }
  kinds.append(button("Đóng hoặc mở chủ đề", () => act("officers", { action: "topic", kind: "close", topic })));
  kinds.append(button("Xoá chủ đề", () => act("officers", { action: "topic", kind: "delete", topic })));
}

function drawTopics(phone, state) {
  if (!state.topics.some((one) => one.id === topic)) topic = state.topics[0]?.id ?? 0;
  phone.querySelector(".topics").replaceChildren(
    ...state.topics.map((one) => {
      const made = button(one.name + (one.is_closed ? " (đã đóng)" : ""), () => {
        topic = one.id;
        phones.get("officers").drawn = "";
        act("officers", { action: "look" });
      });
      made.setAttribute("aria-pressed", String(one.id === topic));
      return made;
    }),
  );
  return state.topics.find((one) => one.id === topic)?.messages ?? [];
}

function buildZalo(phone, kinds) {
  kinds.append(button("Xoá dữ liệu", () => act("zalo", { action: "say", text: "Xoá dữ liệu" })));
  const box = button("", () => act("zalo", { action: "package" }));
  box.dataset.is = "package";
  phone.querySelector(".faults").append(box);
  const officer = phone.querySelector(".officer");
  officer.hidden = phone.querySelector(".for-officer").hidden = false;
  officer.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = officer.elements.text.value.trim();
    officer.elements.text.value = "";
    if (text) act("zalo", { action: "officer", text });
  });
}

function choose(platform) {
  chosen = platform;
  for (const [name, { phone, tab }] of phones) {
    phone.classList.toggle("chosen", name === platform);
    tab.setAttribute("aria-selected", String(name === platform));
  }
  const talk = phones.get(platform)?.phone.querySelector(".talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
}

function bubble(message) {
  const made = element("div", "bubble");
  if (message.html) {
    const parsed = new DOMParser().parseFromString(message.html, "text/html").body;
    for (const node of parsed.childNodes) made.append(safe(node));
  } else {
    linked(made, message.text);
  }
  const at = new Date(message.at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  made.append(element("time", "", message.reaction ? `${message.reaction} ${at}` : at));
  return made;
}

function safe(node) {
  if (node.nodeName === "B") return element("strong", "", node.textContent);
  if (node.nodeName === "A" && /^https?:\/\//.test(node.href)) return link(node.href, node.textContent);
  return document.createTextNode(node.textContent);
}

function link(address, text) {
  const made = element("a", "", text);
  made.href = address;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
}

function linked(target, text) {
  for (const piece of text.split(/(https:\/\/\S+)/)) {
    target.append(piece.startsWith("https://") ? link(piece, piece) : piece);
  }
}

function isNearEnd(talk) {
  return talk.scrollHeight - talk.scrollTop - talk.clientHeight < 120;
}

// Only what changed is touched: a screen reader reads new messages alone, and a focused button stays.
function put(talk, rows) {
  rows.forEach((row, index) => {
    const there = talk.children[index];
    if (!there) talk.append(row);
    else if (there.dataset.is !== row.dataset.is) there.replaceWith(row);
  });
  while (talk.children.length > rows.length) talk.lastElementChild.remove();
}

// The end stays in sight when the tools below open or close.
function stayAtEnd(talk) {
  let isAtEnd = true;
  talk.addEventListener("scroll", () => (isAtEnd = isNearEnd(talk)));
  new ResizeObserver(() => {
    if (isAtEnd) talk.scrollTop = talk.scrollHeight;
  }).observe(talk);
}

function drawChat(platform, state) {
  if (!phones.has(platform)) {
    phones.set(platform, build(platform));
    choose(chosen);
  }
  const known = phones.get(platform);
  const now = JSON.stringify(state);
  if (known.drawn === now) return;
  known.drawn = now;
  const { phone } = known;
  const messages = platform === "officers" ? drawTopics(phone, state) : state.messages;
  const rows = messages.map((message) => {
    const row = element("div", `row ${message.author}`);
    row.dataset.is = JSON.stringify(message);
    if (message.author === "officer" && platform === "zalo") row.append(element("small", "who", "Cán bộ trả lời trong Zalo OA"));
    row.append(bubble(message));
    if (message.buttons.length) {
      const keys = element("div", "keys");
      for (const key of message.buttons) {
        keys.append(button(key.title, () => act(platform, { action: "tap", message: message.id, data: key.data })));
      }
      row.append(keys);
    }
    return row;
  });
  const talk = phone.querySelector(".talk");
  const isAtEnd = isNearEnd(talk);
  put(talk, rows.length ? rows : [element("p", "empty", platform === "officers" ? NO_TOPIC : EMPTY)]);
  if (isAtEnd) talk.scrollTop = talk.scrollHeight;
  drawTools(platform, phone, state);
}

function drawTools(platform, phone, state) {
  const hints = platform === "officers" ? [] : [state.faults ? `Đang chờ ${state.faults} sự cố cho các tin sắp gửi.` : "Không có sự cố nào đang chờ."];
  if (platform === "officers") {
    hints.push("Tin bắt đầu bằng “/” không bao giờ tới người dân. Chỉ cán bộ trong danh sách trả lời được.");
  } else if (platform === "telegram") {
    phone.querySelector("[data-is=block]").textContent = state.blocked ? "Bỏ chặn bot" : "Chặn bot";
    if (state.blocked) hints.push("Người dân đang chặn bot: bot không gửi được tin.");
  } else {
    const off = state.allows_buttons ? "Gói OA: tắt nút bấm" : "Gói OA: bật nút bấm";
    phone.querySelector("[data-is=package]").textContent = off;
    hints.push("Khi cán bộ trả lời trong Zalo OA, bot im lặng cho đến khi cán bộ ngừng.");
  }
  phone.querySelector(".hint").textContent = hints.join(" ");
}

function draw(state) {
  for (const platform of Object.keys(CHANNELS)) {
    if (state[platform]) drawChat(platform, state[platform]);
  }
}

async function follow() {
  const lost = document.querySelector(".lost");
  for (;;) {
    try {
      const response = await fetch("/state");
      if (response.ok) draw(await response.json());
      lost.hidden = true;
    } catch {
      // The fakes were stopped; they may come back.
      lost.textContent = "Dịch vụ đã dừng. Anh/chị chạy lại lệnh motcua up, trang này tự nối lại.";
      lost.hidden = false;
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

const wanted = location.hash.slice(1);
if (wanted in CHANNELS) chosen = wanted;
follow();
