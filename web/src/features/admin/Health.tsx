import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { lazy, Suspense, useState } from "react";
import { at } from "../../api/base";
import type { Finding, FindingKind } from "../../api/extension";
import { houseApi } from "../../api/house";
import { Button } from "../../design/parts/Button";
import { Switch } from "../../design/parts/Field";
import { Row, Rows } from "../../design/parts/Rows";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { number } from "../../tracks/format";
import { useProven } from "../settings/proof";
import styles from "./Admin.module.css";

const Mend = lazy(() => import("./Mend"));
const Mended = lazy(() => import("./Mended"));

/** What other tags, or another cover, would mend. */
const MENDABLE: ReadonlySet<FindingKind> = new Set([
  "missing_tags",
  "odd_tags",
  "contradictory_tags",
  "incomplete_album",
  "duplicate",
  "no_cover",
  "broken_cover",
  "tiny_cover",
]);

const NAMES: Record<FindingKind, MessageDescriptor> = {
  unreadable: msg`Unreadable files`,
  undecodable: msg`Sound that cannot be decoded`,
  missing_file: msg`Missing files`,
  missing_tags: msg`Missing tags`,
  odd_tags: msg`Odd tags`,
  contradictory_tags: msg`Contradictory tags`,
  incomplete_album: msg`Incomplete albums`,
  duplicate: msg`Duplicates`,
  no_cover: msg`No cover`,
  broken_cover: msg`Broken covers`,
  tiny_cover: msg`Tiny covers`,
  wrong_duration: msg`Wrong lengths`,
  silent: msg`Silence`,
  clipped: msg`Clipped sound`,
};

/** What is wrong with the libraries, and what to do about it. */
export function Health() {
  const { t } = useLingui();
  const { data, error, refetch } = houseApi.useFindingCountsQuery();
  const [kind, setKind] = useState<FindingKind | null>(null);
  const [ignored, setIgnored] = useState(false);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome />;
  const found = data.items.filter(({ open, ignored: off }) => open > 0 || off > 0);
  if (!found.length)
    return (
      <>
        <Empty icon="shield" title={<Trans>Nothing is wrong</Trans>}>
          {data.waiting > 0 && (
            <Plural
              value={data.waiting}
              one="# entry waits to be looked at."
              other="# entries wait to be looked at."
            />
          )}
        </Empty>
        <Suspense>
          <Mended />
        </Suspense>
      </>
    );
  return (
    <>
      <ul className={styles.kinds}>
        {found.map((each) => (
          <li key={each.kind}>
            <button
              type="button"
              aria-pressed={kind === each.kind}
              onClick={() => setKind(kind === each.kind ? null : each.kind)}
            >
              <strong>{number(each.open)}</strong>
              <b>{t(NAMES[each.kind])}</b>
              <small>{each.remedy}</small>
            </button>
          </li>
        ))}
      </ul>
      <div className={styles.tools}>
        <Switch label={t`Show what is ignored`} on={ignored} onSwitch={setIgnored} />
        <a href={at("/api/philomel/v1/findings/export?format=csv")} download>
          <Trans>All as a table (CSV)</Trans>
        </a>
      </div>
      <Found key={`${kind} ${ignored}`} kind={kind} ignored={ignored} />
      <Suspense>
        <Mended />
      </Suspense>
    </>
  );
}

function Found({ kind, ignored }: { kind: FindingKind | null; ignored: boolean }) {
  const [cursors, setCursors] = useState<(string | undefined)[]>([undefined]);
  return (
    <>
      {cursors.map((cursor, place) => (
        <Part
          key={cursor ?? ""}
          kind={kind}
          ignored={ignored}
          cursor={cursor}
          last={place === cursors.length - 1}
          onMore={(next) => setCursors([...cursors, next])}
        />
      ))}
    </>
  );
}

function Part({
  kind,
  ignored,
  cursor,
  last,
  onMore,
}: {
  kind: FindingKind | null;
  ignored: boolean;
  cursor: string | undefined;
  last: boolean;
  onMore: (next: string) => void;
}) {
  const { t } = useLingui();
  const [ignore] = houseApi.useIgnoreFindingMutation();
  const [mending, setMending] = useState<Finding | null>(null);
  const { proven, dialog } = useProven();
  const { data, error, refetch } = houseApi.useFindingsQuery({
    ignored,
    limit: 50,
    ...(kind && { kind }),
    ...(cursor && { cursor }),
  });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome rows={4} />;
  const next = data.next;
  const where = ({ path, detail }: Finding) => [detail, path].filter(Boolean).join(" · ");
  return (
    <>
      <Rows label={t`Findings`}>
        {data.items.map((each) => (
          <Row
            key={each.id}
            title={each.name}
            dimmed={each.ignored === true}
            note={
              <>
                {where(each)}
                <br />
                {each.remedy}
              </>
            }
          >
            {MENDABLE.has(each.kind) && each.subject !== "file" && (
              <Button
                icon="edit"
                aria-label={t`Mend ${each.name}`}
                onClick={() => setMending(each)}
              >
                <Trans>Mend</Trans>
              </Button>
            )}
            <Button
              look="quiet"
              onClick={() =>
                void proven(() => ignore({ id: each.id, ignored: !each.ignored }).unwrap())
              }
            >
              {each.ignored ? <Trans>Show again</Trans> : <Trans>Ignore</Trans>}
            </Button>
          </Row>
        ))}
      </Rows>
      {last && next && (
        <p className={styles.more}>
          <Button onClick={() => onMore(next)}>
            <Trans>Show more</Trans>
          </Button>
        </p>
      )}
      {mending && (
        <Suspense>
          <Mend finding={mending} onClose={() => setMending(null)} />
        </Suspense>
      )}
      {dialog}
    </>
  );
}
