import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import type { Engine, Position } from "../engine/types";

export const EngineContext = createContext<Engine | null>(null);

export function useEngine(): Engine {
  const engine = useContext(EngineContext);
  if (!engine) throw new Error("no engine above this");
  return engine;
}

/** Whole seconds of the current item: changes once a second, for texts. */
export function useSecond(): number {
  const engine = useEngine();
  return useSyncExternalStore(
    (changed) => {
      const timer = setInterval(changed, 250);
      const offs = [engine.on("seeked", changed), engine.on("started", changed)];
      return () => {
        clearInterval(timer);
        for (const off of offs) off();
      };
    },
    () => Math.floor(engine.position().at),
  );
}

/** Calls `draw` at every frame while something plays, and once when anything else changes. */
export function useFrames(draw: (position: Position) => void): void {
  const engine = useEngine();
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    let frame = 0;
    const step = () => {
      latest.current(engine.position());
      frame = engine.state === "playing" ? requestAnimationFrame(step) : 0;
    };
    const wake = () => {
      if (!frame) frame = requestAnimationFrame(step);
    };
    wake();
    const offs = [engine.on("state", wake), engine.on("seeked", wake), engine.on("started", wake)];
    // What is painted has the colours of the theme.
    const themes = new MutationObserver(wake);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    // What is buffered grows while nothing plays, too.
    const slow = setInterval(wake, 1000);
    return () => {
      cancelAnimationFrame(frame);
      clearInterval(slow);
      themes.disconnect();
      for (const off of offs) off();
    };
  }, [engine]);
}
