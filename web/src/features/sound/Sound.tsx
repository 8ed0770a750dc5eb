import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useState } from "react";
import { useStore } from "react-redux";
import { ui } from "../../app/interface";
import { type Store, useApp, useSend } from "../../app/store";
import { Dialog } from "../../design/parts/Dialog";
import { useEngine } from "../../player/hooks";
import { settings } from "../../player/settings";
import { sleepTimer } from "../../player/sleeping";
import { Devices } from "./Devices";
import { Equaliser } from "./Equaliser";
import styles from "./Sound.module.css";

/** How the music sounds, how fast it goes, when it stops, and where it is heard. */
export default function Sound() {
  const { t } = useLingui();
  const send = useSend();
  return (
    <Dialog low title={t`Sound`} onClose={() => send(ui.changed({ sound: false }))}>
      <div className={styles.parts}>
        <Speed />
        <SleepChoice />
        <Equaliser />
        <Devices />
      </div>
    </Dialog>
  );
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const [SLOWEST, FASTEST] = [0.5, 2];

function Speed() {
  const { t, i18n } = useLingui();
  const send = useSend();
  const rate = useApp((root) => root.settings.rate);
  const shown = (value: number) =>
    t`${i18n.number(value, { minimumFractionDigits: 1, maximumFractionDigits: 2 })}×`;
  const set = (value: number) => send(settings.changed({ rate: value }));
  const times = i18n.number(rate);
  return (
    <section>
      <header>
        <h3 id="sound-speed">
          <Trans>Speed</Trans>
        </h3>
        <output>{shown(rate)}</output>
      </header>
      <input
        type="range"
        min={SLOWEST}
        max={FASTEST}
        step={0.05}
        value={rate}
        aria-labelledby="sound-speed"
        aria-valuetext={t`${times} times as fast`}
        className={styles.slider}
        style={{ "--at": (rate - SLOWEST) / (FASTEST - SLOWEST) } as React.CSSProperties}
        onChange={(event) => set(Number(event.target.value))}
      />
      <div className={styles.chips}>
        {SPEEDS.map((value) => (
          <button
            key={value}
            type="button"
            aria-pressed={rate === value}
            onClick={() => set(value)}
          >
            {shown(value)}
          </button>
        ))}
      </div>
    </section>
  );
}

const MINUTES = [15, 30, 45, 60, 90];

function SleepChoice() {
  const { t } = useLingui();
  const engine = useEngine();
  const timer = sleepTimer(engine, useStore() as Store);
  const sleep = useApp(({ status }) => status.sleep);
  const [asked, setAsked] = useState<number | null>(null);
  return (
    <section>
      <header>
        <h3>
          <Trans>Sleep timer</Trans>
        </h3>
        <output>{sleep ? <Left /> : <Trans>Off</Trans>}</output>
      </header>
      <div className={styles.chips}>
        <button type="button" aria-pressed={!sleep} onClick={() => timer.clear()}>
          <Trans>Off</Trans>
        </button>
        {MINUTES.map((minutes) => (
          <button
            key={minutes}
            type="button"
            aria-pressed={sleep?.kind === "after" && asked === minutes}
            onClick={() => {
              setAsked(minutes);
              timer.after(minutes);
            }}
          >
            {t`${minutes} min`}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={sleep?.kind === "track"}
          onClick={() => timer.atEndOfTrack()}
        >
          <Trans>End of the song</Trans>
        </button>
      </div>
    </section>
  );
}

/** What is left until it stops, to the minute; to the second in the last one. */
function Left() {
  const { t } = useLingui();
  const sleep = useApp(({ status }) => status.sleep);
  const [, again] = useState(0);
  useEffect(() => {
    const ticking = setInterval(() => again((count) => count + 1), 1000);
    return () => clearInterval(ticking);
  }, []);
  if (sleep?.kind !== "after") return <Trans>Stops after this song</Trans>;
  const seconds = Math.max(0, Math.round((sleep.until - performance.now()) / 1000));
  const minutes = Math.ceil(seconds / 60);
  return seconds < 60 ? t`Stops in ${seconds} s` : t`Stops in ${minutes} min`;
}
