import type { ButtonHTMLAttributes } from "react";
import { Icon, type IconName } from "../icons";
import styles from "./Button.module.css";

type Rest = ButtonHTMLAttributes<HTMLButtonElement>;

/** A button with words. */
export function Button({
  look = "plain",
  icon,
  children,
  className = "",
  ...rest
}: Rest & { look?: "strong" | "plain" | "quiet"; icon?: IconName }) {
  return (
    <button type="button" className={`${styles.button} ${styles[look]} ${className}`} {...rest}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}

/** A button with a picture; its name is read out and shown when the pointer rests. */
export function IconButton({
  icon,
  label,
  size = 20,
  pressed,
  filled = false,
  className = "",
  ...rest
}: Rest & {
  icon: IconName;
  label: string;
  size?: number;
  pressed?: boolean | undefined;
  filled?: boolean;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      className={`${styles.icon} ${className}`}
      {...rest}
    >
      <Icon name={icon} size={size} filled={filled} />
    </button>
  );
}

/** The one that makes music: round, in the accent. */
export function PlayButton({
  playing,
  label,
  size = 48,
  ...rest
}: Rest & { playing: boolean; label: string; size?: number }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={styles.play}
      style={{ "--size": `${size}px` } as React.CSSProperties}
      {...rest}
    >
      <Icon name={playing ? "pause" : "play"} size={Math.round(size * 0.44)} />
    </button>
  );
}
