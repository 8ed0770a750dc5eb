/** Which part is fetched next, and where in one SourceBuffer the parts of each track go. */
import type { Head } from "./mp4";

/** Seconds of sound that are fetched ahead. */
export const AHEAD = 30;
/** Chromium takes 12 MB of sound in all. */
export const MOST_AHEAD_BYTES = 7 << 20;
/** Seconds of what was heard that stay; more is dropped now and then. */
export const BEHIND = 10;

export interface Part {
  url: string;
  /** Seconds from the track's beginning, as the playlist says. */
  start: number;
  seconds: number;
}

/** The address of the untouched signal's playlist, from that of its file: ".../flac.mp4?...". */
export function playlistUrl(file: string): string {
  const { pathname, search } = new URL(file, "http://host");
  return `${pathname.replace(/\.mp4$/, "")}/index.m3u8${search}`;
}

/** Its header, which can be asked for before the playlist is there. */
export const headUrl = (playlist: string): string => playlist.replace("/index.m3u8", "/init.mp4");

export const partUrl = (playlist: string, number: number): string =>
  playlist.replace("/index.m3u8", `/${number}.m4s`);

/** The parts that a playlist (RFC 8216) names. */
export function partsOf(text: string, playlist: string): Part[] {
  const parts: Part[] = [];
  let seconds = 0;
  let start = 0;
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#EXTINF:")) seconds = Number.parseFloat(line.slice(8)) || 0;
    else if (line && !line.startsWith("#")) {
      const { pathname, search } = new URL(line, new URL(playlist, "http://host"));
      parts.push({ url: pathname + search, start, seconds });
      start += seconds;
    }
  }
  return parts;
}

/**
 * The part that is heard at a time. Parts begin a little before the time that the playlist
 * says, never later: cuts are between packets.
 */
export function partAt(parts: readonly Part[], seconds: number): number {
  const place = parts.findLastIndex(({ start }) => start <= seconds + 1e-6);
  return Math.max(0, place);
}

/** A track's place in the SourceBuffer. */
export interface Place {
  /** Seconds in the SourceBuffer at which it begins. */
  base: number;
  /** Samples before it since `origin`, by which `base` is exact. */
  origin: number;
  samplesBefore: number;
}

export const FIRST: Place = { base: 0, origin: 0, samplesBefore: 0 };

/** Where the next track begins: samples are added up, not seconds, so that nothing drifts. */
export function placeAfter(place: Place, samples: number, timescale: number): Place {
  const samplesBefore = place.samplesBefore + samples;
  return { origin: place.origin, samplesBefore, base: place.origin + samplesBefore / timescale };
}

export interface Window {
  timestampOffset: number;
  appendWindowStart: number;
  appendWindowEnd: number;
}

/**
 * What the SourceBuffer is told before a track's parts: they begin at its place, and nothing of
 * them sounds before or behind it. The end is half a sample late, so that rounding to
 * microseconds never takes the last one.
 */
export function windowOf(place: Place, samples: number | null, { timescale }: Head): Window {
  const end = samples === null ? Number.POSITIVE_INFINITY : (samples + 0.5) / timescale;
  return {
    timestampOffset: place.base,
    appendWindowStart: Math.max(0, place.base - 0.25 / timescale),
    appendWindowEnd: place.base + end,
  };
}

/** Tracks that can stand in one SourceBuffer after one another, exact to the sample. */
export const fitTogether = (one: Head, other: Head): boolean => one.timescale === other.timescale;

export interface Stock {
  /** Seconds in the SourceBuffer: where it is heard, and where what is there ends. */
  at: number;
  bufferedTo: number;
  /** kbit/s, about. */
  bitrate: number;
}

/** Whether more is wanted now. */
export function wantsMore({ at, bufferedTo, bitrate }: Stock): boolean {
  const ahead = bufferedTo - at;
  const bytes = (ahead * bitrate * 1000) / 8;
  return ahead < AHEAD && bytes < MOST_AHEAD_BYTES;
}

/** What may be dropped: [0, seconds), or null while it is little. */
export function dropBefore(at: number, bufferedFrom: number): number | null {
  return at - bufferedFrom > 2 * BEHIND ? at - BEHIND : null;
}
