/** Whether what is in sight is in the listener's library: asked in batches, each thing once. */
import { useEffect, useReducer } from "react";
import { ask } from "../api/client";
import { useKeeping } from "./actions";

const MOST = 40;
const known = new Map<string, boolean>();
const asked = new Set<string>();
const watchers = new Set<() => void>();
let timer = 0;

const tell = () => {
  for (const watcher of watchers) watcher();
};

async function fetchBatch(): Promise<void> {
  const uris = [...asked].filter((uri) => !known.has(uri)).slice(0, MOST);
  for (const uri of uris) asked.delete(uri);
  if (!uris.length) return;
  try {
    const found = await ask<boolean[]>({
      path: "/v1/me/library/contains",
      query: { uris: uris.join(",") },
    });
    for (const [place, uri] of uris.entries()) known.set(uri, found[place] === true);
    tell();
  } catch {
    // Not known then; the hearts stay empty, and the next sight asks again.
  }
  if (asked.size) void fetchBatch();
}

/** Somebody else signed in, or another door may have changed it. */
export const forgetSaved = (): void => known.clear();

export function useSaved(uris: readonly string[]) {
  const [, again] = useReducer((count: number) => count + 1, 0);
  const keep = useKeeping();
  useEffect(() => {
    watchers.add(again);
    return () => void watchers.delete(again);
  }, []);
  const missing = uris.filter((uri) => !known.has(uri)).join();
  useEffect(() => {
    if (!missing) return;
    for (const uri of missing.split(",")) asked.add(uri);
    clearTimeout(timer);
    timer = window.setTimeout(fetchBatch, 60);
  }, [missing]);
  return {
    saved: (uri: string) => known.get(uri),
    toggle: (uri: string) => {
      const kept = !known.get(uri);
      known.set(uri, kept);
      tell();
      void keep([uri], kept);
    },
    add: (uris: string[]) => {
      for (const uri of uris) known.set(uri, true);
      tell();
      void keep(uris, true);
    },
  };
}
