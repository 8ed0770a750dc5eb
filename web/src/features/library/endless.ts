import { useCallback, useContext, useEffect, useRef, useState } from "react";
import { Scroller } from "../../shell/scrolling";

const AHEAD = "1200px";

interface List<T> {
  of: string;
  items: readonly T[];
  done: boolean;
  error: unknown;
}

/** A list that fetches its next page when its end comes near. `name` says which list it is. */
export function useEndless<T extends { id: string }>(
  name: string,
  fetchPage: (offset: number) => Promise<readonly T[]>,
) {
  const scroller = useContext(Scroller);
  const [list, setList] = useState<List<T>>({ of: name, items: [], done: false, error: null });
  const busy = useRef("");
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  const shown: List<T> =
    list.of === name ? list : { of: name, items: [], done: false, error: null };
  const offset = shown.items.length;
  const done = shown.done;

  const goOn = useCallback(async () => {
    const asked = `${name} ${offset}`;
    if (busy.current === asked || done) return;
    busy.current = asked;
    try {
      const page = await latest.current(offset);
      setList((now) => {
        const before = now.of === name ? now.items : [];
        if (before.length !== offset) return now;
        const known = new Set(before.map(({ id }) => id));
        return {
          of: name,
          items: [...before, ...page.filter(({ id }) => !known.has(id))],
          done: !page.length,
          error: null,
        };
      });
    } catch (error) {
      setList((now) => ({
        ...(now.of === name ? now : { of: name, items: [], done: false }),
        error,
      }));
    } finally {
      busy.current = "";
    }
  }, [name, offset, done]);

  const [element, end] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!element || done) return;
    const watching = new IntersectionObserver(([seen]) => seen?.isIntersecting && void goOn(), {
      root: scroller,
      rootMargin: AHEAD,
    });
    watching.observe(element);
    return () => watching.disconnect();
  }, [element, goOn, done, scroller]);
  return { items: shown.items, done: shown.done, error: shown.error, end, retry: goOn };
}
