import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { webApi } from "../api/webapi";
import { ui } from "../app/interface";
import { useApp, useSend } from "../app/store";
import { Button, IconButton, PlayButton } from "../design/parts/Button";
import { Cover, pick } from "../design/parts/Cover";
import { Lyrics } from "../features/lyrics/LyricsPanel";
import { clock } from "../tracks/format";
import { useSaved } from "../tracks/saved";
import { ArtistLinks } from "../tracks/TrackRow";
import { Seek } from "./Bar";
import { useCommands } from "./commands";
import styles from "./FullScreen.module.css";
import { useEngine, useFrames, useSecond } from "./hooks";
import { Quality } from "./Quality";
import { SoundButton } from "./SoundButton";

/** The player on the whole screen: the cover, the outline of the sound, the words. */
export default function FullScreen() {
  const { t } = useLingui();
  const send = useSend();
  const current = useApp(({ queue }) => queue.current);
  const { shuffle, repeat, context } = useApp(({ queue }) => queue);
  const state = useApp(({ status }) => status.state);
  const { data: album } = webApi.useAlbumQuery(current?.track.album?.id ?? "", {
    skip: !current?.track.album,
  });
  const commands = useCommands();
  const [words, setWords] = useState(false);
  const box = useRef<HTMLDialogElement>(null);
  const uri = current?.track.uri;
  const { saved, toggle } = useSaved(uri ? [uri] : []);
  const close = () => send(ui.changed({ fullScreen: false }));
  useEffect(() => {
    if (box.current && !box.current.open) box.current.showModal();
  }, []);
  if (!current) return null;
  const { track } = current;
  const playing = state !== "paused" && state !== "idle";
  const cover = pick(album?.images, 640) ?? track.album?.cover ?? null;
  return (
    <dialog ref={box} className={styles.full} aria-label={t`Player`} onClose={close}>
      {cover && <img className={styles.wash} src={cover} alt="" aria-hidden="true" />}
      <header>
        <IconButton icon="chevronDown" size={26} label={t`Close the full player`} onClick={close} />
        <span className={styles.from} dir="auto">
          {context?.name}
        </span>
        <SoundButton />
        <Button
          look={words ? "strong" : "plain"}
          icon="lyrics"
          aria-pressed={words}
          onClick={() => setWords(!words)}
        >
          <Trans>Lyrics</Trans>
        </Button>
      </header>
      <div className={`${styles.stage} ${words ? styles.split : ""}`}>
        <div className={styles.cover}>
          <Cover src={cover} eager />
        </div>
        {words && <Lyrics large />}
      </div>
      <footer>
        <div className={styles.names}>
          <div>
            <h1 dir="auto">{track.name}</h1>
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the links in it are what is pressed */}
            <p dir="auto" onClick={close}>
              <ArtistLinks artists={track.artists} />
              {track.album && (
                <>
                  {" "}
                  · <Link to={`/album/${track.album.id}`}>{track.album.name}</Link>
                </>
              )}
            </p>
          </div>
          <Quality />
          <IconButton
            icon="heart"
            size={24}
            filled={uri !== undefined && saved(uri) === true}
            pressed={uri !== undefined && saved(uri) === true}
            label={uri && saved(uri) ? t`Remove from your library` : t`Add to your library`}
            onClick={() => uri && toggle(uri)}
          />
        </div>
        <Outline id={track.id} duration={track.duration_ms} />
        <div className={styles.transport}>
          <IconButton
            icon="shuffle"
            label={shuffle ? t`In order` : t`Shuffle`}
            pressed={shuffle}
            onClick={commands.shuffle}
          />
          <IconButton icon="previous" size={28} label={t`Back`} onClick={commands.previous} />
          <PlayButton
            size={68}
            playing={playing}
            label={playing ? t`Pause` : t`Play`}
            onClick={commands.toggle}
          />
          <IconButton icon="next" size={28} label={t`Next`} onClick={commands.next} />
          <IconButton
            icon="repeat"
            label={t`Repeat`}
            pressed={repeat !== "off"}
            onClick={commands.repeat}
          />
        </div>
      </footer>
    </dialog>
  );
}

const BARS = 160;

/** The outline of the sound, as a place to seek in; a plain line where nobody measured it yet. */
function Outline({ id, duration }: { id: string; duration: number }) {
  const { t } = useLingui();
  const { data } = webApi.useWaveformQuery(id);
  const engine = useEngine();
  const canvas = useRef<HTMLCanvasElement>(null);
  const second = useSecond();
  const heights = data?.rms.length ? outline(data.rms, data.peak) : null;

  useFrames(({ at }) => {
    const area = canvas.current;
    const pen = area?.getContext("2d");
    if (!area || !pen || !heights) return;
    const scale = devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = area;
    if (area.width !== Math.round(width * scale)) {
      area.width = Math.round(width * scale);
      area.height = Math.round(height * scale);
    }
    const colours = getComputedStyle(area);
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const step = width / heights.length;
    const place = duration ? (at * 1000) / duration : 0;
    for (const [bar, share] of heights.entries()) {
      const tall = Math.max(2, share * height);
      pen.fillStyle = colours.getPropertyValue(
        bar / heights.length < place ? "--accent" : "--line",
      );
      pen.beginPath();
      pen.roundRect(
        bar * step + step * 0.18,
        (height - tall) / 2,
        Math.max(1, step * 0.64),
        tall,
        step * 0.3,
      );
      pen.fill();
    }
  });

  if (!heights) return <Seek duration={duration} />;
  const to = (x: number, area: Element) => {
    const { left, width } = area.getBoundingClientRect();
    engine.seek((Math.min(1, Math.max(0, (x - left) / width)) * duration) / 1000);
  };
  return (
    <div className={styles.outline}>
      <span>{clock(second * 1000)}</span>
      <div
        role="slider"
        tabIndex={0}
        aria-label={t`Place in the track`}
        aria-valuemin={0}
        aria-valuemax={Math.round(duration / 1000)}
        aria-valuenow={second}
        aria-valuetext={clock(second * 1000)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          to(event.clientX, event.currentTarget);
        }}
        onPointerMove={(event) => event.buttons && to(event.clientX, event.currentTarget)}
        onKeyDown={(event) => {
          const move = { ArrowLeft: -5, ArrowRight: 5, PageDown: -30, PageUp: 30 }[event.key];
          if (move === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          engine.seek(engine.position().at + move);
        }}
      >
        <canvas ref={canvas} />
      </div>
      <span>{clock(duration)}</span>
    </div>
  );
}

/** Heights of 0 to 1 from measured parts, some dozens of them. */
export function outline(rms: readonly number[], peak: readonly number[]): number[] {
  const count = Math.min(BARS, rms.length);
  const heights = Array.from({ length: count }, (_, bar) => {
    const [from, to] = [
      Math.floor((bar * rms.length) / count),
      Math.max(1, Math.floor(((bar + 1) * rms.length) / count)),
    ];
    const loud = Math.max(...rms.slice(from, to));
    const top = Math.max(...peak.slice(from, to));
    return (0.72 * loud + 0.28 * top) / 255;
  });
  const highest = Math.max(...heights, 0.01);
  return heights.map((height) => height / highest);
}
