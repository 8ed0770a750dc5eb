/** Rules of smart playlists while they are written: which words go with what, and what is whole. */
import type {
  SmartField,
  SmartMatch,
  SmartOperator,
  SmartRule,
  SmartRules,
  SmartSort,
} from "../../api/extension";

export type Kind = "text" | "number" | "date" | "flag" | "id";

const KINDS: Record<Kind, SmartField[]> = {
  text: ["title", "artist", "album", "album_artist", "genre", "comment", "path"],
  number: [
    "year",
    "plays",
    "rating",
    "duration",
    "bpm",
    "bitrate",
    "track_number",
    "disc_number",
    "all_plays",
  ],
  date: ["added", "last_played", "liked_at", "all_last_played"],
  flag: ["liked", "lossless", "explicit", "missing"],
  id: ["playlist", "library"],
};

export const FIELDS: readonly SmartField[] = [
  ...KINDS.text.slice(0, 5),
  "year",
  "plays",
  "last_played",
  "liked",
  "rating",
  "added",
  ...KINDS.number.filter((field) => !["year", "plays", "rating"].includes(field)),
  "liked_at",
  "all_last_played",
  "lossless",
  "explicit",
  "missing",
  ...KINDS.id,
  "comment",
  "path",
];

export const kindOf = (field: SmartField): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => KINDS[kind].includes(field)) ?? "text";

const OPERATORS: Record<Kind, SmartOperator[]> = {
  text: ["contains", "lacks", "is", "is_not", "starts", "ends"],
  number: ["is", "is_not", "at_least", "at_most", "above", "below", "between"],
  date: ["within_days", "beyond_days", "after", "before", "between"],
  flag: ["is"],
  id: ["is", "is_not"],
};

export const operatorsOf = (field: SmartField): SmartOperator[] => OPERATORS[kindOf(field)];

export interface DraftRule {
  key: string;
  field: SmartField;
  operator: SmartOperator;
  values: string[];
}

export interface DraftGroup {
  key: string;
  match: SmartMatch;
  rules: DraftRule[];
}

export interface Draft {
  match: SmartMatch;
  rules: DraftRule[];
  groups: DraftGroup[];
  sort: SmartSort;
  descending: boolean;
  limit: string;
}

let last = 0;
const key = (): string => {
  last += 1;
  return `r${last}`;
};

/** Another field keeps what was written where it still means something. */
export function fresh(field: SmartField, before?: DraftRule): DraftRule {
  const kind = kindOf(field);
  const same = before && kindOf(before.field) === kind && kind !== "id";
  return {
    key: before?.key ?? key(),
    field,
    operator: same ? before.operator : (operatorsOf(field)[0] as SmartOperator),
    values: same ? before.values : [kind === "flag" ? "true" : ""],
  };
}

export function withOperator(rule: DraftRule, operator: SmartOperator): DraftRule {
  const days = (each: SmartOperator) => each === "within_days" || each === "beyond_days";
  const [first = ""] = days(operator) === days(rule.operator) ? rule.values : [""];
  return { ...rule, operator, values: operator === "between" ? [first, ""] : [first] };
}

export const freshGroup = (): DraftGroup => ({
  key: key(),
  match: "any",
  rules: [fresh("artist")],
});

export const emptyDraft = (): Draft => ({
  match: "all",
  rules: [fresh("genre")],
  groups: [],
  sort: "artist",
  descending: false,
  limit: "1000",
});

const keyed = (rule: SmartRule): DraftRule => ({ ...rule, key: key() });

export const draftOf = (rules: SmartRules): Draft => ({
  ...rules,
  rules: rules.rules.map(keyed),
  groups: rules.groups.map((group) => ({
    key: key(),
    match: group.match,
    rules: group.rules.map(keyed),
  })),
  limit: String(rules.limit),
});

const DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/;

export function isWhole({ field, operator, values }: DraftRule): boolean {
  const kind = kindOf(field);
  return values.every((value) => {
    if (kind === "number") return /^-?\d{1,12}$/.test(value);
    if (operator === "within_days" || operator === "beyond_days")
      return /^[1-9]\d{0,4}$/.test(value);
    return kind === "date" ? DATE.test(value) : value.trim() !== "";
  });
}

/** As the server takes them; null while something is missing. */
export function rulesOf(draft: Draft): SmartRules | null {
  const limit = Number(draft.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) return null;
  const groups = draft.groups.filter(({ rules }) => rules.length);
  if (![...draft.rules, ...groups.flatMap(({ rules }) => rules)].every(isWhole)) return null;
  const plain = ({ field, operator, values }: DraftRule): SmartRule => ({
    field,
    operator,
    values,
  });
  return {
    match: draft.match,
    rules: draft.rules.map(plain),
    groups: groups.map(({ match, rules }) => ({ match, rules: rules.map(plain) })),
    sort: draft.sort,
    descending: draft.descending,
    limit,
  };
}
