/**
 * Where sound goes: volume, equaliser, and one channel for each thing that sounds.
 *
 * With an audio graph everything runs through GainNodes. Without one (no gesture yet, or a phone,
 * which may silence graphs when its screen is locked) the elements' own volume is all there is.
 */
import { Channel } from "./channel";
import type { Clock } from "./clock";
import { BANDS, bandsOf, roomFor, volumeFactor } from "./loudness";
import type { Settings } from "./types";

/** Volume glides with this time constant, seconds, so that it does not crackle. */
const GLIDE = 0.015;

export interface OutputNeeds {
  clock: Clock;
  element: () => HTMLAudioElement;
  /** Null where there are no graphs at all. */
  context: (() => AudioContext) | null;
  /** Elements play by themselves as long as nothing needs the graph. */
  plain: boolean;
}

interface Graph {
  context: AudioContext;
  input: GainNode;
  room: GainNode;
  filters: BiquadFilterNode[];
  volume: GainNode;
}

export class Output {
  readonly clock: Clock;
  #needs: OutputNeeds;
  #graph: Graph | null = null;
  #free: Channel[] = [];
  #used = new Set<Channel>();
  #volume = 1;
  #bands: number[] | null = null;
  #sink = "";

  constructor(needs: OutputNeeds) {
    this.#needs = needs;
    this.clock = needs.clock;
  }

  /** The graph's context, where there is one that runs. */
  get context(): AudioContext | null {
    const context = this.#graph?.context ?? null;
    return context?.state === "running" ? context : null;
  }

  /** What elements multiply their own volume with while they are outside the graph. */
  get factor(): number {
    return this.#volume;
  }

  /** To be called in a gesture: without one browsers let no graph sound. */
  wake(): void {
    const active = globalThis.navigator?.userActivation?.isActive ?? true;
    const { context: make, plain } = this.#needs;
    if (!this.#graph && make && active && (!plain || this.#bands)) this.#build(make());
    const context = this.#graph?.context;
    if (context && context.state !== "running") void context.resume().catch(() => undefined);
  }

  /** Lets the machine rest while nothing sounds. */
  rest(): void {
    if (this.#graph?.context.state === "running") void this.#graph.context.suspend();
  }

  channel(): Channel {
    const channel = this.#free.pop() ?? new Channel(this, this.#needs.element);
    this.#used.add(channel);
    if (this.#graph) channel.connect(this.#graph.context, this.#graph.input);
    channel.open();
    return channel;
  }

  release(channel: Channel): void {
    if (!this.#used.delete(channel)) return;
    channel.reset();
    this.#free.push(channel);
  }

  configure({ volume, muted, equaliser, output }: Settings): void {
    this.#volume = muted ? 0 : volumeFactor(volume);
    this.#bands = bandsOf(equaliser);
    const graph = this.#graph;
    if (graph) {
      graph.volume.gain.setTargetAtTime(this.#volume, graph.context.currentTime, GLIDE);
      this.#equalise(graph);
    }
    for (const channel of this.#used) channel.refresh();
    if (output !== this.#sink) {
      this.#sink = output;
      this.#toSink();
    }
  }

  destroy(): void {
    for (const channel of [...this.#used]) this.release(channel);
    void this.#graph?.context.close();
    this.#graph = null;
  }

  /** Called for each new element. */
  adopt(element: HTMLAudioElement): void {
    if (this.#sink && !this.#graph) void element.setSinkId?.(this.#sink).catch(() => undefined);
  }

  #build(context: AudioContext): void {
    const [input, room, volume] = [
      context.createGain(),
      context.createGain(),
      context.createGain(),
    ];
    volume.gain.value = this.#volume;
    volume.connect(context.destination);
    const filters = BANDS.map((frequency, place) => {
      const filter = context.createBiquadFilter();
      filter.type = place === 0 ? "lowshelf" : place === BANDS.length - 1 ? "highshelf" : "peaking";
      filter.frequency.value = Math.min(frequency, context.sampleRate / 2 - 1);
      filter.Q.value = Math.SQRT2;
      return filter;
    });
    const chain = [room, ...filters, volume];
    chain.forEach((node, place) => {
      const next = chain[place + 1];
      if (next) node.connect(next);
    });
    this.#graph = { context, input, room, filters, volume };
    input.connect(volume);
    this.#equalise(this.#graph);
    for (const channel of [...this.#used, ...this.#free]) channel.connect(context, input);
    if (this.#sink) this.#toSink();
  }

  /** With no band lifted or lowered the filters are left out. */
  #equalise({ context, input, room, filters, volume }: Graph): void {
    const bands = this.#bands;
    input.disconnect();
    input.connect(bands ? room : volume);
    if (!bands) return;
    room.gain.setTargetAtTime(roomFor(bands), context.currentTime, GLIDE);
    filters.forEach((filter, place) => {
      filter.gain.setTargetAtTime(bands[place] ?? 0, context.currentTime, GLIDE);
    });
  }

  #toSink(): void {
    const context = this.#graph?.context as
      | (AudioContext & { setSinkId?: (id: string) => Promise<void> })
      | undefined;
    const told = context
      ? [context.setSinkId?.(this.#sink)]
      : [...this.#used].map((channel) => channel.made?.setSinkId?.(this.#sink));
    // A device that went away: the system's choice goes on.
    for (const promise of told) promise?.catch(() => undefined);
  }
}
