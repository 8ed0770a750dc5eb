/** Whether the three cards after set-up are shown, in the browser that set it up. */
import { useSyncExternalStore } from "react";

const NAME = "philomel.welcome";
const watchers = new Set<() => void>();

const set = (value: string | null) => {
  try {
    if (value === null) localStorage.removeItem(NAME);
    else localStorage.setItem(NAME, value);
  } catch {
    // Forbidden: then there are no cards.
  }
  for (const watcher of watchers) watcher();
};

const isShown = (): boolean => {
  try {
    return localStorage.getItem(NAME) !== null;
  } catch {
    return false;
  }
};

export const welcome = { begin: () => set("cards"), end: () => set(null) };

export const useWelcome = (): boolean =>
  useSyncExternalStore((changed) => {
    watchers.add(changed);
    return () => void watchers.delete(changed);
  }, isShown);
