/** How loud: the listener's volume, what a track needs to sound like the others, and decibels. */
import type { Level, Normalisation, Playback } from "./types";

const TARGET_LUFS = -14;
/** True peaks stay below this, so that no converter clips between the samples. */
const CEILING_DBTP = -1;

export const factorOf = (decibels: number): number => 10 ** (decibels / 20);

/** dB to be added to what was measured: to the target, or as near as the peaks allow. */
export const gainOf = ({ loudness, true_peak }: Level): number =>
  Math.min(TARGET_LUFS - loudness, CEILING_DBTP - true_peak);

/** The factor for a track. What was not analysed plays as it is. */
export function levelOf(playback: Pick<Playback, "track" | "album">, mode: Normalisation): number {
  if (mode === "off") return 1;
  const level = mode === "album" ? (playback.album ?? playback.track) : playback.track;
  return level ? factorOf(gainOf(level)) : 1;
}

/**
 * From the slider to the amplitude. Loudness grows with the 0.6th power of the amplitude
 * (Stevens), so half the way up sounds half as loud.
 */
export const volumeFactor = (volume: number): number =>
  Math.min(1, Math.max(0, volume)) ** (1 / 0.6);

/** Centres of the equaliser's bands, Hz: an octave each. */
export const BANDS = [31.25, 62.5, 125, 250, 500, 1000, 2000, 4000, 8000, 16_000] as const;
export const MOST_BAND_DB = 12;

/** The bands as they are set: ten of them, within bounds. Null where nothing would change. */
export function bandsOf(equaliser: readonly number[] | null): number[] | null {
  if (!equaliser) return null;
  const bands = BANDS.map((_, place) => {
    const gain = equaliser[place] ?? 0;
    return Number.isFinite(gain) ? Math.min(MOST_BAND_DB, Math.max(-MOST_BAND_DB, gain)) : 0;
  });
  return bands.some((gain) => gain !== 0) ? bands : null;
}

/** What goes down before the equaliser, so that what it lifts does not clip. */
export const roomFor = (bands: readonly number[]): number => factorOf(-Math.max(0, ...bands));
