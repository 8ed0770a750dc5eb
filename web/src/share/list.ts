/** The songs, each a row that plays. */
import { t } from "@lingui/core/macro";
import { clock } from "../tracks/format";
import { h, icon } from "./dom";
import type { Now, Playing } from "./playing";
import styles from "./share.module.css";
import type { Share } from "./types";

export interface List {
  box: HTMLElement;
  show(now: Now): void;
}

export function listOf(share: Share, playing: Playing): List {
  const rows = share.tracks.map((track, place) => {
    const button = h(
      "button",
      { type: "button", class: styles.row },
      h("span", { class: styles.number }, String(place + 1)),
      h(
        "span",
        { class: styles.names },
        h("b", { dir: "auto" }, track.title),
        track.artists !== share.by && h("span", { dir: "auto" }, track.artists),
      ),
      h("span", { class: styles.time }, clock(track.duration_ms)),
    );
    button.addEventListener("click", () => playing.toggle(place));
    const save =
      share.downloads &&
      h(
        "a",
        {
          href: `${share.above}/tracks/${track.id}/download`,
          class: styles.icon,
          download: true,
          "aria-label": t`Download ${track.title}`,
          title: t`Download`,
        },
        icon("download"),
      );
    return h("li", {}, button, save);
  });
  let lit = -1;
  return {
    box: h("ol", { class: styles.list, "aria-label": t`Songs` }, ...rows),
    show: ({ place, failed }) => {
      if (failed) rows[failed.place]?.classList.add(styles.failed ?? "");
      const row = rows[place];
      rows[lit]?.removeAttribute("aria-current");
      row?.setAttribute("aria-current", "true");
      if (place !== lit) row?.scrollIntoView({ block: "nearest" });
      lit = place;
    },
  };
}
