import { Trans, useLingui } from "@lingui/react/macro";
import { useCallback, useEffect, useId, useState } from "react";
import { notices } from "../../app/notices";
import { useApp, useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { useEngine } from "../../player/hooks";
import { settings } from "../../player/settings";
import styles from "./Sound.module.css";

interface Device {
  id: string;
  name: string;
}

type Media = MediaDevices & {
  selectAudioOutput?: () => Promise<MediaDeviceInfo>;
};

const media = (): Media | null =>
  "setSinkId" in HTMLMediaElement.prototype ? ((navigator.mediaDevices as Media) ?? null) : null;

const canCast = (): boolean => "remote" in HTMLMediaElement.prototype;

/** Where it is heard: the devices of this machine, and those that the browser finds around it. */
export function Devices() {
  const { t } = useLingui();
  const send = useSend();
  const engine = useEngine();
  const playing = useApp(({ queue }) => queue.current !== null);
  const devices = media();
  if (!devices && !canCast()) return null;
  const cast = async () => {
    if (!(await engine.cast()))
      send(notices.told(t`The browser found no other device, or none was chosen.`));
  };
  return (
    <section>
      <header>
        <h3>
          <Trans>Where it is heard</Trans>
        </h3>
      </header>
      {devices && <Outputs media={devices} />}
      {canCast() && (
        <Button icon="expand" disabled={!playing} onClick={() => void cast()}>
          <Trans>Speakers and screens nearby</Trans>
        </Button>
      )}
    </section>
  );
}

function Outputs({ media }: { media: Media }) {
  const { t } = useLingui();
  const id = useId();
  const send = useSend();
  const chosen = useApp((root) => root.settings.output);
  const [known, setKnown] = useState<Device[]>([]);
  const look = useCallback(async () => {
    const found = await media.enumerateDevices().catch(() => []);
    setKnown(
      found
        .filter(({ kind, deviceId, label }) => kind === "audiooutput" && deviceId && label)
        .filter(({ deviceId }) => deviceId !== "default")
        .map(({ deviceId, label }) => ({ id: deviceId, name: label })),
    );
  }, [media]);
  useEffect(() => {
    void look();
    media.addEventListener("devicechange", look);
    return () => media.removeEventListener("devicechange", look);
  }, [media, look]);
  const choose = (output: string) => send(settings.changed({ output }));
  const reveal = async () => {
    try {
      if (media.selectAudioOutput) choose((await media.selectAudioOutput()).deviceId);
      else {
        // Browsers name devices only to pages that may listen; nothing is listened to.
        const heard = await media.getUserMedia({ audio: true });
        for (const track of heard.getTracks()) track.stop();
      }
      await look();
    } catch {
      send(notices.told(t`The browser does not name its devices.`, { tone: "bad" }));
    }
  };
  const away = chosen !== "" && !known.some((device) => device.id === chosen);
  return (
    <>
      {(known.length > 0 || chosen !== "") && (
        <div className={styles.device}>
          <label htmlFor={id}>
            <Trans>Device</Trans>
          </label>
          <select id={id} value={chosen} onChange={(event) => choose(event.target.value)}>
            <option value="">{t`As the system`}</option>
            {known.map((device) => (
              <option key={device.id} value={device.id}>
                {device.name}
              </option>
            ))}
            {away && <option value={chosen}>{t`The one chosen before`}</option>}
          </select>
        </div>
      )}
      {known.length === 0 && (
        <>
          <Button icon="volume" onClick={() => void reveal()}>
            <Trans>Another device of this computer</Trans>
          </Button>
          {!media.selectAudioOutput && (
            <small>
              <Trans>
                The browser asks for the microphone first: it names devices only then. Nothing is
                recorded.
              </Trans>
            </small>
          )}
        </>
      )}
    </>
  );
}
