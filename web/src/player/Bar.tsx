import { t } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";
import { useRef } from "react";
import { Link } from "react-router";
import { ui } from "../app/interface";
import { useApp, useSend } from "../app/store";
import { IconButton, PlayButton } from "../design/parts/Button";
import { Cover } from "../design/parts/Cover";
import { clock } from "../tracks/format";
import { useHint } from "../tracks/hint";
import { useSaved } from "../tracks/saved";
import { ArtistLinks } from "../tracks/TrackRow";
import styles from "./Bar.module.css";
import { useCommands } from "./commands";
import { useEngine, useFrames, useSecond } from "./hooks";
import { Quality } from "./Quality";
import { following } from "./queue";
import { SoundButton } from "./SoundButton";
import { settings } from "./settings";

/** What plays, at the foot of every page. */
export function Bar() {
  const { t } = useLingui();
  const current = useApp(({ queue }) => queue.current);
  const { state, retrying } = useApp(({ status }) => status);
  const { shuffle, repeat, context } = useApp(({ queue }) => queue);
  const panel = useApp((root) => root.interface.panel);
  const hint = useHint(useApp(({ queue }) => following(queue, true))?.track);
  const commands = useCommands();
  const send = useSend();
  const uri = current?.track.uri;
  const { saved, toggle } = useSaved(uri ? [uri] : []);
  const playing = state === "playing" || state === "loading" || state === "stalled";
  const track = current?.track;
  return (
    <section className={`${styles.bar} ${track ? "" : styles.idle}`} aria-label={t`Player`}>
      <div className={styles.what}>
        {track ? (
          <>
            <button
              type="button"
              className={styles.cover}
              aria-label={t`Open the full player`}
              onClick={() => send(ui.changed({ fullScreen: true }))}
            >
              <Cover src={track.album?.cover ?? null} eager />
            </button>
            <div className={styles.names}>
              <Link
                to={track.album ? `/album/${track.album.id}` : "/"}
                className={styles.title}
                dir="auto"
              >
                {track.name}
              </Link>
              <span className={styles.artists} dir="auto">
                {retrying ? (
                  t`The server is away. Trying again, ${retrying} of 5…`
                ) : (
                  <ArtistLinks artists={track.artists} />
                )}
              </span>
            </div>
            <IconButton
              icon="heart"
              filled={uri !== undefined && saved(uri) === true}
              pressed={uri !== undefined && saved(uri) === true}
              label={uri && saved(uri) ? t`Remove from your library` : t`Add to your library`}
              onClick={() => uri && toggle(uri)}
              className={styles.wide}
            />
          </>
        ) : (
          <span className={styles.nothing}>{t`Nothing plays yet`}</span>
        )}
      </div>
      <div className={styles.centre}>
        <div className={styles.transport}>
          <IconButton
            icon="shuffle"
            label={shuffle ? t`In order` : t`Shuffle`}
            pressed={shuffle}
            onClick={commands.shuffle}
            className={styles.wide}
            size={18}
          />
          <IconButton
            icon="previous"
            label={t`Back`}
            onClick={commands.previous}
            disabled={!track}
            className={styles.wide}
          />
          <PlayButton
            playing={playing}
            label={playing ? t`Pause` : t`Play`}
            size={40}
            onClick={commands.toggle}
            disabled={!track}
            aria-busy={state === "loading" || state === "stalled"}
          />
          <IconButton
            icon="next"
            label={t`Next`}
            onClick={commands.next}
            disabled={!track}
            {...hint}
          />
          <IconButton
            icon="repeat"
            label={
              repeat === "off" ? t`Repeat all` : repeat === "all" ? t`Repeat one` : t`Do not repeat`
            }
            pressed={repeat !== "off"}
            onClick={commands.repeat}
            className={`${styles.wide} ${repeat === "one" ? styles.one : ""}`}
            size={18}
          />
        </div>
        <Seek key={current?.key ?? ""} duration={track?.duration_ms ?? 0} />
      </div>
      <div className={styles.side}>
        <Quality />
        <IconButton
          icon="lyrics"
          label={t`Lyrics`}
          pressed={panel === "lyrics"}
          onClick={() => send(ui.panelToggled("lyrics"))}
          disabled={!track}
        />
        <SoundButton />
        <IconButton
          icon="queue"
          label={t`Queue`}
          pressed={panel === "queue"}
          onClick={() => send(ui.panelToggled("queue"))}
        />
        <Volume />
      </div>
      <span className="unseen" role="status">
        {track && context
          ? `${track.name}, ${track.artists.map(({ name }) => name).join(", ")}`
          : ""}
      </span>
    </section>
  );
}

/** Where it is: drawn at every frame without React, moved by pointer and keys. */
export function Seek({ duration }: { duration: number }) {
  const engine = useEngine();
  const input = useRef<HTMLInputElement>(null);
  const held = useRef(false);
  useFrames(({ at, duration: length, buffered }) => {
    const slider = input.current;
    if (!slider) return;
    const whole = length || duration / 1000 || 1;
    slider.max = String(whole);
    if (!held.current) slider.value = String(at);
    slider.style.setProperty("--at", String(Number(slider.value) / whole));
    slider.style.setProperty("--buffered", String(Math.min(1, buffered / whole)));
  });
  return (
    <div className={styles.seek}>
      <Elapsed />
      <input
        ref={input}
        type="range"
        min={0}
        max={duration / 1000 || 1}
        step="any"
        defaultValue={0}
        disabled={!duration}
        aria-label={t`Place in the track`}
        aria-valuetext={clock(engine.position().at * 1000)}
        className={styles.slider}
        onPointerDown={() => {
          held.current = true;
        }}
        onInput={(event) =>
          event.currentTarget.style.setProperty(
            "--at",
            String(Number(event.currentTarget.value) / Number(event.currentTarget.max)),
          )
        }
        onPointerUp={(event) => {
          held.current = false;
          engine.seek(Number(event.currentTarget.value));
        }}
        onKeyDown={(event) => {
          const step = {
            ArrowLeft: -5,
            ArrowDown: -5,
            ArrowRight: 5,
            ArrowUp: 5,
            PageDown: -30,
            PageUp: 30,
          }[event.key];
          if (step === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          engine.seek(engine.position().at + step);
        }}
      />
      <span className={styles.time}>{clock(duration)}</span>
    </div>
  );
}

function Elapsed() {
  return <span className={styles.time}>{clock(useSecond() * 1000)}</span>;
}

function Volume() {
  const send = useSend();
  const { volume, muted } = useApp((root) => root.settings);
  const shown = muted ? 0 : volume;
  return (
    <span className={styles.volume}>
      <IconButton
        icon={shown === 0 ? "mute" : "volume"}
        label={muted ? t`Sound on` : t`Mute`}
        onClick={() => send(settings.changed({ muted: !muted }))}
      />
      <input
        type="range"
        min={0}
        max={1}
        step={0.01}
        value={shown}
        aria-label={t`Volume`}
        aria-valuetext={`${Math.round(shown * 100)} %`}
        className={styles.slider}
        style={{ "--at": shown, "--buffered": 0 } as React.CSSProperties}
        onChange={(event) =>
          send(settings.changed({ volume: Number(event.target.value), muted: false }))
        }
      />
    </span>
  );
}
