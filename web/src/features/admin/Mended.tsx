import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import type { Mend } from "../../api/extension";
import { houseApi } from "../../api/house";
import { Button } from "../../design/parts/Button";
import { Row, Rows } from "../../design/parts/Rows";
import { ago } from "../../tracks/dates";
import styles from "./Mend.module.css";
import { FIELDS, textsOf } from "./tags";
import { useFieldNames, useMending } from "./useMending";

const MOST = 100;

/** Which tags were mended, and the way back. */
export default function Mended() {
  const [limit, setLimit] = useState(10);
  const { data } = houseApi.useMendsQuery({ limit });
  const { undo } = useMending();
  const [busy, setBusy] = useState("");
  if (!data?.items.length) return null;
  const take = async (mend: Mend) => {
    setBusy(mend.id);
    await undo([mend]);
    setBusy("");
  };
  return (
    <section className={styles.history} aria-labelledby="mended">
      <h2 id="mended">
        <Trans>What was mended</Trans>
      </h2>
      <Rows>
        {data.items.map((mend) => (
          <Row
            key={mend.id}
            title={mend.after.title || mend.name}
            dimmed={mend.undone_at != null}
            note={
              <>
                <Differences mend={mend} />
                <br />
                {ago(mend.at)} · {mend.path}
              </>
            }
          >
            {mend.undone_at != null ? (
              <span>
                <Trans>Undone</Trans>
              </span>
            ) : (
              <Button
                look="quiet"
                disabled={busy !== ""}
                aria-label={t`Undo: ${mend.after.title || mend.name}`}
                onClick={() => void take(mend)}
              >
                <Trans>Undo</Trans>
              </Button>
            )}
          </Row>
        ))}
      </Rows>
      {data.next && limit < MOST && (
        <Button onClick={() => setLimit(Math.min(MOST, limit * 4))}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </section>
  );
}

function Differences({ mend }: { mend: Mend }) {
  const names = useFieldNames();
  const [before, after] = [textsOf(mend.before), textsOf(mend.after)];
  const changed = FIELDS.filter((field) => before[field] !== after[field]);
  return (
    <>
      {changed.map((field, place) => (
        <span key={field}>
          {place > 0 && " · "}
          {names[field]}: <del>{before[field] || "–"}</del> → <ins>{after[field] || "–"}</ins>
        </span>
      ))}
      {mend.cover && (
        <span>
          {changed.length > 0 && " · "}
          <Trans>Cover</Trans>
        </span>
      )}
    </>
  );
}
