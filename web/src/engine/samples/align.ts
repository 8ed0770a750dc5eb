/** Where in a track a piece of it was heard: by correlation. */
export interface Match {
  /** Index in the track at which the piece begins. */
  index: number;
  /** 1 where both are the same but for their volume; 0 where they have nothing in common. */
  score: number;
}

const COARSE = 1024;
const CANDIDATES = 12;

/** How alike the piece and the track are there, from -1 to 1. */
export function likeness(
  track: Float32Array,
  piece: Float32Array,
  at: number,
  length: number,
): number {
  let [product, energy, other] = [0, 0, 0];
  for (let place = 0; place < length; place += 1) {
    const heard = piece[place] ?? 0;
    const known = track[at + place] ?? 0;
    product += heard * known;
    energy += heard * heard;
    other += known * known;
  }
  const both = Math.sqrt(energy * other);
  return both > 1e-9 ? product / both : 0;
}

/**
 * Looks for the piece around `expected`, at most `reach` samples away. The nearest of equally good
 * places is taken: a tone fits at each of its periods.
 */
export function align(
  track: Float32Array,
  piece: Float32Array,
  expected: number,
  reach: number,
): Match | null {
  const from = Math.max(0, expected - reach);
  const to = Math.min(track.length - piece.length, expected + reach);
  if (to < from) return null;
  const coarse = Math.min(COARSE, piece.length);
  const found: Match[] = [];
  for (let index = from; index <= to; index += 1) {
    found.push({ index, score: likeness(track, piece, index, coarse) });
  }
  const peaks = found.filter(
    ({ score }, place) =>
      score >= (found[place - 1]?.score ?? -1) && score >= (found[place + 1]?.score ?? -1),
  );
  const far = ({ index }: Match): number => Math.abs(index - expected);
  peaks.sort((a, b) => Math.round((b.score - a.score) * 1e4) || far(a) - far(b));
  const whole = peaks
    .slice(0, CANDIDATES)
    .map(({ index }) => ({ index, score: likeness(track, piece, index, piece.length) }))
    .sort((a, b) => Math.round((b.score - a.score) * 1e4) || far(a) - far(b));
  return whole[0] ?? null;
}
