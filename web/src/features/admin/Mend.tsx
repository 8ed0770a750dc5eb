import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { type FormEvent, useId, useRef, useState } from "react";
import { Link } from "react-router";
import type { ApiError } from "../../api/errors";
import type { Finding, Mend as Mended, TagField, TaggedTrack } from "../../api/extension";
import { houseApi } from "../../api/house";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Cover } from "../../design/parts/Cover";
import { Dialog } from "../../design/parts/Dialog";
import { Choice, Field } from "../../design/parts/Field";
import { Failed, RowsToCome } from "../../design/parts/States";
import { coverOf } from "./covers";
import styles from "./Mend.module.css";
import { editsFor, FIELDS, shared, type Texts, textsOf } from "./tags";
import { useFieldNames, useMending } from "./useMending";

/** Mends what stands in the file of a track, or in those of an album. */
export default function Mend({ finding, onClose }: { finding: Finding; onClose: () => void }) {
  const { data, error, refetch } = houseApi.useTagsQuery(
    { kind: finding.subject === "album" ? "albums" : "tracks", id: finding.subject_id },
    { refetchOnMountOrArgChange: true },
  );
  return (
    <Dialog title={t`Mend ${finding.name}`} wide onClose={onClose}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <RowsToCome rows={5} />}
      {data && <Refusals tracks={data.items} />}
      {data?.items.some(({ refusal }) => !refusal) && (
        <Form tracks={data.items.filter(({ refusal }) => !refusal)} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Refusals({ tracks }: { tracks: readonly TaggedTrack[] }) {
  const refused = tracks.filter(({ refusal }) => refusal);
  if (tracks.length && !refused.length) return null;
  const reasons = [...new Set(refused.map(({ refusal }) => refusal))];
  return (
    <div className={styles.refused} role="note">
      {!tracks.length && <Trans>There is no file here that could be changed.</Trans>}
      {reasons.map((reason) => (
        <p key={reason}>
          <b>
            <Plural
              value={refused.filter(({ refusal }) => refusal === reason).length}
              one="# file is left as it is:"
              other="# files are left as they are:"
            />
          </b>{" "}
          {reason}
        </p>
      ))}
      {refused.length > 0 && (
        <p>
          <Link to="/admin">
            <Trans>Libraries and what is allowed in them</Trans>
          </Link>
        </p>
      )}
    </div>
  );
}

function Form({ tracks, onClose }: { tracks: readonly TaggedTrack[]; onClose: () => void }) {
  const send = useSend();
  const names = useFieldNames();
  const { mend, undo } = useMending();
  const [which, setWhich] = useState(tracks.length === 1 ? (tracks[0]?.track_id ?? "") : "");
  const [written, setWritten] = useState<Partial<Texts>>({});
  /** Base64; empty takes the picture away, null leaves it. */
  const [cover, setCover] = useState<string | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const [wrong, setWrong] = useState<string[]>([]);
  const picture = useRef<HTMLInputElement>(null);

  const some = tracks.filter(({ track_id }) => !which || track_id === which);
  const before = shared(some);
  const changed = some.filter((track) => cover !== null || editsFor(track, written).length);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const made: Mended[] = [];
    const problems: string[] = [];
    setWrong([]);
    for (const [place, track] of changed.entries()) {
      setDone(place);
      try {
        const batch = made[0]?.batch;
        made.push(await mend(track.track_id, editsFor(track, written), cover, batch));
      } catch (cause) {
        problems.push(`${track.fields.title || track.path}: ${(cause as ApiError).message}`);
      }
    }
    setDone(null);
    if (made.length) {
      const words = made.length === 1 ? t`The tags are mended` : t`${made.length} files are mended`;
      send(notices.told(words, { undo: () => void undo(made) }));
    }
    if (problems.length) setWrong(problems);
    else onClose();
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    try {
      setCover(await coverOf(file));
      setWrong([]);
    } catch {
      setWrong([t`This is no picture that the browser can read.`]);
    }
  };
  const hasCover = cover === null ? some.some(({ fields }) => fields.cover) : cover !== "";
  const input = (field: TagField, more: { numeric?: boolean; note?: string } = {}) => (
    <Field
      label={names[field]}
      note={more.note}
      value={written[field] ?? before[field] ?? ""}
      placeholder={before[field] === null ? t`Several values` : ""}
      inputMode={more.numeric ? "numeric" : "text"}
      pattern={more.numeric ? "[0-9]*" : undefined}
      autoComplete="off"
      dir="auto"
      onChange={({ target }) => setWritten({ ...written, [field]: target.value })}
    />
  );
  return (
    <form onSubmit={(event) => void save(event)}>
      {tracks.length > 1 && (
        <div className={styles.which}>
          <Choice
            label={t`What to mend`}
            value={which}
            options={[
              ["", t`All ${tracks.length} files`],
              ...tracks.map(({ track_id, fields, path }): [string, string] => [
                track_id,
                fields.title || path,
              ]),
            ]}
            onChoose={(chosen) => {
              setWhich(chosen);
              setWritten({});
              setCover(null);
            }}
          />
        </div>
      )}
      <div className={styles.fields}>
        <div className={styles.cover}>
          <Cover src={cover ? `data:image/jpeg;base64,${cover}` : null} icon="album" eager />
          <Button look="quiet" onClick={() => picture.current?.click()}>
            <Trans>Choose a cover</Trans>
          </Button>
          {hasCover && (
            <Button look="quiet" onClick={() => setCover("")}>
              <Trans>Take it away</Trans>
            </Button>
          )}
          {cover === null && hasCover && (
            <small>
              <Trans>The cover in the file stays.</Trans>
            </small>
          )}
          <input
            ref={picture}
            type="file"
            accept="image/*"
            hidden
            aria-label={t`Choose a cover`}
            onChange={({ target }) => void choose(target.files?.[0])}
          />
        </div>
        <div>
          {some.length === 1 && input("title")}
          <div className={styles.pair}>
            {input("artists", { note: t`Several with semicolons: Ada; Bert` })}
            {input("album_artists")}
            {input("album")}
            {input("date", { note: t`2011, 2011-03 or 2011-03-24` })}
          </div>
          {input("genres")}
          <div className={styles.numbers}>
            {some.length === 1 && input("track_number", { numeric: true })}
            {input("track_total", { numeric: true })}
            {input("disc_number", { numeric: true })}
            {input("disc_total", { numeric: true })}
          </div>
        </div>
      </div>
      <Preview tracks={some} written={written} cover={cover} />
      {wrong.length > 0 && (
        <ul role="alert" className={styles.wrong}>
          {wrong.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      )}
      <footer className={styles.actions}>
        {done !== null && (
          <progress max={changed.length} value={done} aria-label={t`Written so far`} />
        )}
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="strong" disabled={done !== null || !changed.length}>
          {changed.length > 1 ? (
            <Trans>Write into {changed.length} files</Trans>
          ) : (
            <Trans>Write into the file</Trans>
          )}
        </Button>
      </footer>
    </form>
  );
}

/** What will be another, before it is. */
function Preview({
  tracks,
  written,
  cover,
}: {
  tracks: readonly TaggedTrack[];
  written: Partial<Texts>;
  cover: string | null;
}) {
  const names = useFieldNames();
  const id = useId();
  const rows = FIELDS.flatMap((field) => {
    const hit = tracks.flatMap((track) => {
      const edit = editsFor(track, written).find((each) => each.field === field);
      return edit
        ? [{ was: textsOf(track.fields)[field], will: (edit.values ?? []).join("; ") }]
        : [];
    });
    const [first] = hit;
    if (!first) return [];
    const was = new Set(hit.map((each) => each.was));
    return [{ field, was: was.size > 1 ? t`Several values` : first.was, will: first.will }];
  });
  if (!rows.length && cover === null) return null;
  return (
    <section className={styles.preview} aria-labelledby={id}>
      <h3 id={id}>
        <Trans>What will change</Trans>
      </h3>
      <dl>
        {rows.map(({ field, was, will }) => (
          <div key={field}>
            <dt>{names[field]}</dt>
            <dd>
              <del dir="auto">{was || "–"}</del> <span aria-hidden="true">→</span>{" "}
              <ins dir="auto">{will || t`nothing`}</ins>
            </dd>
          </div>
        ))}
        {cover !== null && (
          <div>
            <dt>
              <Trans>Cover</Trans>
            </dt>
            <dd>
              <ins>{cover ? t`the picture that you chose` : t`nothing`}</ins>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
