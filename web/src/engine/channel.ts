/** One thing that sounds: an element, or nodes of the graph, with its own level and fade. */
import { fade, fadeAt } from "./fading";
import type { Output } from "./output";

/** Elements outside the graph are faded in steps of so many milliseconds. */
const STEP_MS = 40;
/** Seconds in which levels change. */
const SMOOTH = 0.02;

interface Nodes {
  context: AudioContext;
  /** What the element gives, before anything is changed. */
  tap: GainNode;
  level: GainNode;
  fade: GainNode;
  /** Of the element; there can be one only, for good. */
  source: MediaElementAudioSourceNode | null;
}

export class Channel {
  #output: Output;
  #make: () => HTMLAudioElement;
  #element: HTMLAudioElement | null = null;
  #nodes: Nodes | null = null;
  #level = 1;
  #fade = 1;
  #cancelStep: (() => void) | null = null;

  constructor(output: Output, make: () => HTMLAudioElement) {
    this.#output = output;
    this.#make = make;
  }

  /** The element, if this channel ever had one. */
  get made(): HTMLAudioElement | null {
    return this.#element;
  }

  get element(): HTMLAudioElement {
    if (!this.#element) {
      this.#element = this.#make();
      this.#element.preload = "auto";
      this.#output.adopt(this.#element);
      this.#route();
      this.refresh();
    }
    return this.#element;
  }

  /** The nodes of the graph; null outside. */
  get nodes(): Readonly<Nodes> | null {
    return this.#nodes;
  }

  connect(context: AudioContext, destination: AudioNode): void {
    if (this.#nodes) return;
    const [tap, level, faded] = [context.createGain(), context.createGain(), context.createGain()];
    tap.connect(level).connect(faded).connect(destination);
    level.gain.value = this.#level;
    faded.gain.value = this.#fade;
    this.#nodes = { context, tap, level, fade: faded, source: null };
    this.#route();
    this.refresh();
  }

  /** Normalisation: the factor, from so many seconds on. */
  setLevel(level: number, after = 0): void {
    this.#level = level;
    const nodes = this.#nodes;
    if (nodes) {
      const { gain } = nodes.level;
      const at = nodes.context.currentTime + after;
      if (after) {
        gain.setValueAtTime(gain.value, at - SMOOTH / 2);
        gain.linearRampToValueAtTime(level, at + SMOOTH / 2);
      } else {
        gain.cancelScheduledValues(0);
        gain.value = level;
      }
    } else if (after) this.#output.clock.after(after * 1000, () => this.refresh());
    else this.refresh();
  }

  /** At once as loud as it shall be. */
  open(): void {
    this.#stop();
    this.#fade = 1;
    if (this.#nodes) {
      this.#nodes.fade.gain.cancelScheduledValues(0);
      this.#nodes.fade.gain.value = 1;
    }
    this.refresh();
  }

  /** Comes up or goes down, from now on. */
  run(rises: boolean, seconds: number): void {
    this.#stop();
    if (this.#nodes) {
      fade(this.#nodes.fade.gain, this.#nodes.context.currentTime, seconds, rises);
      this.#fade = rises ? 1 : 0;
      return;
    }
    const { clock } = this.#output;
    const began = clock.now();
    const step = (): void => {
      const part = (clock.now() - began) / (seconds * 1000);
      this.#fade = fadeAt(part, rises);
      this.refresh();
      this.#cancelStep = part < 1 ? clock.after(STEP_MS, step) : null;
    };
    step();
  }

  /** Sets the element's own volume where that is what there is. */
  refresh(): void {
    if (!this.#element) return;
    const plain = this.#output.factor * this.#level * this.#fade;
    this.#element.volume = this.#nodes ? 1 : Math.min(1, Math.max(0, plain));
  }

  /** The browser's dialogue for other devices. False where there is none, or nobody chose. */
  async cast(): Promise<boolean> {
    try {
      await this.#element?.remote?.prompt();
      return this.#element?.remote !== undefined;
    } catch {
      return false;
    }
  }

  reset(): void {
    this.#stop();
    this.#level = 1;
    if (this.#nodes) {
      this.#nodes.level.gain.cancelScheduledValues(0);
      this.#nodes.level.gain.value = 1;
    }
    const element = this.#element;
    if (element) {
      element.pause();
      element.removeAttribute("src");
      element.load();
    }
  }

  #stop(): void {
    this.#cancelStep?.();
    this.#cancelStep = null;
  }

  #route(): void {
    const nodes = this.#nodes;
    if (!nodes || nodes.source || !this.#element) return;
    nodes.source = nodes.context.createMediaElementSource(this.#element);
    nodes.source.connect(nodes.tap);
  }
}
