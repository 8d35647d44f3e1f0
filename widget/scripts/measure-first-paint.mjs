// How much processor time scripts take until the button of the chat is painted. Usage:
//   npm run measure -- http://localhost:8000/ [runs]
// Also prints it with the processor slowed down fourfold, about a cheap phone.
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

const [url = "http://localhost:8000/", runs = "15"] = process.argv.slice(2);
const executablePath = [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].find((path) => path && existsSync(path));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

async function once(slowdown) {
  const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  // Processor time of the page's own thread, so that a busy machine counts little.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = await metrics(session);
  await page.goto(url, { waitUntil: "load" });
  // The script is deferred and draws the button while it runs; nothing is asked of the page meanwhile.
  await new Promise((next) => setTimeout(next, 400 * slowdown));
  const after = await metrics(session);
  const isPainted = await page.locator(".launcher").isVisible();
  await context.close();
  if (!isPainted) throw new Error("no button was painted");
  const spent = (name) => (after[name] - before[name]) * 1000;
  return { script: spent("ScriptDuration"), layout: spent("LayoutDuration") + spent("RecalcStyleDuration") };
}

async function metrics(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const shown = (values) => `${median(values).toFixed(1)} / ${Math.max(...values).toFixed(1)} ms`;
await once(1);
console.log(`${url}, ${runs} loads, empty cache, 360 x 640; processor time, median / largest`);
console.log("processor   script until the button is painted   styles and layout of the whole page");
for (const slowdown of [1, 4]) {
  const found = [];
  for (let run = 0; run < Number(runs); run++) found.push(await once(slowdown));
  const script = shown(found.map((one) => one.script));
  console.log(`1/${slowdown}         ${script.padEnd(37)}${shown(found.map((one) => one.layout))}`);
}
await browser.close();
