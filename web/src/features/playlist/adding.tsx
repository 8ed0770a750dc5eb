import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { alreadyIn, playlistApi } from "../../api/playlists";
import { webApi } from "../../api/webapi";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";
import styles from "./adding.module.css";

interface Twice {
  id: string;
  called: string;
  /** What is not in it yet. */
  fresh: string[];
}

const AT_ONCE = 100;
const idOf = (uri: string): string => uri.slice(uri.lastIndexOf(":") + 1);

/** Asks which playlist, warns of what is in it already, and puts tracks there. */
export function useAddToPlaylist() {
  const send = useSend();
  const [add] = webApi.useAddToPlaylistMutation();
  const [asked, setAsked] = useState<{ uris: string[]; twice?: Twice } | null>(null);
  const close = () => setAsked(null);

  const append = async (id: string, called: string, uris: string[]) => {
    close();
    try {
      for (let first = 0; first < uris.length; first += AT_ONCE)
        await add({ id, uris: uris.slice(first, first + AT_ONCE) }).unwrap();
      send(notices.told(t`Added to “${called}”`));
    } catch {
      send(notices.told(t`That could not be added to “${called}”.`, { tone: "bad" }));
    }
  };
  const put = async (id: string, called: string, uris: string[]) => {
    if (!uris.length) return;
    try {
      const there = await alreadyIn(id, new Set(uris.map(idOf)));
      if (there.size) {
        const fresh = uris.filter((uri) => !there.has(idOf(uri)));
        setAsked({ uris, twice: { id, called, fresh } });
        return;
      }
    } catch {
      // Not known then; adding says what is wrong.
    }
    await append(id, called, uris);
  };
  return {
    ask: (uris: string[]) => setAsked({ uris }),
    /** Into a playlist that is chosen already. */
    put,
    dialog: !asked ? null : asked.twice ? (
      <TwiceDialog uris={asked.uris} twice={asked.twice} append={append} onClose={close} />
    ) : (
      <AddDialog uris={asked.uris} put={put} append={append} onClose={close} />
    ),
  };
}

type Put = (id: string, called: string, uris: string[]) => Promise<void>;

function TwiceDialog({
  uris,
  twice: { id, called, fresh },
  append,
  onClose,
}: {
  uris: string[];
  twice: Twice;
  append: Put;
  onClose: () => void;
}) {
  const count = uris.length - fresh.length;
  return (
    <Dialog title={t`There already`} onClose={onClose}>
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
        <Button look="quiet" onClick={() => void append(id, called, uris)}>
          {uris.length === 1 ? <Trans>Add it again</Trans> : <Trans>Add all</Trans>}
        </Button>
        {fresh.length > 0 ? (
          <Button look="strong" onClick={() => void append(id, called, fresh)}>
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

function AddDialog({
  uris,
  put,
  append,
  onClose,
}: {
  uris: string[];
  put: Put;
  append: Put;
  onClose: () => void;
}) {
  const { data: me } = webApi.useMeQuery();
  const { data } = playlistApi.useRailListsQuery();
  const [create] = webApi.useCreatePlaylistMutation();
  const [name, setName] = useState("");
  const mine =
    data?.lists.filter(
      ({ owner_id, collaborative, rules }) => !rules && (collaborative || owner_id === me?.id),
    ) ?? [];

  const make = async (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim() || t`New playlist`;
    const made = await create({ name: called, public: false }).unwrap();
    await append(made.id, called, uris);
  };
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
            <button type="button" onClick={() => void put(list.id, list.name, uris)}>
              <span>
                <Cover src={pick(data?.images[list.id], 44)} icon="note" />
              </span>
              <b dir="auto">{list.name}</b>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
