/** Crossfades: both sides together keep their power, so that nothing dips in the middle. */
const STEPS = 16;

/** A side of a crossfade at `part` (0 to 1) of the way. */
export const fadeAt = (part: number, rises: boolean): number => {
  const way = Math.min(1, Math.max(0, part)) * (Math.PI / 2);
  return rises ? Math.sin(way) : Math.cos(way);
};

/** The part of an AudioParam that fades need. */
export interface Ramp {
  setValueAtTime(value: number, at: number): unknown;
  linearRampToValueAtTime(value: number, at: number): unknown;
  cancelScheduledValues(at: number): unknown;
}

/** Short straight lines along the curve: they can be cancelled and begun anew at any place. */
export function fade(ramp: Ramp, from: number, seconds: number, rises: boolean): void {
  ramp.cancelScheduledValues(from);
  ramp.setValueAtTime(fadeAt(0, rises), from);
  for (let step = 1; step <= STEPS; step += 1) {
    const part = step / STEPS;
    ramp.linearRampToValueAtTime(fadeAt(part, rises), from + part * seconds);
  }
}
