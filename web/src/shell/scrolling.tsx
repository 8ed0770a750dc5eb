import {
  createContext,
  type RefObject,
  useContext,
  useEffect,
  useLayoutEffect,
  useState,
} from "react";
import { useLocation, useNavigationType } from "react-router";

/** What scrolls: the main part of the page, not the window. */
export const Scroller = createContext<HTMLElement | null>(null);

/** Where a list begins in what scrolls, pixels. */
export function usePlace(list: RefObject<HTMLElement | null>) {
  const scroller = useContext(Scroller);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || !scroller) return;
    const measure = () => {
      const top =
        element.getBoundingClientRect().top -
        scroller.getBoundingClientRect().top +
        scroller.scrollTop;
      setOffset(Math.round(top));
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(scroller.firstElementChild ?? scroller);
    return () => watching.disconnect();
  }, [list, scroller]);
  return { scroller, offset };
}

const places = new Map<string, number>();

/** A new page begins at its top; one that we come back to, where it was left. */
export function useScrollRestored(scroller: HTMLElement | null): void {
  const { key, pathname } = useLocation();
  const way = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new path is a new page
  useEffect(() => {
    if (!scroller) return;
    const wanted = way === "POP" ? (places.get(key) ?? 0) : 0;
    let tries = 0;
    // The page grows as its data comes: it is tried for half a second.
    const settle = () => {
      scroller.scrollTop = wanted;
      tries += 1;
      if (scroller.scrollTop < wanted && tries < 30) frame = requestAnimationFrame(settle);
    };
    let frame = requestAnimationFrame(settle);
    const remember = () => places.set(key, scroller.scrollTop);
    scroller.addEventListener("scroll", remember, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      scroller.removeEventListener("scroll", remember);
    };
  }, [scroller, key, pathname]);
}
