/** What the line to the server carries, kbit/s, as far as anybody knows. */

/** Browsers say no more than this, Mbit/s, so that pages cannot know people by it. */
const MOST_TOLD = 10;
const SHARE = 0.7;

interface Told {
  downlink?: number;
  saveData?: boolean;
}

export class Line {
  #told: () => Told | undefined;
  #most = Number.POSITIVE_INFINITY;

  constructor(
    told: () => Told | undefined = () =>
      (globalThis.navigator as { connection?: Told } | undefined)?.connection,
  ) {
    this.#told = told;
  }

  /** Something of that bit rate did not come fast enough. */
  narrow(bitrate: number): void {
    if (bitrate > 0) this.#most = Math.min(this.#most, bitrate * SHARE);
  }

  carries(): number {
    const { downlink, saveData } = this.#told() ?? {};
    if (saveData) return 0;
    const told = downlink && downlink < MOST_TOLD ? downlink * 1000 : Number.POSITIVE_INFINITY;
    return Math.min(told, this.#most);
  }
}
