import { t } from "@lingui/core/macro";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "./Button";
import styles from "./Dialog.module.css";

/** A window over the page; the browser keeps the focus in it and closes it on Escape. */
export function Dialog({
  title,
  onClose,
  wide = false,
  low = false,
  children,
}: {
  title: string;
  onClose: () => void;
  wide?: boolean;
  /** By the foot of the screen, where what opened it stands; the page stays in sight. */
  low?: boolean;
  children: ReactNode;
}) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    <dialog
      ref={box}
      aria-label={title}
      className={`${styles.dialog} ${wide ? styles.wide : ""} ${low ? styles.low : ""}`}
      onClose={onClose}
      onClick={(event) => event.target === box.current && onClose()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className={styles.inside}>
        <header>
          <h2>{title}</h2>
          <IconButton icon="close" label={t`Close`} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
