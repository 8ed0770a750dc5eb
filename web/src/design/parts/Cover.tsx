import { memo, useState } from "react";
import type { Image } from "../../api/types";
import { Icon, type IconName } from "../icons";
import styles from "./Cover.module.css";

/** The smallest of the sizes that is sharp at `wanted` CSS pixels. */
export function pick(images: readonly Image[] | undefined, wanted: number): string | null {
  if (!images?.length) return null;
  const needed = wanted * Math.min(2, globalThis.devicePixelRatio || 1);
  const fitting = images
    .filter(({ width }) => (width ?? 0) >= needed)
    .sort((a, b) => (a.width ?? 0) - (b.width ?? 0));
  return (fitting[0] ?? images[0])?.url ?? null;
}

/** A picture of an album, artist or list; without one, a place where it would be. */
export const Cover = memo(function Cover({
  src,
  alt = "",
  round = false,
  icon = "album",
  eager = false,
}: {
  src: string | null;
  alt?: string;
  round?: boolean;
  icon?: IconName;
  eager?: boolean;
}) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <span className={`${styles.cover} ${round ? styles.round : ""}`}>
      {src && broken !== src ? (
        <img
          src={src}
          alt={alt}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          draggable={false}
          onError={() => setBroken(src)}
        />
      ) : (
        <Icon name={icon} size={28} className={styles.none} />
      )}
    </span>
  );
});
