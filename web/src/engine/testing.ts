/** What tests of the engine share. */
import type { Clock } from "./clock";
import type { Item, Playback, PlaybackFile } from "./types";

/** A clock that stands still until a test moves it. */
export class HandClock implements Clock {
  #now = 0;
  #waiting: { at: number; work: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#now + ms, work };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  /** Lets time pass, with what promises do in between. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const due = this.#waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#waiting = this.#waiting.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.work();
      await settled();
    }
    this.#now = until;
  }
}

/** Everything that promises had to do is done. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

export const item = (name: string, albumId: string | null = "album", seconds = 200): Item => ({
  key: `key-${name}`,
  trackId: name,
  albumId,
  durationMs: seconds * 1000,
});

const rung = (
  name: string,
  container: string,
  contentType: string,
  adaptive = false,
): PlaybackFile => {
  const [codec = "", bitrate = "700"] = name.split("-");
  return {
    name,
    path: `/media/hls/0123/${name}.${container}?s=1`,
    content_type: contentType,
    codec,
    bitrate: Number(bitrate),
    lossless: codec === "flac",
    adaptive,
  };
};

const LADDER: PlaybackFile[] = [
  ...[96, 160, 256].map((rate) =>
    rung(`aac-${rate}`, "mp4", 'audio/mp4; codecs="mp4a.40.2"', true),
  ),
  ...[96, 128, 160].map((rate) => rung(`opus-${rate}`, "mp4", 'audio/mp4; codecs="opus"', true)),
  ...[96, 160, 320].map((rate) => rung(`vorbis-${rate}`, "ogg", 'audio/ogg; codecs="vorbis"')),
  ...[96, 128, 160].map((rate) => rung(`opus-${rate}`, "ogg", 'audio/ogg; codecs="opus"')),
  ...[128, 192, 320].map((rate) => rung(`mp3-${rate}`, "mp3", "audio/mpeg")),
];

/** What the server answers for a file of that kind. */
export function playbackOf(codec: string, contentType: string, bitrate: number): Playback {
  const lossless = ["flac", "alac", "pcm", "wavpack"].includes(codec);
  const original: PlaybackFile = {
    name: "original",
    path: "/media/stream/abc?s=1",
    content_type: contentType,
    codec,
    bitrate,
    lossless,
    adaptive: false,
  };
  const flac = [
    rung("flac", "mp4", 'audio/mp4; codecs="flac"', true),
    rung("flac", "flac", "audio/flac"),
  ];
  const lossy = LADDER.filter((file) => lossless || file.bitrate <= bitrate);
  return {
    track_id: "track",
    asset_id: "asset",
    duration_ms: 200_000,
    expires_at: 1_000_000,
    hls: "/media/hls/0123/master.m3u8?s=1",
    hls_aac: "/media/hls/0123/aac.m3u8?s=1",
    hls_opus: "/media/hls/0123/opus.m3u8?s=1",
    files: [original, ...lossy, ...(lossless ? flac : [])],
    gapless: { sample_rate: 44_100, samples: 8_820_000, delay: 0, padding: 0 },
    track: { loudness: -10, true_peak: -0.5, gain_db: -4 },
    album: { loudness: -12, true_peak: -0.5, gain_db: -2 },
  };
}
