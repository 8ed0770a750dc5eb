import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useState } from "react";
import type { ApiError } from "../../api/errors";
import type { ShareView } from "../../api/extension";
import { houseApi } from "../../api/house";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Choice, Switch } from "../../design/parts/Field";
import { day } from "../../tracks/dates";
import { Copied, QrCode } from "../handing/HandOut";
import styles from "./ShareDialog.module.css";
import type { Sharing } from "./sharing";

const DAY = 86_400_000;
const LENGTHS = { day: DAY, week: 7 * DAY, month: 30 * DAY };
type Length = keyof typeof LENGTHS | "ever" | "kept";

/** What a website needs to show the small player. */
function frameOf({ url, entries }: ShareView, name: string): string {
  const height = entries.length === 1 && entries[0]?.kind === "track" ? 152 : 380;
  const title = name.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
  return `<iframe src="${url}/embed" width="640" height="${height}" title="${title}" allow="autoplay; encrypted-media" loading="lazy" frameborder="0"></iframe>`;
}

/** Asks how something is shared, then hands out the link; or changes what is shared already. */
export default function ShareDialog({ what, onClose }: { what: Sharing; onClose: () => void }) {
  const send = useSend();
  const [create, creating] = houseApi.useShareMutation();
  const [change, changing] = houseApi.useChangeShareMutation();
  const [unshare] = houseApi.useUnshareMutation();
  const before = what.share;
  const [made, setMade] = useState<ShareView | null>(before ?? null);
  const [length, setLength] = useState<Length>(before ? "kept" : "week");
  const [description, setDescription] = useState(before?.description ?? "");
  const [downloads, setDownloads] = useState(before?.downloads ?? false);
  const [named, setNamed] = useState(before?.named ?? true);
  const [wrong, setWrong] = useState("");
  const words = useId();
  const name = what.name || t`Shared music`;
  const lengths: [Length, string][] = [
    ["day", t`A day`],
    ["week", t`A week`],
    ["month", t`A month`],
    ["ever", t`As long as I like`],
  ];
  if (before) {
    const until = before.expires_at;
    lengths.unshift([
      "kept",
      until ? t`Until ${day(until)}, as it is` : t`Without an end, as it is`,
    ]);
  }
  const lasting = () => {
    if (length === "kept") return {};
    if (length === "ever") return before ? { expires_at: 0 } : {};
    return { lasts_ms: LENGTHS[length] };
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setWrong("");
    const body = { description: description.trim(), downloads, named, ...lasting() };
    try {
      if (before) {
        await change({ id: before.id, ...body }).unwrap();
        send(notices.told(t`The share was changed`));
        onClose();
      } else setMade(await create({ entries: what.entries, ...body }).unwrap());
    } catch (error) {
      setWrong((error as ApiError).message);
    }
  };
  const end = async () => {
    try {
      if (made) await unshare(made.id).unwrap();
      send(notices.told(t`“${name}” is not shared any more`));
      onClose();
    } catch (error) {
      setWrong((error as ApiError).message);
    }
  };
  const form = (
    <form onSubmit={(event) => void submit(event)}>
      <div className={styles.words}>
        <label htmlFor={words}>
          <Trans>A few words</Trans>
        </label>
        <textarea
          id={words}
          rows={2}
          maxLength={1000}
          value={description}
          placeholder={t`Nothing needs to stand here.`}
          onChange={(event) => setDescription(event.target.value)}
        />
      </div>
      <Choice label={t`Open for`} value={length} options={lengths} onChoose={setLength} />
      <Switch
        label={t`Songs may be downloaded`}
        note={t`Listening is always possible.`}
        on={downloads}
        onSwitch={setDownloads}
      />
      <Switch
        label={t`Say that it comes from me`}
        note={t`Your name stands on the page.`}
        on={named}
        onSwitch={setNamed}
      />
      {wrong && (
        <p role="alert" className={styles.wrong}>
          {wrong}
        </p>
      )}
      <div className={styles.actions}>
        {before && (
          <Button look="quiet" icon="trash" onClick={() => void end()}>
            <Trans>Stop sharing</Trans>
          </Button>
        )}
        <Button type="submit" look="strong" disabled={creating.isLoading || changing.isLoading}>
          {before ? <Trans>Save</Trans> : <Trans>Make the link</Trans>}
        </Button>
      </div>
    </form>
  );
  return (
    <Dialog title={before || made ? name : t`Share “${name}”`} onClose={onClose}>
      {!made && (
        <p className={styles.lead}>
          <Trans>Whoever has the link can listen, without an account.</Trans>
        </p>
      )}
      {made && <HandedOut share={made} name={name} fresh={!before} />}
      {before ? form : !made && form}
    </Dialog>
  );
}

function HandedOut({ share, name, fresh }: { share: ShareView; name: string; fresh: boolean }) {
  const { url, expires_at: until } = share;
  const pass = () => {
    // The person closes the sheet again: that is no failure.
    void navigator.share({ title: name, url }).catch(() => undefined);
  };
  return (
    <div className={styles.handed}>
      <div className={styles.link}>
        <Copied label={t`Link`} value={url} fresh={fresh} />
        {fresh && (
          <p className={styles.note}>
            {until ? (
              <Trans>It ends on {day(until)}. Settings ends it sooner.</Trans>
            ) : (
              <Trans>It stays until you end it in Settings.</Trans>
            )}
          </p>
        )}
        <div className={styles.ways}>
          {"share" in navigator && (
            <Button icon="share" onClick={pass}>
              <Trans>Send…</Trans>
            </Button>
          )}
          <a href={url} target="_blank" rel="noopener" className={styles.look}>
            <Trans>Look at the page</Trans>
          </a>
        </div>
      </div>
      <QrCode content={url} label={t`The link as a QR code`} />
      <details className={styles.frame}>
        <summary>
          <Trans>Put it into a website</Trans>
        </summary>
        <Copied label={t`Code for a website`} value={frameOf(share, name)} />
      </details>
    </div>
  );
}
