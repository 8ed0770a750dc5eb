/** What the equaliser's ten bands are set to at once, dB, from 31 Hz to 16 kHz. */
export const PRESETS = {
  flat: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  bass: [6, 5, 4, 2.5, 1, 0, 0, 0, 0, 0],
  treble: [0, 0, 0, 0, 0, 1, 2.5, 4, 5, 5.5],
  quiet: [6, 4.5, 2.5, 0.5, -0.5, -0.5, 0, 1.5, 3.5, 5],
  voice: [-4, -3, -1, 1, 2.5, 3.5, 3.5, 2, 0, -1],
  speech: [-10, -7, -3, 0, 2, 4, 4, 2, -2, -5],
  acoustic: [2.5, 2.5, 2, 1, 0.5, 0.5, 1.5, 2.5, 2.5, 1.5],
  rock: [4, 3, 1.5, 0, -1, -0.5, 1.5, 3, 3.5, 3],
  electronic: [5, 4.5, 1.5, -0.5, -2, 0.5, 1, 2, 4, 4.5],
  small: [-8, -4, 1, 3.5, 3, 1.5, 0.5, 1, 2, 3],
} as const satisfies Record<string, readonly number[]>;

export type Preset = keyof typeof PRESETS;

/** Bands that may have been kept by something older: ten numbers. */
export const tenOf = (bands: readonly number[]): number[] =>
  PRESETS.flat.map((_, place) => bands[place] ?? 0);

/** Which preset these bands are; none if they were set by hand. */
export function presetOf(bands: readonly number[]): Preset | null {
  const ten = tenOf(bands);
  const names = Object.keys(PRESETS) as Preset[];
  return names.find((name) => PRESETS[name].every((gain, place) => gain === ten[place])) ?? null;
}

/** A line through the gains that bends as little as it can: the path of an SVG, y from the top. */
export function curve(bands: readonly number[], width: number, height: number, most: number) {
  const ten = tenOf(bands);
  const step = width / ten.length;
  const points = ten.map((gain, place) => [
    (place + 0.5) * step,
    (height / 2) * (1 - gain / most),
  ]) as [number, number][];
  const first = points[0] as [number, number];
  const parts = points.slice(1).map(([x, y], place) => {
    const [left, top] = points[place] as [number, number];
    const middle = (left + x) / 2;
    return `C${middle} ${top} ${middle} ${y} ${x} ${y}`;
  });
  return `M0 ${first[1]}L${first[0]} ${first[1]}${parts.join("")}H${width}`;
}
