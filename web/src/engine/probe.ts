/** What this browser can play, asked once for each type. */
export interface Probe {
  /** An element plays it from an address. */
  plays(type: string): boolean;
  /** A SourceBuffer takes it. */
  appends(type: string): boolean;
  /** Who plays HLS playlists; null where nobody does. */
  readonly hls: "browser" | "script" | null;
}

type SourceKind = Pick<typeof MediaSource, "isTypeSupported">;

export interface ProbeNeeds {
  element: Pick<HTMLMediaElement, "canPlayType">;
  mediaSource: SourceKind | undefined;
}

const remember = (ask: (type: string) => boolean): ((type: string) => boolean) => {
  const known = new Map<string, boolean>();
  return (type) => {
    const answer = known.get(type) ?? ask(type);
    known.set(type, answer);
    return answer;
  };
};

export function probeOf({ element, mediaSource }: ProbeNeeds): Probe {
  const plays = remember((type) => element.canPlayType(type) !== "");
  const appends = remember((type) => mediaSource?.isTypeSupported(type) ?? false);
  const own = plays("application/vnd.apple.mpegurl");
  const scripted = appends('audio/mp4; codecs="mp4a.40.2"') || appends('audio/mp4; codecs="opus"');
  return { plays, appends, hls: own ? "browser" : scripted ? "script" : null };
}

/** The kind of MediaSource that this browser has: iPhones have only the managed one. */
export const mediaSourceKind = (): typeof MediaSource | undefined => {
  const scope = globalThis as { ManagedMediaSource?: typeof MediaSource };
  return scope.ManagedMediaSource ?? globalThis.MediaSource;
};
