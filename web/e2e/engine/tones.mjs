/** What is played: each tone has whole samples in a period, so that cuts show in its phase. */
export const TONE = { flac: 441, mp3: 441, ogg: 441, opus: 480 };
export const RATE = { flac: 44_100, mp3: 44_100, ogg: 44_100, opus: 48_000 };
export const AMPLITUDE = 0.4;

/** Samples at which tracks end, in the middle of a period. */
const cuts = [160_033, 240_050];
export const CUTS = { flac: cuts, mp3: cuts, ogg: cuts, opus: cuts };
