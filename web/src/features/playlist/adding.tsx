import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
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

function AddDialog({ uris, onClose }: { uris: string[]; onClose: () => void }) {
  const send = useSend();
  const { data: me } = webApi.useMeQuery();
  const { data } = webApi.usePlaylistsQuery({});
  const [add] = webApi.useAddToPlaylistMutation();
  const [create] = webApi.useCreatePlaylistMutation();
  const [name, setName] = useState("");
  const mine =
    data?.items.filter(({ owner, collaborative }) => collaborative || owner.id === me?.id) ?? [];

  const put = async (id: string, called: string) => {
    onClose();
    try {
      for (let first = 0; first < uris.length; first += 100)
        await add({ id, uris: uris.slice(first, first + 100) }).unwrap();
      send(notices.told(t`Added to “${called}”`));
    } catch {
      send(notices.told(t`That could not be added to “${called}”.`, { tone: "bad" }));
    }
  };
  const make = async (event: FormEvent) => {
    event.preventDefault();
    const called = name.trim() || t`New playlist`;
    const made = await create({ name: called, public: false }).unwrap();
    await put(made.id, called);
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
            <button type="button" onClick={() => void put(list.id, list.name)}>
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
