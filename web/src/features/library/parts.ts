/** A page that follows the ones before it by a cursor. */
import { useCallback, useEffect, useRef, useState } from "react";

interface Part {
  next?: string | null;
}

interface Parts<T> {
  of: string;
  parts: T[];
  error: unknown;
}

/** All parts of a list that were fetched so far; `more` fetches the next one. */
export function useParts<T extends Part>(
  name: string,
  fetchPart: (cursor: string | undefined) => Promise<T>,
) {
  const [kept, setKept] = useState<Parts<T>>({ of: name, parts: [], error: null });
  const asked = useRef("");
  const latest = useRef(fetchPart);
  latest.current = fetchPart;
  const { parts, error } = kept.of === name ? kept : { parts: [], error: null };
  const last = parts.at(-1);
  const cursor = last?.next ?? undefined;
  const done = last !== undefined && !cursor;
  const more = useCallback(async () => {
    const way = `${name} ${cursor}`;
    if (done || asked.current === way) return;
    asked.current = way;
    try {
      const part = await latest.current(cursor);
      setKept((now) =>
        asked.current === way
          ? { of: name, parts: [...(now.of === name ? now.parts : []), part], error: null }
          : now,
      );
    } catch (cause) {
      if (asked.current !== way) return;
      asked.current = "";
      setKept((now) => ({ of: name, parts: now.of === name ? now.parts : [], error: cause }));
    }
  }, [name, cursor, done]);
  useEffect(() => {
    if (!parts.length && !error) void more();
  }, [parts.length, error, more]);
  return { parts, error, done, more };
}
