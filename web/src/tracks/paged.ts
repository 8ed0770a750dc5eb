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
  const [, again] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const of = `${name} ${total}`;
  if (pages.current.of !== of) pages.current = { of, known: new Map(), asked: new Set() };
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  const onSeen = useCallback((first: number, last: number) => {
    const mine = pages.current;
    for (
      let page = Math.max(0, Math.floor(first / PAGE));
      page <= Math.floor(last / PAGE);
      page += 1
    ) {
      if (mine.asked.has(page)) continue;
      mine.asked.add(page);
      latest.current(page * PAGE, PAGE).then(
        (items) => {
          mine.known.set(page, items);
          again((count) => count + 1);
        },
        (cause: unknown) => {
          mine.asked.delete(page);
          setError(cause);
        },
      );
    }
  }, []);
  return {
    at: (place: number): T | null =>
      pages.current.known.get(Math.floor(place / PAGE))?.[place % PAGE] ?? null,
    onSeen,
    error,
  };
}
