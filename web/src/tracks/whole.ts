import { useEffect, useState } from "react";
import type { Page } from "../api/types";

/** All items of a list whose first page is known: the rest is fetched behind it, page by page. */
export function useWhole<T>(
  first: Page<T> | undefined,
  fetchPage: (offset: number) => Promise<Page<T>>,
): readonly T[] {
  const [whole, setWhole] = useState<{ of: Page<T> | undefined; items: readonly T[] }>({
    of: undefined,
    items: [],
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another first page is another list
  useEffect(() => {
    if (!first) return;
    let left = false;
    const items = [...first.items];
    setWhole({ of: first, items: [...items] });
    const goOn = async () => {
      while (!left && items.length < first.total) {
        const page = await fetchPage(items.length);
        if (!page.items.length) return;
        items.push(...page.items);
        if (!left) setWhole({ of: first, items: [...items] });
      }
    };
    goOn().catch(() => undefined); // what is there stays; a retry begins with the first page
    return () => {
      left = true;
    };
  }, [first]);
  return whole.of === first ? whole.items : (first?.items ?? []);
}
