/** An engine that is fetched after the first page is painted, and does then what it was told before. */
import type { Engine, Events, Item, Position, Settings, Source, State } from "./types";

const NOWHERE: Position = { at: 0, duration: 0, buffered: 0 };

interface Subscription {
  begin(engine: Engine): void;
  end(): void;
}

class LazyEngine implements Engine {
  #real: Engine | null = null;
  #waiting: ((engine: Engine) => void)[] = [];
  #subscriptions = new Set<Subscription>();
  #gone = false;

  constructor(load: () => Promise<Engine>) {
    void load().then((engine) => {
      if (this.#gone) {
        engine.destroy();
        return;
      }
      this.#real = engine;
      for (const subscription of this.#subscriptions) subscription.begin(engine);
      for (const act of this.#waiting) act(engine);
      this.#waiting = [];
    });
  }

  #do(act: (engine: Engine) => void): void {
    if (this.#real) act(this.#real);
    else this.#waiting.push(act);
  }

  play(item: Item, options?: { at?: number; paused?: boolean }): void {
    this.#do((engine) => engine.play(item, options));
  }

  setNext(item: Item | null): void {
    this.#do((engine) => engine.setNext(item));
  }

  prepare(item: Item): void {
    this.#do((engine) => engine.prepare(item));
  }

  pause(): void {
    this.#do((engine) => engine.pause());
  }

  resume(): void {
    this.#do((engine) => engine.resume());
  }

  seek(to: number): void {
    this.#do((engine) => engine.seek(to));
  }

  stop(): void {
    this.#do((engine) => engine.stop());
  }

  configure(change: Partial<Settings>): void {
    this.#do((engine) => engine.configure(change));
  }

  cast(): Promise<boolean> {
    return this.#real?.cast() ?? Promise.resolve(false);
  }

  get state(): State {
    return this.#real?.state ?? "idle";
  }

  get current(): Item | null {
    return this.#real?.current ?? null;
  }

  position(): Position {
    return this.#real?.position() ?? NOWHERE;
  }

  on<K extends keyof Events>(event: K, listener: (detail: Events[K]) => void): () => void {
    if (this.#real) return this.#real.on(event, listener);
    let off: (() => void) | null = null;
    const subscription: Subscription = {
      begin: (engine) => {
        off = engine.on(event, listener);
      },
      end: () => off?.(),
    };
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.end();
    };
  }

  destroy(): void {
    this.#gone = true;
    this.#real?.destroy();
  }
}

export const lazyEngine = (source: Source): Engine =>
  new LazyEngine(async () => (await import("./index")).createEngine(source));
