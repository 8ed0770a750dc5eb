/** Between a voice and who hears it: it may be somebody else later, or nobody. */
import type { VoiceListener } from "./voice";

export interface Wire {
  /** Null once the voice was left. */
  to: VoiceListener | null;
}

export const listenerOn = (wire: Wire): VoiceListener => ({
  ready: () => wire.to?.ready(),
  playing: () => wire.to?.playing(),
  waiting: () => wire.to?.waiting(),
  ended: () => wire.to?.ended(),
  advanced: () => wire.to?.advanced(),
  blocked: () => wire.to?.blocked(),
  trouble: (kind) => wire.to?.trouble(kind),
});
