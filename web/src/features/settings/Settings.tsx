import { Trans, useLingui } from "@lingui/react/macro";
import { useStore } from "react-redux";
import { Link } from "react-router";
import { at } from "../../api/base";
import { webApi } from "../../api/webapi";
import { type Theme, ui } from "../../app/interface";
import { LANGUAGES, speak } from "../../app/language";
import { type Store, useApp, useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Choice, Switch } from "../../design/parts/Field";
import type { Normalisation, Quality } from "../../engine/types";
import { signOff } from "../../player/controller";
import { useEngine } from "../../player/hooks";
import { settings } from "../../player/settings";
import { Players, ProfileName, ProgramsOfOne, Sessions, Shares } from "./Account";
import styles from "./Settings.module.css";

export default function Settings() {
  const { t } = useLingui();
  const send = useSend();
  const store = useStore() as Store;
  const engine = useEngine();
  const chosen = useApp((root) => root.settings);
  const shown = useApp((root) => root.interface);
  const { data: me } = webApi.useMeQuery();
  const { data: server } = webApi.useServerQuery();
  const qualities: [Quality, string][] = [
    ["auto", t`Automatic`],
    ["original", t`Original file`],
    ["high", t`High`],
    ["normal", t`Normal`],
    ["low", t`Low`],
  ];
  const levels: [Normalisation, string][] = [
    ["album", t`By album`],
    ["track", t`By song`],
    ["off", t`Off`],
  ];
  const themes: [Theme, string][] = [
    ["system", t`As the system`],
    ["dark", t`Night`],
    ["light", t`Paper`],
  ];
  const languages: [string, string][] = [["", t`As the browser`], ...Object.entries(LANGUAGES)];
  return (
    <div className={styles.page}>
      <h1>
        <Trans>Settings</Trans>
      </h1>
      <section>
        <h2>
          <Trans>Account</Trans>
        </h2>
        <ProfileName />
        <nav className={styles.links} aria-label={t`Account`}>
          <a href={at("/account")}>
            <Trans>Password, passkeys, second factors</Trans>
          </a>
          {me?.role === "admin" && (
            <Link to="/admin">
              <Trans>Look after this server</Trans>
            </Link>
          )}
        </nav>
        <form method="post" action={at("/sign-out")} onSubmit={() => signOff(store, engine)}>
          <Button type="submit">
            <Trans>Sign out</Trans>
          </Button>
        </form>
      </section>
      <section>
        <h2>
          <Trans>Sound</Trans>
        </h2>
        <Choice
          label={t`Quality`}
          note={t`Automatic follows your connection.`}
          value={chosen.quality}
          options={qualities}
          onChoose={(quality) => send(settings.changed({ quality }))}
        />
        <Choice
          label={t`Even loudness`}
          note={t`−14 LUFS, never clipped.`}
          value={chosen.normalisation}
          options={levels}
          onChoose={(normalisation) => send(settings.changed({ normalisation }))}
        />
        <Switch
          label={t`No gaps inside albums`}
          on={chosen.gapless}
          onSwitch={(gapless) => send(settings.changed({ gapless }))}
        />
        <div className={styles.slider}>
          <label htmlFor="crossfade">
            <Trans>Crossfade</Trans>{" "}
            <small>
              {chosen.crossfade ? t`${chosen.crossfade} seconds, never inside an album` : t`Off`}
            </small>
          </label>
          <input
            id="crossfade"
            type="range"
            min={0}
            max={12}
            value={chosen.crossfade}
            onChange={(event) => send(settings.changed({ crossfade: Number(event.target.value) }))}
          />
        </div>
        <Switch
          label={t`Go on with similar music`}
          note={t`When the queue ends.`}
          on={chosen.autoplay}
          onSwitch={(autoplay) => send(settings.changed({ autoplay }))}
        />
      </section>
      <section>
        <h2>
          <Trans>Appearance</Trans>
        </h2>
        <Choice
          label={t`Colours`}
          value={shown.theme}
          options={themes}
          onChoose={(theme) => send(ui.changed({ theme }))}
        />
        <Choice
          label={t`Language`}
          value={shown.language}
          options={languages}
          onChoose={(language) => {
            send(ui.changed({ language }));
            void speak(language);
          }}
        />
        <Switch
          label={t`Single letters are shortcuts`}
          note={t`Press ? to see them all.`}
          on={shown.letters}
          onSwitch={(letters) => send(ui.changed({ letters }))}
        />
      </section>
      <Players />
      <Sessions />
      <ProgramsOfOne />
      <Shares />
      <footer>{server && `Philomel ${server.version}`}</footer>
    </div>
  );
}
