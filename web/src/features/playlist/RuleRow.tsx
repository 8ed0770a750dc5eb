import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useId } from "react";
import type { SmartField, SmartOperator } from "../../api/extension";
import { playlistApi } from "../../api/playlists";
import { webApi } from "../../api/webapi";
import { IconButton } from "../../design/parts/Button";
import { type DraftRule, FIELDS, fresh, isWhole, kindOf, operatorsOf, withOperator } from "./rules";
import styles from "./SmartDialog.module.css";

const fieldNames = (): Record<SmartField, string> => ({
  title: t`Title`,
  artist: t`Artist`,
  album: t`Album`,
  album_artist: t`Album artist`,
  genre: t`Genre`,
  year: t`Year`,
  duration: t`Length in seconds`,
  bpm: t`Beats per minute`,
  track_number: t`Track number`,
  disc_number: t`Disc number`,
  comment: t`Comment`,
  path: t`Path of the file`,
  library: t`Library`,
  explicit: t`Explicit`,
  missing: t`Its file is missing`,
  lossless: t`Lossless`,
  bitrate: t`Kilobits per second`,
  added: t`Came into the library`,
  plays: t`Played by you, times`,
  last_played: t`Last played by you`,
  liked: t`Liked`,
  liked_at: t`When you liked it`,
  rating: t`Your rating`,
  playlist: t`In a playlist`,
  all_plays: t`Played by all, times`,
  all_last_played: t`Last played by anybody`,
});

const operatorNames = (): Record<SmartOperator, string> => ({
  is: t`is`,
  is_not: t`is not`,
  contains: t`contains`,
  lacks: t`does not contain`,
  starts: t`begins with`,
  ends: t`ends with`,
  above: t`is more than`,
  below: t`is less than`,
  at_least: t`is at least`,
  at_most: t`is at most`,
  between: t`is between`,
  before: t`is before`,
  after: t`is after`,
  within_days: t`is in the last`,
  beyond_days: t`is longer ago than`,
});

/** One rule: what it looks at, how, and for what. */
export function RuleRow({
  rule,
  onRule,
  onRemove,
}: {
  rule: DraftRule;
  onRule: (rule: DraftRule) => void;
  onRemove: () => void;
}) {
  const names = fieldNames();
  const operators = operatorsOf(rule.field);
  const operatorName = operatorNames();
  const days = rule.operator === "within_days" || rule.operator === "beyond_days";
  const several = kindOf(rule.field) === "text" && ["is", "is_not"].includes(rule.operator);
  const set = (place: number, value: string) =>
    onRule({ ...rule, values: rule.values.with(place, value) });
  return (
    <li className={styles.rule}>
      <select
        aria-label={t`What the rule looks at`}
        value={rule.field}
        onChange={(event) => onRule(fresh(event.target.value as SmartField, rule))}
      >
        {FIELDS.map((field) => (
          <option key={field} value={field}>
            {names[field]}
          </option>
        ))}
      </select>
      {operators.length > 1 && (
        <select
          aria-label={t`How it is compared`}
          value={rule.operator}
          onChange={(event) => onRule(withOperator(rule, event.target.value as SmartOperator))}
        >
          {operators.map((operator) => (
            <option key={operator} value={operator}>
              {operatorName[operator]}
            </option>
          ))}
        </select>
      )}
      {rule.values.map((value, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values have no name but their place
        <Value key={place} rule={rule} value={value} onValue={(text) => set(place, text)} />
      ))}
      {days && (
        <span className={styles.words}>
          <Trans>days</Trans>
        </span>
      )}
      {several && (
        <IconButton
          icon="plus"
          size={16}
          label={t`Or another value`}
          onClick={() => onRule({ ...rule, values: [...rule.values, ""] })}
        />
      )}
      <IconButton
        icon="close"
        size={16}
        label={t`Remove this rule`}
        onClick={() =>
          several && rule.values.length > 1
            ? onRule({ ...rule, values: rule.values.slice(0, -1) })
            : onRemove()
        }
      />
    </li>
  );
}

function Value({
  rule,
  value,
  onValue,
}: {
  rule: DraftRule;
  value: string;
  onValue: (value: string) => void;
}) {
  const list = useId();
  const kind = kindOf(rule.field);
  const { data: genres } = webApi.useGenresQuery(undefined, { skip: rule.field !== "genre" });
  const label = t`What it is compared with`;
  if (kind === "flag")
    return (
      <select aria-label={label} value={value} onChange={(event) => onValue(event.target.value)}>
        <option value="true">{t`yes`}</option>
        <option value="false">{t`no`}</option>
      </select>
    );
  if (kind === "id") return <Named rule={rule} value={value} onValue={onValue} label={label} />;
  const days = rule.operator === "within_days" || rule.operator === "beyond_days";
  const counted = kind === "number" || days;
  const wrong = value !== "" && !isWhole({ ...rule, values: [value] });
  return (
    <>
      <input
        type={counted ? "number" : "text"}
        aria-label={label}
        aria-invalid={wrong}
        className={`${styles.value} ${counted ? styles.number : ""}`}
        value={value}
        maxLength={300}
        min={days ? 1 : undefined}
        placeholder={kind === "date" && !days ? "2024-05-31" : undefined}
        list={genres ? list : undefined}
        onChange={(event) => onValue(event.target.value)}
      />
      {genres && (
        <datalist id={list}>
          {genres.genres.map((genre) => (
            <option key={genre} value={genre} />
          ))}
        </datalist>
      )}
    </>
  );
}

function Named({
  rule,
  value,
  onValue,
  label,
}: {
  rule: DraftRule;
  value: string;
  onValue: (value: string) => void;
  label: string;
}) {
  const { data: libraries } = playlistApi.useVisibleLibrariesQuery(undefined, {
    skip: rule.field !== "library",
  });
  const { data: lists } = playlistApi.useRailListsQuery(undefined, {
    skip: rule.field !== "playlist",
  });
  const options =
    rule.field === "library"
      ? (libraries?.items ?? [])
      : (lists?.lists.filter(({ rules }) => !rules) ?? []);
  return (
    <select
      className={styles.value}
      aria-label={label}
      value={value}
      onChange={(event) => onValue(event.target.value)}
    >
      <option value="">{t`Choose`}</option>
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
