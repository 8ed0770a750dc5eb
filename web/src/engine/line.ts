/** What the line to the server carries, kbit/s, as far as anybody knows. */

const SHARE = 0.7;
/** What was seen is believed for so long: lines change. */
const BELIEVED_MS = 600_000;

interface Told {
  /** Only what is slow is believed: browsers that know nothing yet say 1.5 Mbit/s. */
  effectiveType?: string;
  /** Mbit/s. */
  downlink?: number;
  saveData?: boolean;
}

const browser = (): Told | undefined =>
  (globalThis.navigator as { connection?: Told } | undefined)?.connection;

export class Line {
  #now: () => number;
  #told: () => Told | undefined;
  #most = Number.POSITIVE_INFINITY;
  #until = 0;

  constructor(now: () => number, told: () => Told | undefined = browser) {
    this.#now = now;
    this.#told = told;
  }

  /** Something of that bit rate did not come fast enough. */
  narrow(bitrate: number): void {
    if (bitrate <= 0) return;
    this.#most = Math.min(this.#seen(), bitrate * SHARE);
    this.#until = this.#now() + BELIEVED_MS;
  }

  carries(): number {
    const { effectiveType = "4g", downlink, saveData } = this.#told() ?? {};
    if (saveData) return 0;
    const told = downlink && effectiveType !== "4g" ? downlink * 1000 : Number.POSITIVE_INFINITY;
    return Math.min(told, this.#seen());
  }

  #seen(): number {
    return this.#now() < this.#until ? this.#most : Number.POSITIVE_INFINITY;
  }
}
