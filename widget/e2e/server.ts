import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const START_MS = 90_000;

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });
}

/** A service of the tests with a state of its own; can be killed and started again on the same port. */
export class Server {
  url = "";
  /** Another site that embeds the widget. */
  host = "";
  private port = 0;
  private hostPort = 0;
  private readonly state = mkdtempSync(join(tmpdir(), "motcua-widget-"));
  private process: ChildProcess | null = null;
  private output = "";

  constructor(
    private readonly script: "widget_server.py" | "widget_real_server.py",
    private readonly extra: readonly string[] = [],
  ) {}

  /** Use a server somebody else started. */
  attach(ports: string): void {
    const [port, hostPort] = ports.split(" ");
    this.url = `http://127.0.0.1:${port}`;
    this.host = `http://localhost:${hostPort}`;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    this.hostPort ||= await freePort();
    this.attach(`${this.port} ${this.hostPort}`);
    const isScripted = this.script === "widget_server.py";
    const more = isScripted ? ["--host-port", `${this.hostPort}`, ...this.extra] : [];
    const options = [`tests/${this.script}`, "--port", `${this.port}`, "--state-dir", this.state, ...more];
    this.process = spawn(join(ROOT, ".venv/bin/python"), options, {
      cwd: ROOT,
      env: { ...process.env, PYTHONPATH: ROOT },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const keep = (chunk: Buffer): void => void (this.output = (this.output + String(chunk)).slice(-4000));
    this.process.stdout?.on("data", keep);
    this.process.stderr?.on("data", keep);
    const end = Date.now() + START_MS;
    for (;;) {
      if (this.process.exitCode !== null || Date.now() > end) throw new Error(`no server:\n${this.output}`);
      try {
        if ((await fetch(`${this.url}${isScripted ? "/api/web/config" : "/readyz"}`)).ok) return;
      } catch {
        // Not yet.
      }
      await new Promise((next) => setTimeout(next, 100));
    }
  }

  /** End the process in this instant, as a power cut does. */
  async kill(): Promise<void> {
    const { process } = this;
    this.process = null;
    if (!process || process.exitCode !== null) return;
    const ended = new Promise((next) => process.once("exit", next));
    process.kill("SIGKILL");
    await ended;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.state, { recursive: true, force: true });
  }
}
