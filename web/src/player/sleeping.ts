/** The one sleep timer of a page; the store knows what it is set to. */
import type { Store } from "../app/store";
import { systemClock } from "../engine/clock";
import { SleepTimer } from "../engine/sleep";
import type { Engine } from "../engine/types";
import { status } from "./status";

const timers = new WeakMap<Engine, SleepTimer>();

export function sleepTimer(engine: Engine, store: Store): SleepTimer {
  const known = timers.get(engine);
  if (known) return known;
  const timer = new SleepTimer(engine, systemClock, (sleep) =>
    store.dispatch(status.told({ sleep })),
  );
  timers.set(engine, timer);
  return timer;
}
