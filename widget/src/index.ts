import { MotcuaChat } from "./element.js";

const NAME = "motcua-chat";
const ATTRIBUTES = ["lang", "theme", "position", "title", "greeting", "procedure", "open", "layout", "server"];
const script = document.currentScript as HTMLScriptElement | null;

if (!customElements.get(NAME)) customElements.define(NAME, MotcuaChat);

/** One script tag is enough: without an element in the page one is made, with the tag's `data-…` attributes. */
function mount(): void {
  if (document.querySelector(NAME) || !script || "manual" in script.dataset) return;
  const made = document.createElement(NAME);
  for (const name of ATTRIBUTES) {
    const value = script.dataset[name];
    if (value !== undefined) made.setAttribute(name, value);
  }
  document.body.append(made);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mount);
else mount();

declare global {
  interface HTMLElementTagNameMap {
    "motcua-chat": MotcuaChat;
  }
}
export type { MotcuaChat };
