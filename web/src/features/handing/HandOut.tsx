import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { ask } from "../../api/client";
import type { Drawing } from "../../api/extension";
import { Button } from "../../design/parts/Button";
import styles from "./HandOut.module.css";

const BORDER = 4;

/** A text for a phone's camera. The server draws it; without it the text is still there. */
export function QrCode({ content, label }: { content: string; label: string }) {
  const [code, setCode] = useState<Drawing | null>(null);
  useEffect(() => {
    const asking = new AbortController();
    ask<Drawing>(
      { path: "/api/philomel/v1/qr", method: "POST", body: { content } },
      asking.signal,
    ).then(setCode, () => {});
    return () => asking.abort();
  }, [content]);
  const size = code?.size ?? 0;
  return (
    <figure className={styles.code}>
      {code && (
        <svg role="img" aria-label={label} viewBox={`${-BORDER} ${-BORDER} ${size} ${size}`}>
          <path d={code.path} />
        </svg>
      )}
    </figure>
  );
}

/** Something to copy: shown whole, taken by one press. */
export function Copied({
  label,
  value,
  fresh = false,
}: {
  label: string;
  value: string;
  /** It was made just now, by a button that is gone. */
  fresh?: boolean;
}) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    // Browsers give the clipboard to safe origins alone; elsewhere the text is selected.
    await navigator.clipboard?.writeText(value);
    setDone(navigator.clipboard !== undefined);
  };
  return (
    <div className={styles.value}>
      <label>
        {label}
        <input
          readOnly
          // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that made it
          autoFocus={fresh}
          value={value}
          onFocus={(event) => event.target.select()}
        />
      </label>
      {navigator.clipboard && (
        <Button icon={done ? "check" : "plus"} onClick={() => void copy()}>
          {done ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
        </Button>
      )}
      <span className="unseen" role="status">
        {done && t`Copied`}
      </span>
    </div>
  );
}
