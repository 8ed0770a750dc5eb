/** Chromium over its debugging pipe: no port, no driver. Files of the page stand at the server's own address. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-pipe",
];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
/** What pages may do: as strict as the server's own. */
const POLICY = "default-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'self'";

export class Browser {
  #process;
  #next = 0;
  #answers = new Map();
  #session;
  #listeners = new Map();
  complaints = [];

  static async open(profile, program = process.env.CHROMIUM ?? "chromium") {
    const browser = new Browser();
    await browser.#start(program, profile);
    return browser;
  }

  async #start(program, profile) {
    const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
    this.#process = spawn(program, [...FLAGS, `--user-data-dir=${profile}`], { stdio });
    let rest = Buffer.alloc(0);
    this.#process.stdio[4].on("data", (data) => {
      rest = Buffer.concat([rest, data]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.#hear(JSON.parse(rest.subarray(0, end).toString()));
        rest = rest.subarray(end + 1);
      }
    });
    const { targetId } = await this.call("Target.createTarget", { url: "about:blank" });
    const attached = await this.call("Target.attachToTarget", { targetId, flatten: true });
    this.#session = attached.sessionId;
    for (const domain of ["Page", "Log", "Runtime", "Network"]) await this.call(`${domain}.enable`);
  }

  #hear(message) {
    if (message.id) {
      const { resolve, reject } = this.#answers.get(message.id);
      this.#answers.delete(message.id);
      if (message.error) reject(new Error(JSON.stringify(message.error)));
      else resolve(message.result);
      return;
    }
    if (message.method === "Log.entryAdded") this.complaints.push(message.params.entry.text);
    if (message.method === "Runtime.consoleAPICalled") {
      this.complaints.push(
        message.params.args.map(({ value, description }) => value ?? description).join(" "),
      );
    }
    if (message.method === "Runtime.exceptionThrown") {
      this.complaints.push(message.params.exceptionDetails.exception?.description ?? "exception");
    }
    for (const listener of this.#listeners.get(message.method) ?? []) listener(message.params);
  }

  call(method, params = {}) {
    this.#next += 1;
    const id = this.#next;
    const text = JSON.stringify({ id, method, params, sessionId: this.#session });
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#process.stdio[3].write(`${text}\0`);
    });
  }

  on(method, listener) {
    const listeners = this.#listeners.get(method) ?? [];
    this.#listeners.set(method, [...listeners, listener]);
  }

  /** Lets files of a folder stand below /e2e/ of whatever server. */
  async mount(folder) {
    await this.call("Fetch.enable", { patterns: [{ urlPattern: "*/e2e/*" }] });
    this.on("Fetch.requestPaused", async ({ requestId, request }) => {
      const path = new URL(request.url).pathname.replace(/^\/e2e\//, "") || "index.html";
      const headers = [
        { name: "content-type", value: TYPES[extname(path)] ?? "application/octet-stream" },
        { name: "content-security-policy", value: POLICY },
      ];
      const body = await readFile(join(folder, path)).catch(() => null);
      const answer = body
        ? { responseCode: 200, body: body.toString("base64") }
        : { responseCode: 404 };
      await this.call("Fetch.fulfillRequest", { requestId, responseHeaders: headers, ...answer });
    });
  }

  async go(url) {
    const loaded = new Promise((resolve) => this.on("Page.loadEventFired", resolve));
    await this.call("Page.navigate", { url });
    await loaded;
  }

  /** Runs a script, as if somebody had clicked unless told otherwise; its JSON value. */
  async run(expression, userGesture = true) {
    const asked = { expression, returnByValue: true, awaitPromise: true, userGesture };
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", asked);
    if (exceptionDetails)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
  }
}
