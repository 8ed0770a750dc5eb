/** The service worker: let in at once the first time, later when the listener says so. */
import { at } from "../api/base";
import type { Store } from "../app/store";
import { canKeep, offline } from "./state";

const HOUR_MS = 3_600_000;
let waiting: ServiceWorker | null = null;

export async function registerWorker(store: Store): Promise<void> {
  if (!canKeep() || import.meta.env.DEV) return;
  const registration = await navigator.serviceWorker.register(at("/sw.js"), { scope: at("/") });
  const look = () => {
    // Without one in charge it is the first version, which nobody has to be asked for.
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    waiting = registration.waiting;
    store.dispatch(offline.told({ update: true }));
  };
  look();
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", look),
  );
  setInterval(() => void registration.update().catch(() => undefined), HOUR_MS);
}

/** Lets the new version in, and begins with it. */
export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  waiting?.postMessage("now");
}
