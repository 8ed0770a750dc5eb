import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import type { ApiError } from "../../api/errors";
import type { Playlist, SmartMatch, SmartRules, SmartSort } from "../../api/extension";
import { playlistApi } from "../../api/playlists";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";
import { long, number } from "../../tracks/format";
import { RuleRow } from "./RuleRow";
import {
  type Draft,
  type DraftGroup,
  type DraftRule,
  draftOf,
  emptyDraft,
  fresh,
  freshGroup,
  rulesOf,
} from "./rules";
import styles from "./SmartDialog.module.css";

const PAUSE_MS = 300;

/** Rules of a playlist that fills itself, with what they give right now. */
export default function SmartDialog({ list, onClose }: { list?: Playlist; onClose: () => void }) {
  const go = useNavigate();
  const [create] = playlistApi.useCreateSmartMutation();
  const [change] = playlistApi.useChangeRulesMutation();
  const [name, setName] = useState("");
  const [draft, setDraft] = useState<Draft>(() =>
    list?.rules ? draftOf(list.rules) : emptyDraft(),
  );
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const rules = rulesOf(draft);
  const set = (some: Partial<Draft>) => setDraft({ ...draft, ...some });

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!rules) return;
    setBusy(true);
    try {
      if (list) await change({ id: list.id, rules }).unwrap();
      else {
        const made = await create({ name: name.trim() || t`Smart playlist`, rules }).unwrap();
        void go(`/playlist/${made.id}`);
      }
      onClose();
    } catch (cause) {
      setWrong((cause as ApiError).message);
      setBusy(false);
    }
  };
  const sorts: [SmartSort, string][] = [
    ["artist", t`artist`],
    ["album", t`album`],
    ["title", t`title`],
    ["year", t`year`],
    ["duration", t`length`],
    ["added", t`when it came`],
    ["plays", t`how often you played it`],
    ["last_played", t`when you played it last`],
    ["all_plays", t`how often all played it`],
    ["all_last_played", t`when anybody played it last`],
    ["random", t`chance, anew each day`],
  ];
  return (
    <Dialog
      wide
      title={list ? t`Rules of “${list.name}”` : t`New smart playlist`}
      onClose={onClose}
    >
      <form onSubmit={save} className={styles.form}>
        {!list && (
          <Field
            label={t`Name`}
            value={name}
            maxLength={200}
            placeholder={t`Smart playlist`}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <Match match={draft.match} onMatch={(match) => set({ match })} />
        <Rules rules={draft.rules} onRules={(some) => set({ rules: some })} />
        {draft.groups.map((group, place) => (
          <Group
            key={group.key}
            group={group}
            onGroup={(changed) =>
              set({
                groups: changed
                  ? draft.groups.with(place, changed)
                  : draft.groups.filter(({ key }) => key !== group.key),
              })
            }
          />
        ))}
        <Button
          look="quiet"
          icon="plus"
          onClick={() => set({ groups: [...draft.groups, freshGroup()] })}
        >
          <Trans>Rules in brackets</Trans>
        </Button>
        <div className={styles.order}>
          <label>
            <Trans>Order by</Trans>
            <select
              value={draft.sort}
              onChange={(event) => set({ sort: event.target.value as SmartSort })}
            >
              {sorts.map(([key, words]) => (
                <option key={key} value={key}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          <label>
            <input
              type="checkbox"
              checked={draft.descending}
              onChange={(event) => set({ descending: event.target.checked })}
            />
            <Trans>backwards</Trans>
          </label>
          <label>
            <Trans>At most</Trans>
            <input
              type="number"
              min={1}
              max={10000}
              required
              className={`${styles.value} ${styles.number}`}
              value={draft.limit}
              onChange={(event) => set({ limit: event.target.value })}
            />
            <Trans>songs</Trans>
          </label>
        </div>
        <footer className={styles.foot}>
          <Count rules={rules} wrong={wrong} />
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" look="strong" disabled={!rules || busy}>
            <Trans>Save</Trans>
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function Match({ match, onMatch }: { match: SmartMatch; onMatch: (match: SmartMatch) => void }) {
  return (
    <select
      aria-label={t`How the rules go together`}
      value={match}
      onChange={(event) => onMatch(event.target.value as SmartMatch)}
    >
      <option value="all">{t`All of these are so`}</option>
      <option value="any">{t`One of these is so`}</option>
    </select>
  );
}

function Rules({ rules, onRules }: { rules: DraftRule[]; onRules: (rules: DraftRule[]) => void }) {
  return (
    <ul className={styles.rules}>
      {rules.map((rule, place) => (
        <RuleRow
          key={rule.key}
          rule={rule}
          onRule={(changed) => onRules(rules.with(place, changed))}
          onRemove={() => onRules(rules.filter(({ key }) => key !== rule.key))}
        />
      ))}
      <li>
        <Button look="quiet" icon="plus" onClick={() => onRules([...rules, fresh("genre")])}>
          <Trans>A rule</Trans>
        </Button>
      </li>
    </ul>
  );
}

function Group({
  group,
  onGroup,
}: {
  group: DraftGroup;
  onGroup: (group: DraftGroup | null) => void;
}) {
  return (
    <section className={styles.group} aria-label={t`Rules in brackets`}>
      <header>
        <Match match={group.match} onMatch={(match) => onGroup({ ...group, match })} />
        <Button look="quiet" icon="close" onClick={() => onGroup(null)}>
          <Trans>Remove</Trans>
        </Button>
      </header>
      <Rules rules={group.rules} onRules={(rules) => onGroup({ ...group, rules })} />
    </section>
  );
}

function Count({ rules, wrong }: { rules: SmartRules | null; wrong: string }) {
  const [tried, setTried] = useState(rules);
  const now = JSON.stringify(rules);
  useEffect(() => {
    const timer = setTimeout(() => setTried(JSON.parse(now)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [now]);
  const { data, error, isFetching } = playlistApi.useTryRulesQuery(tried as SmartRules, {
    skip: !tried,
  });
  const told = wrong || (error as ApiError | undefined)?.message;
  if (told && rules)
    return (
      <p role="alert" className={`${styles.count} ${styles.wrong}`}>
        {told}
      </p>
    );
  return (
    <p role="status" className={styles.count} aria-busy={isFetching}>
      {!rules || !data ? (
        <small>{rules ? <Trans>Counting</Trans> : <Trans>Something is still missing</Trans>}</small>
      ) : (
        <>
          <b>
            {plural(data.count, {
              one: `${number(data.count)} song`,
              other: `${number(data.count)} songs`,
            })}
          </b>
          <small>
            {data.count > 0 && long(data.duration_ms)}
            {data.matching > data.count && (
              <>
                {" · "}
                <Trans>of {number(data.matching)} that fit</Trans>
              </>
            )}
          </small>
        </>
      )}
    </p>
  );
}
