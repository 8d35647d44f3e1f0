import type { Row } from "./protocol.js";
import type { Strings } from "./strings.js";

/** Print the conversation alone, from a page of its own; works under a policy without inline styles. */
export function printThread(rows: readonly Row[], title: string, strings: Strings): void {
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.hidden = true;
  document.body.append(frame);
  const page = frame.contentDocument;
  const view = frame.contentWindow;
  if (!page || !view) return;
  const moment = new Intl.DateTimeFormat("vi-VN", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" });
  const add = (tag: string, text: string): void => {
    const made = page.createElement(tag);
    made.textContent = text;
    made.style.setProperty("white-space", "pre-wrap");
    made.style.setProperty("font-family", "system-ui, sans-serif");
    page.body.append(made);
  };
  page.title = title;
  add("h1", title);
  for (const row of rows) {
    add("h2", `${strings.names[row.from]}, ${moment.format(new Date(row.at))}`);
    add("p", row.text);
  }
  for (const heading of page.querySelectorAll("h2")) heading.style.setProperty("font-size", "12pt");
  view.addEventListener("afterprint", () => frame.remove());
  view.print();
}
