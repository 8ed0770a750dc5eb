import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { alreadyIn } from "../../api/playlists";
import { webApi } from "../../api/webapi";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";
import styles from "./adding.module.css";

/** Asks which playlist, and puts tracks there. */
export function useAddToPlaylist() {
  const [uris, setUris] = useState<string[] | null>(null);
  return {
    ask: setUris,
    dialog: uris && <AddDialog uris={uris} onClose={() => setUris(null)} />,
  };
}

interface Twice {
  id: string;
  called: string;
  /** What is not in it yet. */
  fresh: string[];
}

const idOf = (uri: string): string => uri.slice(uri.lastIndexOf(":") + 1);

function AddDialog({ uris, onClose }: { uris: string[]; onClose: () => void }) {
  const send = useSend();
  const { data: me } = webApi.useMeQuery();
  const { data } = webApi.usePlaylistsQuery({});
  const [add] = webApi.useAddToPlaylistMutation();
  const [create] = webApi.useCreatePlaylistMutation();
  const [name, setName] = useState("");
  const mine =
    data?.items.filter(({ owner, collaborative }) => collaborative || owner.id === me?.id) ?? [];

  const [twice, setTwice] = useState<Twice | null>(null);

  const put = async (id: string, called: string, uris: string[]) => {
    onClose();
    try {
      for (let first = 0; first < uris.length; first += 100)
        await add({ id, uris: uris.slice(first, first + 100) }).unwrap();
      send(notices.told(t`Added to “${called}”`));
    } catch {
      send(notices.told(t`That could not be added to “${called}”.`, { tone: "bad" }));
    }
  };
  /** Warns of what is in it already. */
  const choose = async (id: string, called: string) => {
    try {
      const there = await alreadyIn(id, new Set(uris.map(idOf)));
      if (!there.size) await put(id, called, uris);
      else setTwice({ id, called, fresh: uris.filter((uri) => !there.has(idOf(uri))) });
    } catch {
      await put(id, called, uris);
    }
  };
  const make = async (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim() || t`New playlist`;
    const made = await create({ name: called, public: false }).unwrap();
    await put(made.id, called, uris);
  };
  if (twice) {
    const { id, called, fresh } = twice;
    const count = uris.length - fresh.length;
    return (
      <Dialog key="twice" title={t`There already`} onClose={onClose}>
        <p className={styles.words}>
          {uris.length === 1 ? (
            <Trans>“{called}” has this song.</Trans>
          ) : (
            <Plural
              value={count}
              one={`# of these songs is in “${called}” already.`}
              other={`# of these songs are in “${called}” already.`}
            />
          )}
        </p>
        <footer className={styles.actions}>
          <Button look="quiet" onClick={() => void put(id, called, uris)}>
            {uris.length === 1 ? <Trans>Add it again</Trans> : <Trans>Add all</Trans>}
          </Button>
          {fresh.length > 0 ? (
            <Button look="strong" onClick={() => void put(id, called, fresh)}>
              <Trans>Add only the new ones</Trans>
            </Button>
          ) : (
            <Button look="strong" onClick={onClose}>
              <Trans>Leave it</Trans>
            </Button>
          )}
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={t`Add to a playlist`} onClose={onClose}>
      <form onSubmit={make} className={styles.fresh}>
        <Field
          label={t`A new one`}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder={t`Its name`}
          maxLength={200}
        />
        <Button type="submit" look="strong">
          <Trans>Make it</Trans>
        </Button>
      </form>
      <ul className={styles.lists}>
        {mine.map((list) => (
          <li key={list.id}>
            <button type="button" onClick={() => void choose(list.id, list.name)}>
              <span>
                <Cover src={pick(list.images, 44)} icon="note" />
              </span>
              <b dir="auto">{list.name}</b>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
