// Proves that the committed file is what the source builds, and that it fits the budget.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const BUDGET = 25_000;
const committed = fileURLToPath(new URL("../../bot/site/static/motcua-chat.js", import.meta.url));
const widget = fileURLToPath(new URL("..", import.meta.url));
const fresh = mkdtempSync(join(tmpdir(), "motcua-build-"));
try {
  execFileSync("npx", ["vite", "build", "--logLevel", "error"], {
    cwd: widget,
    env: { ...process.env, MOTCUA_WIDGET_OUT: fresh },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const built = readFileSync(join(fresh, "motcua-chat.js"));
  if (!built.equals(readFileSync(committed))) {
    console.error("bot/site/static/motcua-chat.js is not what widget/src builds: run `make widget` and commit it.");
    process.exit(1);
  }
  const size = gzipSync(built, { level: 9 }).length;
  console.log(`built file is the committed one; ${size} of ${BUDGET} bytes (gzip)`);
  if (size > BUDGET) process.exit(1);
  const text = built.toString();
  // Lit itself prepares its fixed templates through one innerHTML; nothing else may.
  const found = text.match(/innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|document\.write|\beval\(|new Function/g) ?? [];
  if (found.join() !== "innerHTML") {
    console.error(`unexpected in the built file: ${found.join(", ")}`);
    process.exit(1);
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
