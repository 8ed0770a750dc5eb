/** Which form of a track is played: what the browser can, the listener wants, and the line carries. */
import type { Probe } from "./probe";
import type { Playback, PlaybackFile, Quality } from "./types";

/**
 * - `file`: one address, by an element;
 * - `stream`: parts of FLAC in MP4, put into a SourceBuffer by us;
 * - `hls`: a playlist, by the browser itself or by hls.js.
 */
export type Way = "file" | "stream" | "hls";

export interface Form {
  way: Way;
  url: string;
  contentType: string;
  codec: string;
  /** kbit/s; null where it changes. */
  bitrate: number | null;
  lossless: boolean;
  adaptive: boolean;
}

/** A form by its way and path: signatures change. */
export const nameOf = ({ way, url }: Form): string => `${way} ${url.replace(/\?.*$/, "")}`;

/** What is needed above the bit rate, so that music does not stall each time the line is slow. */
const SPARE = 1.3;

/** Bit rates in kbit/s: what an original may have to be played as it is. */
const MOST: Record<"high" | "normal" | "low", number> = { high: 320, normal: 192, low: 112 };
const RUNGS: Record<"high" | "normal" | "low", readonly string[]> = {
  high: ["opus-160", "aac-256", "vorbis-320", "mp3-320"],
  normal: ["opus-128", "aac-160", "vorbis-160", "mp3-192"],
  low: ["opus-96", "aac-96", "vorbis-96", "mp3-128"],
};

const fileForm = (file: PlaybackFile): Form => ({
  way: "file",
  url: file.path,
  contentType: file.content_type,
  codec: file.codec,
  bitrate: file.bitrate,
  lossless: file.lossless,
  adaptive: false,
});

/** The untouched signal in parts, where the browser can put it together. */
function streamForm(playback: Playback, probe: Probe): Form | null {
  const file = playback.files.find(({ codec, adaptive }) => codec === "flac" && adaptive);
  if (!file || !probe.appends(file.content_type)) return null;
  return { ...fileForm(file), way: "stream" };
}

function hlsForm(playback: Playback, probe: Probe): Form | null {
  if (!probe.hls) return null;
  const opus = !probe.appends('audio/mp4; codecs="mp4a.40.2"') && probe.hls === "script";
  const url = opus ? playback.hls_opus : playback.hls_aac;
  if (!url) return null;
  return {
    way: "hls",
    url,
    contentType: "application/vnd.apple.mpegurl",
    codec: opus ? "opus" : "aac",
    bitrate: null,
    lossless: false,
    adaptive: true,
  };
}

const plays = (file: PlaybackFile, probe: Probe): boolean =>
  probe.plays(typeOf(file.content_type, file.codec));

/** Types that servers send say the container only; with the codec browsers answer exactly. */
export function typeOf(contentType: string, codec: string): string {
  if (contentType.includes("codecs=")) return contentType;
  const codecs: Record<string, string> = {
    "audio/mp4 alac": "alac",
    "audio/mp4 aac": "mp4a.40.2",
    "audio/mp4 flac": "flac",
    "audio/mp4 opus": "opus",
    "audio/ogg vorbis": "vorbis",
    "audio/ogg opus": "opus",
    "audio/ogg flac": "flac",
  };
  const known = codecs[`${contentType} ${codec}`];
  return known ? `${contentType}; codecs="${known}"` : contentType;
}

/** The original's own signal: as it is, or as FLAC. */
function untouched(playback: Playback, probe: Probe, gapless: boolean): Form[] {
  const [original] = playback.files;
  const stream = original?.lossless ? streamForm(playback, probe) : null;
  const forms: Form[] = stream && gapless ? [stream] : [];
  if (original && plays(original, probe)) forms.push(fileForm(original));
  if (stream && !gapless) forms.push(stream);
  const flac = playback.files.find((file) => file.codec === "flac" && !file.adaptive);
  if (flac && flac !== original && plays(flac, probe)) forms.push(fileForm(flac));
  return forms;
}

/** Rungs near what is wanted, best first; then whatever plays at all. */
function lossy(playback: Playback, probe: Probe, wanted: "high" | "normal" | "low"): Form[] {
  const [original, ...ladder] = playback.files;
  const near = RUNGS[wanted].flatMap((name) =>
    // Ogg before MP4: what it holds is decoded to the sample.
    ladder
      .filter((file) => file.name === name && plays(file, probe))
      .sort((a, b) => Number(a.adaptive) - Number(b.adaptive)),
  );
  const others = ladder
    .filter((file) => !file.lossless && !near.includes(file) && plays(file, probe))
    .sort((a, b) => Math.abs(a.bitrate - MOST[wanted]) - Math.abs(b.bitrate - MOST[wanted]));
  const small = original && !original.lossless && original.bitrate <= MOST[wanted];
  const first = small && plays(original, probe) ? [original] : [];
  return [...first, ...near, ...others].map(fileForm);
}

export interface Wish {
  quality: Quality;
  gapless: boolean;
  /** kbit/s that the line carries, as far as anybody knows. */
  carries: number;
}

/**
 * All forms in which a track can be played here, the best one for the wish first. The others are
 * for when it turns out that the browser cannot play what it said it could.
 */
export function choose(playback: Playback, probe: Probe, wish: Wish): Form[] {
  const best = untouched(playback, probe, wish.gapless);
  const hls = hlsForm(playback, probe);
  const needs = (best[0]?.bitrate ?? 0) * SPARE;
  let forms: (Form | null)[];
  if (wish.quality === "high" || wish.quality === "normal" || wish.quality === "low") {
    forms = [...lossy(playback, probe, wish.quality), ...best, hls];
  } else if (wish.quality === "original" || needs <= wish.carries) {
    forms = [...best, ...lossy(playback, probe, "high"), hls];
  } else forms = [hls, ...lossy(playback, probe, "low"), ...best];
  const seen = new Set<string>();
  return forms.filter((form): form is Form => {
    if (!form || seen.has(form.way + form.url)) return false;
    seen.add(form.way + form.url);
    return true;
  });
}
