import { t } from "@lingui/core/macro";
import { useEffect } from "react";
import { useStore } from "react-redux";
import { useNavigate } from "react-router";
import { ui } from "../app/interface";
import { type Store, useSend } from "../app/store";
import { Dialog } from "../design/parts/Dialog";
import { type Commands, useCommands } from "../player/commands";
import styles from "./shortcuts.module.css";

interface Shortcut {
  keys: string[];
  label: () => string;
  /** A single letter: people who dictate switch these off. */
  letter?: boolean;
  act: (context: { commands: Commands; store: Store; go: (to: string) => void }) => void;
}

export const SHORTCUTS: Shortcut[] = [
  { keys: [" "], label: () => t`Play or pause`, act: ({ commands }) => commands.toggle() },
  {
    keys: ["j", "Shift+ArrowRight"],
    letter: true,
    label: () => t`Next track`,
    act: ({ commands }) => commands.next(),
  },
  {
    keys: ["k", "Shift+ArrowLeft"],
    letter: true,
    label: () => t`Track before`,
    act: ({ commands }) => commands.previous(),
  },
  {
    keys: ["ArrowRight"],
    label: () => t`Five seconds on`,
    act: ({ commands }) => commands.skip(5),
  },
  {
    keys: ["ArrowLeft"],
    label: () => t`Five seconds back`,
    act: ({ commands }) => commands.skip(-5),
  },
  { keys: ["ArrowUp"], label: () => t`Louder`, act: ({ commands }) => commands.louder(0.05) },
  { keys: ["ArrowDown"], label: () => t`Quieter`, act: ({ commands }) => commands.louder(-0.05) },
  { keys: ["m"], letter: true, label: () => t`Mute`, act: ({ commands }) => commands.mute() },
  { keys: ["s"], letter: true, label: () => t`Shuffle`, act: ({ commands }) => commands.shuffle() },
  { keys: ["r"], letter: true, label: () => t`Repeat`, act: ({ commands }) => commands.repeat() },
  {
    keys: ["q"],
    letter: true,
    label: () => t`Queue`,
    act: ({ store }) => store.dispatch(ui.panelToggled("queue")),
  },
  {
    keys: ["y"],
    letter: true,
    label: () => t`Lyrics`,
    act: ({ store }) => store.dispatch(ui.panelToggled("lyrics")),
  },
  {
    keys: ["e"],
    letter: true,
    label: () => t`Sound: speed, sleep timer, equaliser`,
    act: ({ store }) => store.dispatch(ui.changed({ sound: true })),
  },
  {
    keys: ["f"],
    letter: true,
    label: () => t`Full player`,
    act: ({ store }) =>
      store.dispatch(ui.changed({ fullScreen: !store.getState().interface.fullScreen })),
  },
  { keys: ["/", "Control+k"], label: () => t`Search`, act: ({ go }) => go("/search") },
  {
    keys: ["?"],
    label: () => t`These shortcuts`,
    act: ({ store }) => store.dispatch(ui.changed({ shortcuts: true })),
  },
  {
    keys: ["Escape"],
    label: () => t`Close what is open`,
    act: ({ store }) =>
      store.dispatch(ui.changed({ panel: null, fullScreen: false, shortcuts: false })),
  },
];

const chord = (event: KeyboardEvent): string => {
  const control = event.ctrlKey || event.metaKey ? "Control+" : "";
  const shift = event.shiftKey && event.key.length > 1 ? "Shift+" : "";
  return control + shift + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
};

/** Keys belong to whoever types, and to open windows and lists. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  if (event.altKey || event.defaultPrevented || document.querySelector("dialog[open], [role=menu]"))
    return true;
  if (
    target.isContentEditable ||
    target.matches("input:not([type=range]):not([type=checkbox]), textarea, select")
  )
    return true;
  if (target.matches("input[type=range]") && event.key.startsWith("Arrow")) return true;
  return event.key === " " && target.matches("button, a, input, [role=button], summary");
}

export function useShortcuts(): void {
  const commands = useCommands();
  const store = useStore() as Store;
  const go = useNavigate();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTaken(event)) return;
      const pressed = chord(event);
      const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(pressed));
      if (!shortcut) return;
      if (shortcut.letter && pressed.length === 1 && !store.getState().interface.letters) return;
      event.preventDefault();
      shortcut.act({ commands, store, go: (to) => void go(to) });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [commands, store, go]);
}

const NAMES: Record<string, string> = {
  " ": "Space",
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Control: "Ctrl",
};

export function Shortcuts() {
  const send = useSend();
  return (
    <Dialog title={t`Keyboard`} onClose={() => send(ui.changed({ shortcuts: false }))}>
      <dl className={styles.list}>
        {SHORTCUTS.map(({ keys, label }) => (
          <div key={keys[0]}>
            <dt>{label()}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>
                  {key
                    .split("+")
                    .map((part) => NAMES[part] ?? part.toUpperCase())
                    .join(" ")}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
