/** A Philomel of one's own: a fresh data folder, a free port, real files. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Browser, BrowserContext } from "@playwright/test";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");
const PYTHON = process.env.PYTHON ?? join(ROOT, ".venv/bin/python");
const ENV = {
  ...process.env,
  PYTHONPATH: [join(ROOT, "src"), ROOT, process.env.PYTHONPATH].filter(Boolean).join(":"),
};

export const PASSWORD = "a nightingale sang here";
export const OWNER = "ada";

const freePort = (): Promise<number> =>
  new Promise((told) => {
    const asking = createServer().listen(0, "127.0.0.1", () => {
      const { port } = asking.address() as { port: number };
      asking.close(() => told(port));
    });
  });

export class Philomel {
  private process: ChildProcess | null = null;
  private said = "";

  private constructor(
    readonly folder: string,
    private readonly port: number,
    private readonly words: string[],
  ) {}

  static async start(...words: string[]): Promise<Philomel> {
    const folder = await mkdtemp(join(tmpdir(), "philomel-e2e-"));
    const server = new Philomel(folder, await freePort(), words);
    await server.begin();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, again if need be: the same data, the same address. */
  async begin(): Promise<void> {
    this.said = "";
    const words = ["--data", join(this.folder, "data"), "--port", String(this.port), ...this.words];
    const child = spawn(PYTHON, ["-m", "philomel", "serve", ...words], { env: ENV, cwd: ROOT });
    this.process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (part: Buffer) => {
        this.said += part.toString();
      });
    await this.until(() => this.said.includes("ready:"), 30_000);
  }

  /** The address that an owner is made at. */
  async setUpLink(): Promise<string> {
    await this.until(() => this.said.includes("/setup?token="), 10_000);
    return /http\S+\/setup\?token=\S+/.exec(this.said)?.[0] ?? "";
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  async stop(): Promise<void> {
    await this.end("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs a command of it beside the server. */
  async command(...words: string[]): Promise<string> {
    const data = ["--data", join(this.folder, "data")];
    const { stdout } = await run(PYTHON, ["-m", "philomel", ...words, ...data], {
      env: ENV,
      cwd: ROOT,
    });
    return stdout;
  }

  /** A browser in which the owner is signed in; the owner is made at the first one. */
  async signedIn(browser: Browser, how: object = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ baseURL: this.url, ...how });
    const page = await context.newPage();
    const link = this.said.includes("/setup?token=") && !this.owned ? await this.setUpLink() : null;
    await page.goto(link ?? "/sign-in");
    await page.fill("[name=name]", OWNER);
    await page.fill("[name=password]", PASSWORD);
    await page.click("form button[type=submit]");
    await page.getByRole("navigation", { name: "Main" }).waitFor({ state: "attached" });
    this.owned = true;
    await page.close();
    return context;
  }

  owned = false;

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((told) => child.once("exit", told));
    child.kill(signal);
    await gone;
  }

  private async until(met: () => boolean, most: number): Promise<void> {
    const latest = Date.now() + most;
    while (!met()) {
      if (Date.now() > latest || (this.process && this.process.exitCode !== null))
        throw new Error(`The server did not start:\n${this.said}`);
      await new Promise((told) => setTimeout(told, 50));
    }
  }
}

/** The little library that Philomel makes itself; made once. */
export async function sampler(): Promise<string> {
  const folder = join(ROOT, ".tools/e2e/sampler");
  await run(PYTHON, ["-m", "philomel.app.sampler", folder], { env: ENV, cwd: ROOT });
  return folder;
}

/** Files with the worst of tags, and one with words. */
export async function oddMusic(folder: string): Promise<void> {
  await run(PYTHON, [join(import.meta.dirname, "music.py"), folder], { env: ENV, cwd: ROOT });
}
