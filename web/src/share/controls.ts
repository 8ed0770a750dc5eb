/** What moves the music: buttons, the way of the song, loudness. */
import { t } from "@lingui/core/macro";
import { clock } from "../tracks/format";
import { cover, h, icon, iconButton } from "./dom";
import type { Now, Playing } from "./playing";
import styles from "./share.module.css";
import type { Share } from "./types";
import { failureOf } from "./words";

const KEPT = "philomel.share.volume";

export interface Controls {
  seek: HTMLElement;
  transport: HTMLElement;
  volume: HTMLElement;
  /** What plays: picture, title, artists. */
  what: HTMLElement;
  /** Read out, and shown where it went wrong. */
  said: HTMLElement;
  show(now: Now): void;
}

const plays = ({ state }: Now): boolean => state !== "paused" && state !== "idle";

export function playIcon(
  button: HTMLButtonElement,
  on: boolean,
  label: string,
  size: number,
): void {
  button.replaceChildren(icon(on ? "pause" : "play", size));
  button.setAttribute("aria-label", label);
  button.title = label;
}

export function controlsOf(share: Share, playing: Playing): Controls {
  const main = iconButton("play", t`Play`, () => playing.toggle(), styles.play);
  const back = iconButton("previous", t`Back`, () => playing.skip(-1), styles.icon);
  const next = iconButton("next", t`Next`, () => playing.skip(1), styles.icon);
  const seek = seekOf(playing);
  const what = h("div", { class: styles.what ?? "" });
  const said = h("p", { class: styles.said ?? "", role: "status" });
  let shown = -2;
  const show = (now: Now) => {
    const track = share.tracks[Math.max(0, now.place)];
    playIcon(main, plays(now), plays(now) ? t`Pause` : t`Play`, 20);
    main.toggleAttribute("aria-busy", now.state === "loading" || now.state === "stalled");
    back.disabled = now.place < 0;
    next.disabled = !playing.has(1);
    said.textContent = now.failed ? failureOf(now.failed.failure) : "";
    seek.reset(track?.duration_ms ?? 0, now.place < 0);
    if (shown === now.place || !track) return;
    shown = now.place;
    what.replaceChildren(
      cover(track.cover || share.small, styles.mini ?? ""),
      h(
        "span",
        { class: styles.names },
        h("b", { dir: "auto" }, track.title),
        h("span", { dir: "auto" }, track.artists),
      ),
    );
  };
  const transport = h("div", { class: styles.transport }, back, main, next);
  return { seek: seek.box, transport, volume: volumeOf(playing), what, said, show };
}

function seekOf(playing: Playing) {
  const { engine } = playing;
  const over = h("span", { class: styles.time }, clock(0));
  const whole = h("span", { class: styles.time }, clock(0));
  const slider = h("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "any",
    value: "0",
    class: styles.slider,
    "aria-label": t`Place in the track`,
  });
  let held = false;
  let length = 0;
  const paint = (at: number, buffered: number) => {
    const most = Number(slider.max) || 1;
    slider.style.setProperty("--at", String(Math.min(1, at / most)));
    slider.style.setProperty("--buffered", String(Math.min(1, buffered / most)));
    const text = clock(at * 1000);
    if (over.textContent === text) return;
    over.textContent = text;
    slider.setAttribute("aria-valuetext", text);
  };
  const frame = () => {
    const { at, duration, buffered } = engine.position();
    const most = String(duration || length / 1000 || 1);
    if (slider.max !== most) slider.max = most;
    if (!held) slider.value = String(at);
    paint(Number(slider.value), buffered);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  slider.addEventListener("pointerdown", () => {
    held = true;
  });
  slider.addEventListener("change", () => {
    held = false;
    engine.seek(Number(slider.value));
  });
  slider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    engine.seek(engine.position().at + step);
  });
  return {
    box: h("div", { class: styles.seek }, over, slider, whole),
    reset: (ms: number, idle: boolean) => {
      length = ms;
      slider.disabled = idle;
      whole.textContent = clock(ms);
    },
  };
}

function volumeOf({ engine }: Playing): HTMLElement {
  const slider = h("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.01",
    class: styles.slider,
    "aria-label": t`Volume`,
  });
  const mute = iconButton(
    "volume",
    t`Mute`,
    () => set(Number(slider.value) > 0 ? 0 : 1),
    styles.icon,
  );
  const set = (volume: number) => {
    slider.value = String(volume);
    slider.style.setProperty("--at", String(volume));
    mute.replaceChildren(icon(volume ? "volume" : "mute"));
    engine.configure({ volume });
    try {
      localStorage.setItem(KEPT, String(volume));
    } catch {
      // In a frame of another site, browsers may keep nothing.
    }
  };
  slider.addEventListener("input", () => set(Number(slider.value)));
  let kept = 1;
  try {
    kept = Number(localStorage.getItem(KEPT) ?? 1);
  } catch {
    // The same.
  }
  set(kept >= 0 && kept <= 1 ? kept : 1);
  return h("div", { class: styles.volume }, mute, slider);
}

/** Space plays and pauses, arrows seek and skip: as in the player. */
export function keys(playing: Playing): void {
  document.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const on = target instanceof HTMLElement ? target.tagName : "";
    if (on === "INPUT" || (key === " " && /^(BUTTON|A)$/.test(on))) return;
    if (key === " ") playing.toggle();
    else if (key === "ArrowRight") playing.engine.seek(playing.engine.position().at + 5);
    else if (key === "ArrowLeft") playing.engine.seek(playing.engine.position().at - 5);
    else if (key === "j") playing.skip(1);
    else if (key === "k") playing.skip(-1);
    else return;
    event.preventDefault();
  });
}
