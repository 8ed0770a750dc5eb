import { Fragment, type ReactNode } from "react";
import styles from "./Head.module.css";

/** The top of an album, artist or list: its picture, its name, and what can be done with it. */
export function Head({
  cover,
  wash,
  kind,
  title,
  facts,
  actions,
  note,
  round = false,
}: {
  cover: ReactNode;
  wash: string | null;
  kind: ReactNode;
  title: string;
  facts: ReactNode[];
  actions: ReactNode;
  note?: ReactNode;
  round?: boolean;
}) {
  const shown = facts.filter(Boolean);
  return (
    <header className={styles.head}>
      {wash && <img className={styles.wash} src={wash} alt="" aria-hidden="true" />}
      <div className={`${styles.cover} ${round ? styles.round : ""}`}>{cover}</div>
      <div className={styles.words}>
        <p className={styles.kind}>{kind}</p>
        <h1 dir="auto" className={title.length > 40 ? styles.long : ""}>
          {title}
        </h1>
        {note && (
          <p className={styles.note} dir="auto">
            {note}
          </p>
        )}
        <p className={styles.facts}>
          {shown.map((fact, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: facts never change their places
            <Fragment key={place}>
              {place > 0 && <span aria-hidden="true"> · </span>}
              {fact}
            </Fragment>
          ))}
        </p>
      </div>
      <div className={styles.actions}>{actions}</div>
    </header>
  );
}
