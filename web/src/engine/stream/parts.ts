/** One track's header and parts, as they are fetched. */
import { type Clock, passed } from "../clock";
import type { Playback } from "../types";
import type { Prepared } from "../voices/voice";
import { type Head, headOf } from "./mp4";
import { headUrl, type Part, partsOf, partUrl, playlistUrl } from "./plan";

const PAUSE_MS = 2000;
/** What a server says of an address that is no longer good. */
const REFUSED: readonly number[] = [401, 403, 404, 410];

/** What only takes time: too much to do, or nobody there. */
const LATER: readonly number[] = [408, 425, 429, 502, 503, 504];

/** Another try gives the same answer. */
export class Refused extends Error {
  readonly status: number;

  constructor(status = 0) {
    super(`the part is not to be had: ${status}`);
    this.status = status;
  }
}

/**
 * Fetches until it has it: what is in the buffer goes on meanwhile, and whoever owns the voice
 * decides when it is enough.
 */
export class Fetcher {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  async open(url: () => string, renew: () => Promise<void>): Promise<Response> {
    let renewed = false;
    for (;;) {
      try {
        const response = await fetch(url(), { signal: this.#signal });
        if (response.ok) return response;
        void response.body?.cancel();
        if (REFUSED.includes(response.status)) {
          if (renewed) throw new Refused(response.status);
          await renew();
          renewed = true;
          continue;
        }
        if (!LATER.includes(response.status)) throw new Refused(response.status);
      } catch (error) {
        if (this.#signal.aborted || error instanceof Refused) throw error;
      }
      await passed(this.#clock, PAUSE_MS, this.#signal);
    }
  }

  async bytes(url: () => string, renew: () => Promise<void>): Promise<ArrayBuffer> {
    for (;;) {
      const response = await this.open(url, renew);
      try {
        return await response.arrayBuffer();
      } catch {
        await passed(this.#clock, PAUSE_MS, this.#signal);
      }
    }
  }
}

/** How the addresses of a rung are found anew: the rung keeps its name. */
export type Renew = () => Promise<Playback>;

export class Parts {
  readonly prepared: Prepared;
  readonly head: Head;
  readonly headBytes: ArrayBuffer;
  readonly list: Part[];
  #fetcher: Fetcher;
  #renew: Renew;
  /** The first part, asked for ahead of its time. */
  #early: Promise<Response> | null;

  private constructor(
    prepared: Prepared,
    fetcher: Fetcher,
    renew: Renew,
    got: { head: Head; headBytes: ArrayBuffer; list: Part[]; first: Promise<Response> },
  ) {
    this.prepared = prepared;
    this.head = got.head;
    this.headBytes = got.headBytes;
    this.list = got.list;
    this.#fetcher = fetcher;
    this.#renew = renew;
    this.#early = got.first;
  }

  /** Asks for header, playlist and first part at once. */
  static async open(prepared: Prepared, fetcher: Fetcher, renew: Renew): Promise<Parts> {
    let playlist = playlistUrl(prepared.form.url);
    const again = async (): Promise<void> => {
      const playback = await renew();
      const file = playback.files.find(({ codec, adaptive }) => codec === "flac" && adaptive);
      if (!file) throw new Refused();
      playlist = playlistUrl(file.path);
    };
    const first = fetcher.open(() => partUrl(playlist, 0), again);
    first.catch(() => undefined);
    const [headBytes, text] = await Promise.all([
      fetcher.bytes(() => headUrl(playlist), again),
      fetcher.bytes(() => playlist, again),
    ]);
    const list = partsOf(new TextDecoder().decode(text), playlist);
    const head = headOf(headBytes);
    if (!head || !list.length) throw new Refused();
    return new Parts(prepared, fetcher, renew, { head, headBytes, list, first });
  }

  /**
   * A part, as it comes: the first one sounds before all of it is there.
   *
   * @throws if it breaks off; it can be asked for again.
   */
  async *part(number: number): AsyncGenerator<ArrayBuffer> {
    const early = number === 0 ? this.#early : null;
    this.#early = null;
    const reader = (await early)?.body?.getReader();
    if (!reader) {
      yield await this.#whole(number);
      return;
    }
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value.slice().buffer;
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
  }

  #whole(number: number): Promise<ArrayBuffer> {
    return this.#fetcher.bytes(
      () => this.list[number]?.url ?? "",
      async () => {
        const playback = await this.#renew();
        const file = playback.files.find(({ codec, adaptive }) => codec === "flac" && adaptive);
        if (!file) throw new Refused();
        const { search } = new URL(playlistUrl(file.path), "http://host");
        for (const part of this.list) part.url = part.url.replace(/\?.*$/, "") + search;
      },
    );
  }
}

/** Pieces as one. */
export function whole(pieces: readonly ArrayBuffer[]): ArrayBuffer {
  const bytes = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return bytes.buffer;
}
