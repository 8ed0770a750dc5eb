/** A real Philomel server on a folder of tones. */
import { execFile, spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { AMPLITUDE, RATE, TONE } from "./tones.mjs";

const run = promisify(execFile);
const PYTHON = process.env.PHILOMEL_PYTHON ?? "python";
const PASSWORD = "a nightingale sang";
const NAME = "anna";

const CODEC = {
  flac: ["-c:a", "flac"],
  mp3: ["-c:a", "libmp3lame", "-b:a", "192k"],
  ogg: ["-c:a", "libvorbis", "-q:a", "6"],
  opus: ["-c:a", "libopus", "-b:a", "160k"],
};

/** A tone as 16-bit WAV, from one sample to another. */
function wave(tone, rate, from, to, amplitude) {
  const count = to - from;
  const bytes = Buffer.alloc(44 + count * 4);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(36 + count * 4, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 4, 28);
  bytes.writeUInt16LE(4, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(count * 4, 40);
  for (let place = 0; place < count; place += 1) {
    const value = amplitude * Math.sin((2 * Math.PI * tone * (from + place)) / rate);
    const level = Math.round(value * 32767);
    bytes.writeInt16LE(level, 44 + place * 4);
    bytes.writeInt16LE(level, 46 + place * 4);
  }
  return bytes;
}

/**
 * Writes an album: one tone, cut in the middle of a period.
 *
 * @param cuts samples at which tracks end; the first begins at 0.
 */
export async function album(
  folder,
  format,
  name,
  cuts,
  { tone = TONE[format], amplitude = AMPLITUDE } = {},
) {
  const rate = RATE[format];
  await mkdir(join(folder, name), { recursive: true });
  let from = 0;
  for (const [place, to] of cuts.entries()) {
    const raw = join(folder, name, `${place}.wav`);
    const path = join(folder, name, `0${place + 1}.${format}`);
    await writeFile(raw, wave(tone, rate, from, to, amplitude));
    const tags = { title: `${name} ${place + 1}`, album: name, artist: "Tones", track: place + 1 };
    const told = Object.entries(tags).flatMap(([key, value]) => ["-metadata", `${key}=${value}`]);
    const quiet = ["-loglevel", "error", "-y"];
    await run("ffmpeg", [...quiet, "-i", raw, ...CODEC[format], ...told, path]);
    await rm(raw);
    from = to;
  }
}

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

export class Server {
  #process;
  #data;

  async prepare(folder, music) {
    const port = await freePort();
    this.#data = join(folder, "data");
    this.url = `http://127.0.0.1:${port}`;
    await mkdir(this.#data, { mode: 0o700 });
    const settings = `port = ${port}\n"catalog.watch" = "off"\n`;
    await writeFile(join(this.#data, "philomel.toml"), settings);
    await this.#tell(["user", "add", NAME, "--password-stdin", "--admin"], PASSWORD);
    await this.start();
    await this.#tell(["library", "add", music, "--name", "music"]);
    await this.#tell(["scan", "--wait", "analysis"]);
  }

  #tell(words, given = "") {
    return new Promise((resolve, reject) => {
      const args = ["-m", "philomel", ...words, "--data", this.#data];
      const child = execFile(PYTHON, args, (error, out, err) =>
        error ? reject(new Error(`${words.join(" ")}: ${err}${out}`)) : resolve(out),
      );
      child.stdin.end(given);
    });
  }

  async start() {
    const words = ["-m", "philomel", "serve", "--data", this.#data];
    this.#process = spawn(PYTHON, words, { stdio: "ignore" });
    for (;;) {
      const ready = await fetch(`${this.url}/readyz`).catch(() => null);
      if (ready?.ok) return;
      if (this.#process.exitCode !== null) throw new Error("the server does not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async kill() {
    const running = this.#process?.exitCode === null && this.#process.signalCode === null;
    if (!running) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await ended;
  }

  /** The cookie of a new session. */
  async signIn() {
    const answer = await fetch(`${this.url}/sign-in`, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams({ name: NAME, password: PASSWORD }),
    });
    const cookie = answer.headers.getSetCookie().find((one) => one.startsWith("philomel_session="));
    if (!cookie) throw new Error(`no session: ${answer.status}`);
    const [name, value] = cookie.split(";")[0].split(/=(.*)/);
    return { name, value, url: this.url };
  }

  /** The tracks of every album, in their order. */
  async albums({ name, value }) {
    const headers = { cookie: `${name}=${value}` };
    const ask = async (path) => (await fetch(this.url + path, { headers })).json();
    const { albums } = await ask("/v1/search?q=Tones&type=album&limit=50");
    const found = {};
    for (const { id, name: title } of albums.items) {
      const { items } = await ask(`/v1/albums/${id}/tracks?limit=50`);
      found[title] = items.map((track) => ({
        key: track.id,
        trackId: track.id,
        albumId: id,
        durationMs: track.duration_ms,
      }));
    }
    return found;
  }
}
