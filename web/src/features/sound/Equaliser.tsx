import { Trans, useLingui } from "@lingui/react/macro";
import { useApp, useSend } from "../../app/store";
import { BANDS, MOST_BAND_DB } from "../../engine/loudness";
import { settings } from "../../player/settings";
import { curve, PRESETS, type Preset, presetOf, tenOf } from "./presets";
import styles from "./Sound.module.css";

const [WIDTH, HEIGHT] = [300, 120];
const OWN = "";

/** Ten bands, ready-made ones, and a way past all of them. */
export function Equaliser() {
  const { t, i18n } = useLingui();
  const send = useSend();
  const on = useApp((root) => root.settings.equaliser !== null);
  const bands = tenOf(useApp((root) => root.settings.bands));
  const set = (to: readonly number[]) =>
    send(settings.changed({ bands: [...to], equaliser: [...to] }));
  const names: [Preset, string][] = [
    ["flat", t`Flat`],
    ["bass", t`More bass`],
    ["treble", t`More treble`],
    ["quiet", t`For listening quietly`],
    ["voice", t`Voices in front`],
    ["speech", t`Speech`],
    ["acoustic", t`Acoustic`],
    ["rock", t`Rock`],
    ["electronic", t`Electronic`],
    ["small", t`Small speakers`],
  ];
  return (
    <section>
      <header>
        <h3 id="sound-equaliser">
          <Trans>Equaliser</Trans>
        </h3>
        <select
          aria-label={t`Ready-made settings`}
          value={presetOf(bands) ?? OWN}
          onChange={(event) => {
            const chosen = event.target.value as Preset | typeof OWN;
            if (chosen !== OWN) set(PRESETS[chosen]);
          }}
        >
          <option value={OWN} disabled>
            {t`Your own`}
          </option>
          {names.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
        <input
          type="checkbox"
          role="switch"
          aria-labelledby="sound-equaliser"
          aria-checked={on}
          checked={on}
          className={styles.switch}
          onChange={() => send(settings.changed({ equaliser: on ? null : bands, bands }))}
        />
      </header>
      <div className={`${styles.bands} ${on ? "" : styles.off}`}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={`M0 ${HEIGHT / 2}H${WIDTH}`} className={styles.zero} />
          <path
            d={`${curve(bands, WIDTH, HEIGHT, MOST_BAND_DB)}V${HEIGHT / 2}H0Z`}
            className={styles.area}
          />
          <path d={curve(bands, WIDTH, HEIGHT, MOST_BAND_DB)} className={styles.curve} />
        </svg>
        {BANDS.map((frequency, place) => {
          const gain = bands[place] ?? 0;
          const kilo = frequency >= 1000;
          const number = i18n.number(kilo ? frequency / 1000 : Math.round(frequency));
          const decibels = i18n.number(gain, { signDisplay: "exceptZero" });
          return (
            <label key={frequency}>
              <input
                type="range"
                min={-MOST_BAND_DB}
                max={MOST_BAND_DB}
                step={0.5}
                value={gain}
                aria-label={kilo ? t`${number} kilohertz` : t`${number} hertz`}
                aria-valuetext={t`${decibels} decibels`}
                title={t`${decibels} dB`}
                onChange={(event) =>
                  set(bands.map((each, at) => (at === place ? Number(event.target.value) : each)))
                }
                onDoubleClick={() => set(bands.map((each, at) => (at === place ? 0 : each)))}
              />
              <span aria-hidden="true">{kilo ? `${number}k` : number}</span>
            </label>
          );
        })}
      </div>
    </section>
  );
}
