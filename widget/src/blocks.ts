/** Turning the plain text of answers into blocks: titles, lists, tables of fees, links. No markup is ever read. */

export type Inline = { readonly text: string } | { readonly href: string; readonly text: string };

export type Block =
  | { readonly kind: "title"; readonly text: string }
  | { readonly kind: "line"; readonly label: string | null; readonly inline: readonly Inline[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: "table"; readonly rows: readonly FeeRow[] };

/** What is charged, how much, and the small print. */
export interface FeeRow {
  readonly name: string;
  readonly value: string;
  readonly note: readonly Inline[];
}

export interface Hints {
  readonly outcome?: string | null | undefined;
  readonly aspect?: string | null | undefined;
  /** Titles of buttons that repeat numbered lines; the buttons are enough then. */
  readonly titles?: readonly string[];
}

const ADDRESS = /https:\/\/[^\s<>"'“”]+/g;
const BULLET = /^\s*[•–-]\s+(.+)$/u;
const NUMBER = /^\s*(\d{1,2})\.\s+(.+)$/u;
const LABEL = /^([^:.?!•]{2,40}):\s+(\S.*)$/u;
// "Name: amount", then what limits it: after a comma, a bracket or a full stop.
const FEE = /^([^:]{2,160}): (.+?)((?:[,;] | [([]|\. |\.$).*)?$/su;
// Embeddings and overrides could make a text read as something else.
const BIDI = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/g;

/** Return the blocks of a message. */
export function blocksOf(text: string, hints: Hints = {}): Block[] {
  const blocks: Block[] = [];
  const lines = text.replace(BIDI, "").split("\n");
  const titles = new Set(hints.titles);
  const isAnswer = hints.outcome === "answer";
  let list: { ordered: boolean; items: string[] } | null = null;
  const close = (): void => {
    if (list) blocks.push(listBlock(list, hints));
    list = null;
  };
  lines.forEach((line, index) => {
    const bullet = BULLET.exec(line);
    const number = NUMBER.exec(line);
    if (number && titles.has(number[2] as string)) return;
    if (bullet || number) {
      const ordered = !bullet;
      if (list && list.ordered !== ordered) close();
      list ??= { ordered, items: [] };
      list.items.push((bullet?.[1] ?? number?.[2]) as string);
      return;
    }
    close();
    if (!line.trim()) return;
    if (isAnswer && index === 0 && lines.length > 2 && line.length <= 140 && !/[.?!:…]$/.test(line)) {
      blocks.push({ kind: "title", text: line });
      return;
    }
    const label = isAnswer ? LABEL.exec(line) : null;
    const rest = label?.[2] ?? line;
    blocks.push({ kind: "line", label: label?.[1] ?? null, inline: inlineOf(rest) });
  });
  close();
  return blocks;
}

function listBlock(list: { ordered: boolean; items: string[] }, hints: Hints): Block {
  if (hints.aspect === "fee" && !list.ordered) {
    const rows = list.items.map((item) => FEE.exec(item)).filter((found) => found !== null);
    if (rows.length === list.items.length) return { kind: "table", rows: rows.map(feeRow) };
  }
  return { kind: "list", ordered: list.ordered, items: list.items.map(inlineOf) };
}

function feeRow([, name = "", value = "", note = ""]: RegExpExecArray): FeeRow {
  const small = note.replace(/^[,.;]?\s+/, "").replace(/^\.$/, "");
  return {
    name,
    value: value.charAt(0).toUpperCase() + value.slice(1),
    note: inlineOf(small.charAt(0).toUpperCase() + small.slice(1)),
  };
}

/** Return a text with its https addresses marked. */
export function inlineOf(text: string): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = match[0].replace(/[).,;:!?…]+$/u, "");
    const href = safeHref(shown);
    if (!href) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ href, text: shortAddress(href) });
    from = match.index + shown.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** Return an address that may be followed, or null: https only, no user names that feign another host. */
export function safeHref(address: string): string | null {
  try {
    const url = new URL(address.replace(BIDI, ""));
    return url.protocol === "https:" && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/** Return what is shown of an address: always its true host, the path cut. */
export function shortAddress(href: string): string {
  const { host, pathname } = new URL(href);
  return host + (pathname.length > 1 ? (pathname.length > 24 ? `${pathname.slice(0, 22)}…` : pathname) : "");
}
