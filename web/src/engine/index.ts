/** The player engine, as pages make it. */
import { type Clock, systemClock } from "./clock";
import { Output } from "./output";
import { Player } from "./player";
import { mediaSourceKind, type Probe, probeOf } from "./probe";
import type { Slot } from "./slot";
import type { Engine, Settings, Source } from "./types";
import { ElementVoice } from "./voices/element";
import type { Voice, VoiceNeeds } from "./voices/voice";

export type * from "./types";

const STREAMED = 'audio/mp4; codecs="flac"';

/** Bytes that one decoded track may take: about seven minutes of stereo. */
const ROOM = 150 << 20;

export const defaults: Settings = {
  volume: 1,
  muted: false,
  rate: 1,
  quality: "auto",
  normalisation: "album",
  crossfade: 0,
  gapless: true,
  equaliser: null,
  output: "",
};

/** Phones may silence audio graphs when their screen is locked. */
function isPhone(): boolean {
  const { userAgentData, userAgent, maxTouchPoints } = navigator as Navigator & {
    userAgentData?: { mobile?: boolean };
  };
  const tablet = /Macintosh/.test(userAgent) && maxTouchPoints > 1;
  return userAgentData?.mobile ?? (/Android|iPhone|iPad|iPod/.test(userAgent) || tablet);
}

async function voiceOf(needs: VoiceNeeds, probe: Probe): Promise<Voice> {
  const { way } = needs.prepared.form;
  if (way === "stream") return new (await import("./stream/voice")).StreamVoice(needs);
  if (way === "hls" && probe.hls === "script") {
    return new ElementVoice(needs, (await import("./voices/hls")).attach);
  }
  return new ElementVoice(needs);
}

export interface EngineOptions {
  settings?: Partial<Settings>;
  /** Makes the graph's context; null for none. */
  context?: (() => AudioContext) | null;
  plain?: boolean;
  clock?: Clock;
}

export function createEngine(source: Source, options: EngineOptions = {}): Engine {
  const { clock = systemClock } = options;
  const makeContext = (): AudioContext => new AudioContext({ latencyHint: "playback" });
  const output = new Output({
    clock,
    element: () => new Audio(),
    context: options.context === undefined ? makeContext : options.context,
    plain: options.plain ?? isPhone(),
  });
  const probe = probeOf({ element: new Audio(), mediaSource: mediaSourceKind() });
  // Most libraries have lossless music: it is not waited for at the first click.
  if (probe.appends(STREAMED))
    globalThis.requestIdleCallback?.(() => void import("./stream/voice"));
  const samples = async (slot: Slot): Promise<boolean> => {
    const { takeOver } = await import("./samples/takeover");
    return slot.change(async (listener, signal) => {
      const { voice: from, prepared } = slot;
      if (!from || !prepared) return null;
      return takeOver({ output, clock, from, prepared, listener, signal });
    });
  };
  return new Player({
    source,
    settings: { ...defaults, ...options.settings },
    clock,
    output,
    probe,
    voice: (needs) => voiceOf(needs, probe),
    samples,
    room: ROOM,
  });
}
