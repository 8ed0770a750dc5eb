/** What survives a reload, in this browser alone: queue, place in it, settings. */
import { LEFT } from "../offline/state";
import type { QueueState } from "../player/queue";
import { initialQueue } from "../player/queue";
import { defaultSettings, type PlayerSettings } from "../player/settings";
import { type Interface, initialInterface } from "./interface";
import type { Store } from "./store";

const QUEUE = "philomel.queue";
const CHOICES = "philomel.choices";
const PLACE = "philomel.place";
const PERSON = "philomel.person";
const MOST_KEPT = 2000;

interface Place {
  key: string;
  at: number;
}

const read = <T>(name: string): T | null => {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null") as T | null;
  } catch {
    return null;
  }
};

const write = (name: string, value: unknown): void => {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Full, or forbidden: then a reload begins anew.
  }
};

export function kept() {
  const choices = read<{ settings: Partial<PlayerSettings>; interface: Partial<Interface> }>(
    CHOICES,
  );
  return {
    queue: { ...initialQueue, ...read<Partial<QueueState>>(QUEUE), undo: [], turn: 0 },
    settings: { ...defaultSettings, ...choices?.settings },
    interface: {
      ...initialInterface,
      ...choices?.interface,
      fullScreen: false,
      shortcuts: false,
      sound: false,
      ...(innerWidth < 1180 && { panel: null }),
    },
  };
}

/** Where the entry was when the page was left, seconds; 0 if it is not known. */
export function keptPlace(key: string): number {
  const place = read<Place>(PLACE);
  return place?.key === key ? place.at : 0;
}

export const keepPlace = (key: string, at: number): void => write(PLACE, { key, at });

/** Writes what changed, a moment after it did. */
export function keeping(store: Store): void {
  let before = store.getState();
  let timer = 0;
  const flush = () => {
    const { queue, settings, interface: shown } = store.getState();
    const { turn, undo, ...lists } = queue;
    write(QUEUE, {
      ...lists,
      rest: lists.rest.slice(0, MOST_KEPT),
      source: lists.source.slice(0, MOST_KEPT),
      played: lists.played.slice(-50),
    });
    write(CHOICES, { settings, interface: shown });
  };
  store.subscribe(() => {
    const now = store.getState();
    if (
      now.queue === before.queue &&
      now.settings === before.settings &&
      now.interface === before.interface
    )
      return;
    before = now;
    clearTimeout(timer);
    timer = window.setTimeout(flush, 400);
  });
  window.addEventListener("pagehide", flush);
}

/** Somebody else may sit here next. */
export function forget(): void {
  const person = read<{ id: string }>(PERSON);
  if (person) localStorage.setItem(LEFT, person.id);
  for (const name of [QUEUE, PLACE, PERSON]) localStorage.removeItem(name);
}
