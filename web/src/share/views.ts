/** The page of a share, the small one for frames, and the one with nothing on it. */
import { t } from "@lingui/core/macro";
import { at } from "../api/base";
import { controlsOf, keys, playIcon } from "./controls";
import { cover, h, icon } from "./dom";
import { listOf } from "./list";
import { type Now, Playing } from "./playing";
import styles from "./share.module.css";
import type { Nothing, Share } from "./types";
import { factsOf, kindOf, nothingOf, sharingOf, titleOf } from "./words";

const mark = (size: string): HTMLImageElement =>
  h("img", { src: at("/site/nightingale.svg"), alt: "", width: size, height: size });

const brand = (): HTMLElement =>
  h("p", { class: styles.brand }, mark("30"), h("span", {}, "Philomel"));

const dots = (facts: string[]): string => facts.join(" · ");

export function page(share: Share): HTMLElement {
  const shows: ((now: Now) => void)[] = [];
  const playing = new Playing(share, (now) => {
    for (const show of shows) show(now);
  });
  const list = listOf(share, playing);
  const controls = controlsOf(share, playing);
  const play = h("button", { type: "button", class: `${styles.play} ${styles.big}` });
  play.addEventListener("click", () => playing.toggle());
  const title = titleOf(share);
  shows.push(list.show, controls.show, (now) => {
    const on = now.state !== "idle" && now.state !== "paused";
    playIcon(play, on, on ? t`Pause ${title}` : t`Play ${title}`, 26);
    bar.classList.toggle(styles.idle ?? "", now.place < 0);
  });
  const sharing = sharingOf(share);
  const bar = h(
    "section",
    { class: styles.bar, "aria-label": t`Player` },
    controls.what,
    h("div", { class: styles.centre }, controls.transport, controls.seek),
    controls.volume,
  );
  const only = share.kind === "track" && share.downloads ? share.tracks[0] : undefined;
  const head = h(
    "header",
    { class: styles.head },
    share.small && h("img", { src: share.cover, alt: "", class: styles.wash }),
    cover(share.cover, styles.cover ?? ""),
    h(
      "div",
      { class: styles.words },
      h("p", { class: styles.kind }, kindOf(share)),
      h("h1", { dir: "auto", class: title.length > 40 ? styles.long : "" }, title),
      h("p", { class: styles.facts }, dots(factsOf(share))),
      share.note && h("blockquote", { class: styles.note, dir: "auto" }, share.note),
      sharing.length > 0 && h("p", { class: styles.sharing }, dots(sharing)),
      h(
        "div",
        { class: styles.actions },
        share.tracks.length > 0 && play,
        only &&
          h(
            "a",
            {
              href: `${share.above}/tracks/${only.id}/download`,
              download: true,
              class: styles.button,
            },
            icon("download", 18),
            t`Download`,
          ),
      ),
    ),
  );
  const empty = h("p", { class: styles.empty }, t`Nothing of this is here any more.`);
  const songs = share.kind === "track" ? null : list.box;
  for (const show of shows) show(playing.now);
  keys(playing);
  return h(
    "div",
    { class: styles.page },
    brand(),
    h("main", {}, head, controls.said, share.tracks.length ? songs : empty),
    share.tracks.length > 0 && bar,
  );
}

export function embed(share: Share): HTMLElement {
  document.documentElement.classList.add(styles.frame ?? "");
  const shows: ((now: Now) => void)[] = [];
  const playing = new Playing(share, (now) => {
    for (const show of shows) show(now);
  });
  const list = listOf(share, playing);
  const controls = controlsOf(share, playing);
  shows.push(list.show, controls.show);
  for (const show of shows) show(playing.now);
  const title = titleOf(share);
  const link = h("a", { href: share.address, target: "_blank", rel: "noopener" }, title);
  return h(
    "main",
    { class: styles.embed },
    share.small && h("img", { src: share.cover, alt: "", class: styles.wash }),
    h(
      "div",
      { class: styles.top },
      cover(share.cover, styles.cover ?? ""),
      h(
        "div",
        { class: styles.words },
        h("h1", { dir: "auto" }, link),
        h("p", { class: styles.facts }, dots(factsOf(share))),
        h("div", { class: styles.centre }, controls.transport, controls.seek),
        controls.said,
      ),
      h(
        "a",
        {
          href: share.address,
          target: "_blank",
          rel: "noopener",
          class: styles.home,
          "aria-label": t`Open in Philomel`,
          title: t`Open in Philomel`,
        },
        mark("28"),
      ),
    ),
    share.kind !== "track" && list.box,
  );
}

export function nothing(state: Nothing, small: boolean): HTMLElement {
  const [title, words] = nothingOf(state);
  return h(
    "div",
    { class: styles.page },
    !small && brand(),
    h(
      "main",
      { class: styles.nothing },
      mark(small ? "56" : "112"),
      h("h1", {}, title),
      h("p", {}, words),
    ),
  );
}
