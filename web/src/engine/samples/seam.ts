/**
 * The few milliseconds around a join, where the context runs at another rate than the files.
 * Browsers bring each file to their rate by itself, and know nothing of what lies beyond its
 * ends: the samples next to a join are a little wrong, which cracks. Here both sides are put
 * together first.
 */

/** Samples of the files that an output sample is made of, on each side. */
const REACH = 32;
/** Of the lower rate's half: where the filter ends. */
const PASSED = 0.97;
/** Seconds on each side of a join. */
export const SEAM = 0.02;

/** The ends of a file at its own rate, by channel. */
export interface Ends {
  rate: number;
  head: Float32Array[];
  tail: Float32Array[];
}

export const endsLength = (rate: number): number => Math.ceil(SEAM * rate) + REACH * 4;

/** A value between samples: a sinc under a window (Blackman). */
export function between(samples: Float32Array, position: number, cutoff: number): number {
  const reach = REACH / cutoff;
  const first = Math.max(0, Math.ceil(position - reach));
  const last = Math.min(samples.length - 1, Math.floor(position + reach));
  let sum = 0;
  for (let place = first; place <= last; place += 1) {
    const off = (place - position) * cutoff;
    const sinc = off === 0 ? 1 : Math.sin(Math.PI * off) / (Math.PI * off);
    const way = (Math.PI * off) / REACH;
    const window = 0.42 + 0.5 * Math.cos(way) + 0.08 * Math.cos(2 * way);
    sum += (samples[place] ?? 0) * sinc * window;
  }
  return sum * cutoff;
}

/**
 * One channel of a seam.
 *
 * @param offset frames from the seam's first sample to the join; not whole.
 * @param count frames of the seam.
 * @param rate of the frames.
 */
export function seam(
  one: Pick<Ends, "rate" | "tail">,
  other: Pick<Ends, "head">,
  channel: number,
  { offset, count, rate }: { offset: number; count: number; rate: number },
): Float32Array {
  const tail = one.tail[channel % one.tail.length] ?? new Float32Array();
  const head = other.head[channel % other.head.length] ?? new Float32Array();
  const both = new Float32Array(tail.length + head.length);
  both.set(tail);
  both.set(head, tail.length);
  const scale = one.rate / rate;
  const cutoff = Math.min(1, 1 / scale) * PASSED;
  return Float32Array.from({ length: count }, (_, frame) =>
    between(both, tail.length + (frame - offset) * scale, cutoff),
  );
}
