import { t } from "@lingui/core/macro";
import { useApp } from "../app/store";
import styles from "./Bar.module.css";

/** What is heard: "FLAC", "Opus 160". */
export function Quality() {
  const form = useApp(({ status }) => status.form);
  if (!form) return null;
  const kind = form.codec.toUpperCase();
  const text = form.lossless ? kind : form.bitrate ? `${kind} ${form.bitrate}` : kind;
  return (
    <span
      className={`${styles.quality} ${form.lossless ? styles.lossless : ""}`}
      title={
        form.lossless
          ? t`Lossless: every sample as it is in the file`
          : t`Kilobits a second: ${form.bitrate ?? "?"}`
      }
    >
      {text}
    </span>
  );
}
