import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { houseApi } from "../../api/house";
import { Button } from "../../design/parts/Button";
import { Row, Rows } from "../../design/parts/Rows";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { moment } from "../../tracks/dates";
import styles from "./Admin.module.css";

const PAGE = 50;

/** What administrators did, the latest first. */
export function Log() {
  const { t } = useLingui();
  const [starts, setStarts] = useState<(number | undefined)[]>([undefined]);
  const [verify, verdict] = houseApi.useLazyVerifyAuditQuery();
  return (
    <section className={styles.section} aria-labelledby="log">
      <div className={styles.top}>
        <h2 id="log">
          <Trans>What administrators did</Trans>
        </h2>
        <Button icon="shield" disabled={verdict.isFetching} onClick={() => void verify()}>
          <Trans>Check that it is whole</Trans>
        </Button>
      </div>
      <p role="status">
        {verdict.data &&
          (verdict.data.broken_at == null
            ? t`No entry was changed, removed or moved.`
            : t`Something is wrong from entry ${verdict.data.broken_at} on.`)}
      </p>
      {starts.map((before, place) => (
        <Part
          key={before ?? 0}
          before={before}
          last={place === starts.length - 1}
          onMore={(next) => setStarts([...starts, next])}
        />
      ))}
    </section>
  );
}

function Part({
  before,
  last,
  onMore,
}: {
  before: number | undefined;
  last: boolean;
  onMore: (before: number) => void;
}) {
  const { data: people } = houseApi.useUsersQuery();
  const { data, error, refetch } = houseApi.useAuditQuery(
    { limit: PAGE, ...(before !== undefined && { before }) },
    { refetchOnMountOrArgChange: true },
  );
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome rows={5} />;
  if (!data.items.length && before === undefined)
    return <Empty icon="clock" title={<Trans>Nothing was done yet</Trans>} />;
  const who = (id: string) => {
    const person = people?.items.find((each) => each.id === id);
    return person ? person.display_name || person.name : id || "CLI";
  };
  const lowest = data.items.at(-1)?.seq;
  return (
    <>
      <Rows>
        {data.items.map((each) => (
          <Row
            key={each.seq}
            title={<code className={styles.code}>{each.action}</code>}
            note={[moment(each.at), who(each.actor_id), each.details].filter(Boolean).join(" · ")}
          />
        ))}
      </Rows>
      {last && lowest !== undefined && lowest > 1 && data.items.length === PAGE && (
        <p className={styles.more}>
          <Button onClick={() => onMore(lowest)}>
            <Trans>Show more</Trans>
          </Button>
        </p>
      )}
    </>
  );
}
