/**
 * What of an MP4 file in fragments must be known to put tracks one after another to the sample
 * (ISO/IEC 14496-12): the clock, the length, and where each part begins and ends.
 */
export interface Head {
  /** Samples a second, and the track's clock. */
  timescale: number;
  /** Samples of the whole; null where the file does not say. */
  samples: number | null;
  /** Samples of a packet where a part does not say otherwise. */
  packet: number;
}

export interface Span {
  start: number;
  end: number;
}

interface Box {
  kind: string;
  /** Of its content, in the whole. */
  start: number;
  end: number;
}

const HEADER = 8;

function* boxesIn(view: DataView, start: number, end: number): Generator<Box> {
  let at = start;
  while (at + HEADER <= end) {
    const size = view.getUint32(at);
    if (size < HEADER || at + size > end) return;
    const kind = String.fromCharCode(...[4, 5, 6, 7].map((place) => view.getUint8(at + place)));
    yield { kind, start: at + HEADER, end: at + size };
    at += size;
  }
}

function inside(view: DataView, path: readonly string[], within?: Box): Box | null {
  const [kind, ...deeper] = path;
  for (const box of boxesIn(view, within?.start ?? 0, within?.end ?? view.byteLength)) {
    if (box.kind === kind) return deeper.length ? inside(view, deeper, box) : box;
  }
  return null;
}

const long = (view: DataView, at: number): number => Number(view.getBigUint64(at));

/** Of an init segment; null if it is none. */
export function headOf(bytes: ArrayBuffer): Head | null {
  const view = new DataView(bytes);
  const mdhd = inside(view, ["moov", "trak", "mdia", "mdhd"]);
  const trex = inside(view, ["moov", "mvex", "trex"]);
  if (!mdhd || !trex) return null;
  const timescale = view.getUint32(mdhd.start + (view.getUint8(mdhd.start) ? 20 : 12));
  const mehd = inside(view, ["moov", "mvex", "mehd"]);
  const version = mehd && view.getUint8(mehd.start);
  const samples = mehd
    ? version
      ? long(view, mehd.start + 4)
      : view.getUint32(mehd.start + 4)
    : null;
  if (!timescale) return null;
  return { timescale, samples: samples || null, packet: view.getUint32(trex.start + 12) };
}

/** The part's place in its track, in samples; null if it is no part. */
export function spanOf(bytes: ArrayBuffer, { packet }: Pick<Head, "packet">): Span | null {
  const view = new DataView(bytes);
  let span: Span | null = null;
  for (const moof of boxesIn(view, 0, view.byteLength)) {
    if (moof.kind !== "moof") continue;
    const tfdt = inside(view, ["traf", "tfdt"], moof);
    const trun = inside(view, ["traf", "trun"], moof);
    if (!tfdt || !trun) return null;
    const version = view.getUint8(tfdt.start);
    const start = version ? long(view, tfdt.start + 4) : view.getUint32(tfdt.start + 4);
    const end = start + lengthOf(view, trun, packet);
    span = span ? { start: span.start, end } : { start, end };
  }
  return span;
}

/** Flags of `trun`: which fields it has. */
const HAS_OFFSET = 0x1;
const HAS_FIRST_FLAGS = 0x4;
const HAS_DURATION = 0x100;
const OTHER_FIELDS = [0x200, 0x400, 0x800];

function lengthOf(view: DataView, trun: Box, packet: number): number {
  const flags = view.getUint32(trun.start) & 0xff_ff_ff;
  const count = view.getUint32(trun.start + 4);
  if (!(flags & HAS_DURATION)) return count * packet;
  const each = 4 + OTHER_FIELDS.filter((flag) => flags & flag).length * 4;
  let at = trun.start + 8 + (flags & HAS_OFFSET ? 4 : 0) + (flags & HAS_FIRST_FLAGS ? 4 : 0);
  let length = 0;
  for (let place = 0; place < count && at + 4 <= trun.end; place += 1, at += each) {
    length += view.getUint32(at);
  }
  return length;
}
