import { useCallback, useRef, useState } from "react";

const PAGE = 50;

/** A long list of which only what is in sight is fetched, in pages of fifty. */
export function usePaged<T>(
  name: string,
  total: number,
  fetchPage: (offset: number, limit: number) => Promise<readonly T[]>,
) {
  const pages = useRef<{ of: string; known: Map<number, readonly T[]>; asked: Set<number> }>({
    of: "",
    known: new Map(),
    asked: new Set(),
  });
  const [version, again] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const of = `${name} ${total}`;
  if (pages.current.of !== of) pages.current = { of, known: new Map(), asked: new Set() };
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  const load = useCallback(async (page: number): Promise<void> => {
    const mine = pages.current;
    if (mine.asked.has(page)) return;
    mine.asked.add(page);
    try {
      mine.known.set(page, await latest.current(page * PAGE, PAGE));
      again((count) => count + 1);
    } catch (cause) {
      mine.asked.delete(page);
      setError(cause);
      throw cause;
    }
  }, []);
  const onSeen = useCallback(
    (first: number, last: number) => {
      for (
        let page = Math.max(0, Math.floor(first / PAGE));
        page <= Math.floor(last / PAGE);
        page += 1
      )
        load(page).catch(() => undefined); // the page shows what went wrong
    },
    [load],
  );
  /** What stands at places that may not have been in sight; they ascend. */
  const fetchAll = useCallback(
    async (places: readonly number[]): Promise<T[]> => {
      const mine = pages.current;
      const wanted = [...new Set(places.map((place) => Math.floor(place / PAGE)))].filter(
        (page) => !mine.known.has(page),
      );
      for (let first = 0; first < wanted.length; first += 4)
        await Promise.all(
          wanted.slice(first, first + 4).map(async (page) => {
            mine.asked.delete(page);
            await load(page);
          }),
        );
      return places.flatMap(
        (place) => mine.known.get(Math.floor(place / PAGE))?.[place % PAGE] ?? [],
      );
    },
    [load],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one whenever it answers otherwise
  const at = useCallback(
    (place: number): T | null =>
      pages.current.known.get(Math.floor(place / PAGE))?.[place % PAGE] ?? null,
    [version, of],
  );
  return {
    at,
    onSeen,
    fetchAll,
    error,
  };
}
