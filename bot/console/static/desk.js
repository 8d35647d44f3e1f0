// The desk follows what changes: reloads pieces of the page, rings, counts in the title, sends on Enter, tells of typing.
"use strict";
(() => {
  const desk = document.getElementById("desk");
  if (!desk) return;
  const news = document.getElementById("desk-news");
  const seen = { ...desk.dataset };
  const title = document.title;
  const csrf = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const TYPING_MS = 3000;
  let missed = 0;

  // Sound: off until somebody wants it, and only after a press, as browsers ask.
  const button = document.getElementById("sound");
  let audio;
  let isLoud = localStorage.getItem("motcua.desk.sound") === "1";
  const show = () => {
    button.setAttribute("aria-pressed", String(isLoud));
    button.textContent = isLoud ? "Âm báo: bật" : "Âm báo: tắt";
  };
  const ring = () => {
    if (!isLoud) return;
    audio ??= new AudioContext();
    void audio.resume();
    [660, 880].forEach((pitch, place) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const begin = audio.currentTime + place * 0.18;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, begin);
      volume.gain.exponentialRampToValueAtTime(0.001, begin + 0.17);
      tone.connect(volume).connect(audio.destination);
      tone.start(begin);
      tone.stop(begin + 0.18);
    });
  };
  button.addEventListener("click", () => {
    isLoud = !isLoud;
    localStorage.setItem("motcua.desk.sound", isLoud ? "1" : "0");
    show();
    ring();
  });
  show();

  const count = (waiting) => {
    const all = Number(waiting) + missed;
    document.title = all ? `(${all}) ${title}` : title;
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) missed = 0;
    count(seen.waiting);
  });

  const typing = document.getElementById("citizen-typing");
  let typingTimer;
  const showTyping = () => {
    if (!typing) return;
    typing.textContent = "Người dân đang nhập…";
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => (typing.textContent = ""), 5000);
  };

  const take = (view) => {
    if (view.newest > Number(seen.newest)) {
      news.textContent = "Có người dân mới đang chờ.";
      ring();
    }
    if (seen.handoff && view.heard > Number(seen.heard)) {
      news.textContent = "Người dân vừa nhắn.";
      if (typing) typing.textContent = "";
      if (document.hidden) missed += 1;
      ring();
    }
    if (view.typing) showTyping();
    const isQueueNew = view.queue !== seen.queue;
    if (view.talk !== seen.talk || (isQueueNew && seen.handoff)) document.body.dispatchEvent(new Event("desk-talk"));
    if (isQueueNew) document.body.dispatchEvent(new Event("desk-queue"));
    Object.assign(seen, view);
    count(view.waiting);
  };

  // One question at a time; the service answers when something is new, after 20 seconds anyway.
  const follow = async () => {
    let pause = 1000;
    for (;;) {
      const query = new URLSearchParams({ queue: seen.queue, talk: seen.talk, wait: "20" });
      if (seen.handoff) query.set("handoff", seen.handoff);
      try {
        const response = await fetch(`/console/desk/changes?${query}`, { headers: { "HX-Request": "true" }, cache: "no-store" });
        if (response.status === 401 || response.status === 403) {
          news.textContent = "Phiên làm việc đã hết. Hãy tải lại trang và đăng nhập.";
          return;
        }
        if (!response.ok) throw new Error(String(response.status));
        take(await response.json());
        pause = 1000;
      } catch {
        news.textContent = "Mất kết nối, đang thử lại…";
        await new Promise((next) => setTimeout(next, pause));
        pause = Math.min(pause * 2, 30000);
        continue;
      }
      if (news.textContent.startsWith("Mất kết nối")) news.textContent = "";
      // Never more than about two questions a second, whatever the service answers.
      await new Promise((next) => setTimeout(next, 400));
    }
  };
  count(seen.waiting);
  void follow();

  // The end of the conversation stays in sight unless somebody reads above.
  const lines = () => document.getElementById("lines");
  const toEnd = () => { const list = lines(); if (list) list.scrollTop = list.scrollHeight; };
  const state = () => document.getElementById("talk")?.dataset.state;
  const begun = state();
  let wasAtEnd = true;
  let place = 0;
  let opened = [];
  const details = () => [...document.querySelectorAll("#talk details")];
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const list = lines();
    if (event.detail.target?.id !== "talk" || !list) return;
    place = list.scrollTop;
    opened = details().map((one) => one.open);
    wasAtEnd = list.scrollHeight - place - list.clientHeight < 80;
  });
  document.body.addEventListener("htmx:afterSettle", () => {
    const list = lines();
    if (!list) return;
    if (wasAtEnd) toEnd();
    else list.scrollTop = place;
    details().forEach((one, number) => { one.open = opened[number] ?? one.open; });
    opened = [];
    if (state() === begun) return;
    // Claimed, passed on or ended: the rest of the page is another one. What is typed stays until the officer reloads.
    if (document.getElementById("text")?.value) news.textContent = "Trạng thái đã đổi. Hãy tải lại trang.";
    else location.reload();
  });
  toEnd();
  document.getElementById("text")?.focus({ preventScroll: true });

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "text" || event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    event.target.form.requestSubmit(document.getElementById("send-reply"));
  });
  let told = 0;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "text" || !seen.handoff || Date.now() - told < TYPING_MS) return;
    told = Date.now();
    const body = new URLSearchParams();
    void fetch(`/console/desk/${seen.handoff}/typing`, { method: "POST", headers: csrf, body }).catch(() => {});
  });
})();
