/**
 * Dragging by mouse, pen and finger alike: the browser's own drag and drop knows no touch.
 *
 * What is dragged and where it may be dropped know nothing of each other but `Dragged`.
 */
import { type PointerEvent as Press, useCallback, useEffect, useRef } from "react";
import styles from "./drag.module.css";

export interface Dragged {
  kind: "tracks" | "playlist" | "folder";
  label: string;
  /** Of the list, playlist or folder that it comes from. */
  from: string;
  uris?: () => Promise<string[]>;
}

export interface DropTarget {
  accepts: (dragged: Dragged) => boolean;
  over: (at: { x: number; y: number }, dragged: Dragged) => void;
  left: () => void;
  drop: (dragged: Dragged, at: { x: number; y: number }) => void;
}

const targets = new WeakMap<Element, { current: DropTarget }>();
const FAR = 6;
const EDGE = 56;

/** A ref for an element on which things can be dropped. */
export function useDrop<E extends HTMLElement>(target: DropTarget) {
  const latest = useRef(target);
  latest.current = target;
  return useCallback((element: E | null) => {
    if (!element) return;
    element.dataset.drop = "";
    targets.set(element, latest);
  }, []);
}

function under(x: number, y: number, dragged: Dragged): { current: DropTarget } | null {
  let element = document.elementFromPoint(x, y)?.closest("[data-drop]") ?? null;
  while (element) {
    const target = targets.get(element);
    if (target?.current.accepts(dragged)) return target;
    element = element.parentElement?.closest("[data-drop]") ?? null;
  }
  return null;
}

function scrollerOf(x: number, y: number): Element | null {
  let element = document.elementFromPoint(x, y);
  while (element && element.scrollHeight <= element.clientHeight + 1)
    element = element.parentElement;
  return element;
}

let stop: (() => void) | null = null;

/** Begins with a press; a press that does not go far stays a click. */
export function drag(press: Press<HTMLElement>, what: () => Dragged | null): void {
  if (press.button !== 0 || !press.isPrimary) return;
  stop?.();
  const first = { x: press.clientX, y: press.clientY };
  const pointer = press.pointerId;
  let at = first;
  let dragged: Dragged | null = null;
  let over: { current: DropTarget } | null = null;
  let ghost: HTMLElement | null = null;
  let frame = 0;

  const look = () => {
    if (!dragged || !ghost) return;
    ghost.style.transform = `translate(${at.x + 14}px, ${at.y + 10}px)`;
    const now = under(at.x, at.y, dragged);
    if (over !== now) over?.current.left();
    over = now;
    over?.current.over(at, dragged);
  };
  const roll = () => {
    frame = requestAnimationFrame(roll);
    const scroller = scrollerOf(at.x, at.y);
    if (!scroller) return;
    const { top, bottom } = scroller.getBoundingClientRect();
    const [above, below] = [top + EDGE - at.y, at.y - (bottom - EDGE)];
    if (above <= 0 && below <= 0) return;
    scroller.scrollTop += above > 0 ? -above / 4 : below / 4;
    look();
  };
  const move = (event: PointerEvent) => {
    if (event.pointerId !== pointer) return;
    at = { x: event.clientX, y: event.clientY };
    if (!dragged) {
      if (Math.hypot(at.x - first.x, at.y - first.y) < FAR) return;
      dragged = what();
      if (!dragged) return end();
      ghost = document.createElement("div");
      ghost.className = styles.ghost ?? "";
      ghost.textContent = dragged.label;
      document.body.append(ghost);
      document.getSelection()?.removeAllRanges();
      roll();
    }
    event.preventDefault();
    look();
  };
  const up = (event: PointerEvent) => {
    if (event.pointerId !== pointer) return;
    const [what, where] = [dragged, over];
    end();
    if (!what) return;
    const quiet = (click: Event) => {
      click.preventDefault();
      click.stopPropagation();
    };
    window.addEventListener("click", quiet, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", quiet, { capture: true }));
    where?.current.drop(what, at);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !dragged) return;
    event.preventDefault();
    event.stopPropagation();
    end();
  };
  const native = (event: Event) => event.preventDefault();
  function end() {
    stop = null;
    over?.current.left();
    over = null;
    dragged = null;
    cancelAnimationFrame(frame);
    ghost?.remove();
    window.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", key, { capture: true });
    window.removeEventListener("dragstart", native);
  }
  stop = end;
  window.addEventListener("pointermove", move);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", end);
  window.addEventListener("keydown", key, { capture: true });
  window.addEventListener("dragstart", native);
}

/** Ends a drag whose page is left. */
export const useDragEnds = (): void => useEffect(() => () => stop?.(), []);
