/** A menu where the pointer is, or under a button. Arrows, Home, End and letters move in it. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { Icon, type IconName } from "../icons";
import styles from "./Menu.module.css";

export interface MenuItem {
  label: string;
  icon?: IconName;
  act: () => unknown;
  disabled?: boolean;
  checked?: boolean;
  /** A line above it. */
  apart?: boolean;
}

export interface Spot {
  x: number;
  y: number;
}

export function Menu({
  at,
  items,
  label,
  onClose,
}: {
  at: Spot;
  items: MenuItem[];
  label: string;
  onClose: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef(document.activeElement as HTMLElement | null);

  useLayoutEffect(() => {
    const menu = box.current;
    if (!menu) return;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.x, innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(at.y, innerHeight - height - 8))}px`;
    menu.querySelector<HTMLElement>("button:not(:disabled)")?.focus();
  }, [at]);

  useEffect(() => {
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    const back = before.current;
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("blur", onClose);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("blur", onClose);
      back?.focus({ preventScroll: true });
    };
  }, [onClose]);

  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [
      ...(box.current?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []),
    ];
    const now = buttons.indexOf(document.activeElement as HTMLElement);
    const go = (place: number) => buttons.at(place % buttons.length)?.focus();
    event.stopPropagation();
    if (event.key === "ArrowDown") go(now + 1);
    else if (event.key === "ArrowUp") go(now - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(-1);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else if (event.key.length === 1) {
      const letter = event.key.toLowerCase();
      const after = [...buttons.slice(now + 1), ...buttons.slice(0, now + 1)];
      after.find((button) => button.textContent?.toLowerCase().startsWith(letter))?.focus();
      return;
    } else return;
    event.preventDefault();
  };

  return createPortal(
    <div
      ref={box}
      role="menu"
      aria-label={label}
      tabIndex={-1}
      className={styles.menu}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it has a role that takes aria-checked when it has one
        <button
          key={item.label}
          type="button"
          role={item.checked === undefined ? "menuitem" : "menuitemcheckbox"}
          aria-checked={item.checked}
          tabIndex={-1}
          disabled={item.disabled}
          className={item.apart ? styles.apart : ""}
          onClick={() => {
            onClose();
            item.act();
          }}
        >
          <Icon
            name={item.checked ? "check" : (item.icon ?? "arrowRight")}
            size={18}
            className={item.icon || item.checked ? "" : styles.hidden}
          />
          {item.label}
        </button>
      ))}
    </div>,
    document.body,
  );
}

/** Where a menu belongs: at the pointer, or under the button that was pressed by key. */
export function spotOf(event: { clientX: number; clientY: number; currentTarget: Element }): Spot {
  if (event.clientX || event.clientY) return { x: event.clientX, y: event.clientY };
  const { left, bottom } = event.currentTarget.getBoundingClientRect();
  return { x: left, y: bottom };
}
