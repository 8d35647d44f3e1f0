import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// Tests build into a folder of their own and compare; the built file itself is under version control.
const outDir = process.env["MOTCUA_WIDGET_OUT"] ?? fileURLToPath(new URL("../bot/site/static", import.meta.url));

export default defineConfig({
  build: {
    outDir,
    emptyOutDir: false,
    target: "es2020",
    // A few hundred bytes smaller than esbuild's, and the budget is 25,000.
    minify: "terser",
    terserOptions: {
      ecma: 2020,
      compress: { passes: 3, ecma: 2020, unsafe_arrows: true, pure_getters: true },
      format: { comments: false },
      mangle: { properties: { regex: ownNames(), keep_quoted: true } },
    },
    reportCompressedSize: false,
    lib: {
      entry: fileURLToPath(new URL("src/index.ts", import.meta.url)),
      name: "motcuaChat",
      formats: ["iife"],
      fileName: () => "motcua-chat.js",
    },
  },
  plugins: [
    tidyTemplates(),
  ],
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
} as import("vite").UserConfig);

/**
 * Names nobody outside of this package can see, so the built file may shorten them: members of its classes, and
 * the keys of the sentences. What pages may call, and what the platform, Lit or the service's JSON also knows,
 * keeps its name.
 */
function ownNames(): RegExp {
  const folder = fileURLToPath(new URL("src/", import.meta.url));
  const source = (name: string): string => readFileSync(folder + name, "utf8");
  const member = /^ {2}(?:\/\*\* @internal \*\/ )?(?:(?:private|readonly|async|get|static) )*(\w+)(?!: ")(?=[?!]?[(:=]|<| = )/gm;
  const own = readdirSync(folder)
    .filter((name) => /\.ts$/.test(name) && !["protocol.ts", "element.ts", "index.ts", "strings.ts"].includes(name))
    .flatMap((name) => [...source(name).matchAll(member)]);
  own.push(...source("strings.ts").matchAll(/^ {2}(\w+):/gm));
  own.push(...source("element.ts").matchAll(/(?:@internal \*\/|private) (?:(?:readonly|async|get) )*(\w+)/g));
  const lit = ["lit-html/lit-html.js", "lit-element/lit-element.js", "@lit/reactive-element/reactive-element.js"];
  const foreign = lit.map((path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8"));
  const page = source("element.ts").replace(/@internal.*|private.*/g, "").match(/^ {2}(?:declare |get )?(\w+)/gm) ?? [];
  // Of bodies and answers in api.ts, and of options that browsers read.
  const json = "client_msg_id code error file has_more items lang message retry_after stream to token type";
  const kept = [source("protocol.ts"), json, ...foreign, ...page].join(" ").match(/\w+/g);
  const known = new Set(kept);
  const names = new Set(own.map(([, name]) => name as string).filter((name) => name.length > 2 && !known.has(name)));
  return new RegExp(`^(?:${[...names].join("|")})$`);
}

type Node = { type: string; start: number; end: number; [key: string]: unknown };

/** White space in templates and styles is the larger part of them. */
function tidyTemplates(): import("vite").Plugin {
  return {
    name: "tidy-templates",
    enforce: "post",
    transform(code, id) {
      if (!id.includes("/widget/src/")) return null;
      const edits: { start: number; end: number; text: string }[] = [];
      const walk = (node: Node): void => {
        if (node.type === "TaggedTemplateExpression") {
          const tag = (node["tag"] as Node)["name"];
          for (const quasi of (node["quasi"] as { quasis: Node[] }).quasis) {
            const text = code.slice(quasi.start, quasi.end);
            edits.push({ start: quasi.start, end: quasi.end, text: tag === "css" ? tidyCss(text) : tidyHtml(text) });
          }
        }
        for (const value of Object.values(node)) {
          for (const child of Array.isArray(value) ? value : [value]) {
            if (child && typeof child === "object" && "type" in child) walk(child as Node);
          }
        }
      };
      walk(this.parse(code) as unknown as Node);
      edits.sort((one, other) => other.start - one.start);
      return edits.reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code);
    },
  };
}

function tidyHtml(text: string): string {
  return text
    .replace(/>\s*\n\s*</g, "><")
    .replace(/^\s*\n\s*(?=<)/, "")
    .replace(/>\s*\n\s*$/, ">")
    .replace(/\s*\n\s*/g, " ");
}

function tidyCss(body: string): string {
  return body
    .replace(/\/\*[^]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,>]) ?/g, "$1")
    .replace(/: /g, ":")
    .replace(/;}/g, "}")
    .replace(/\["?([\w-]+)="([\w-]+)"\]/g, "[$1=$2]")
    // Colours of the widget alone; what pages may set begins with --motcua.
    .replace(/--(?!_|motcua)(\w)\w*(?:-(\w)\w*)?(\w)(?=[:)])/g, "--$1$2$3")
    .replace(/rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)/g, (_, r, g, b, share) =>
      `#${[r, g, b, Math.round(share * 2.55)].map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`)
    .trim();
}
