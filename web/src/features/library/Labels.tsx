import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import { browseApi } from "../../api/browse";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { LinkRows } from "./LinkRows";
import { useParts } from "./parts";

/** The record labels, each with its albums behind it. */
export function Labels() {
  const { t } = useLingui();
  const [fetchPart] = browseApi.useLazyLabelsQuery();
  const { parts, error, done, more } = useParts("labels", (cursor) =>
    fetchPart(cursor ? { cursor } : {}, true).unwrap(),
  );
  const rows = useMemo(
    () =>
      parts.flatMap(({ items }) =>
        items.map(({ id, name, album_count }) => ({
          key: id,
          to: `/library/albums?${new URLSearchParams({ label: id, name })}`,
          name,
          note: plural(album_count, { one: "# album", other: "# albums" }),
        })),
      ),
    [parts],
  );
  if (error && !rows.length) return <Failed error={error} retry={() => void more()} />;
  if (!parts.length) return <RowsToCome />;
  if (!rows.length && done)
    return <Empty icon="album" title={<Trans>No file names its label</Trans>} />;
  return <LinkRows rows={rows} icon="album" label={t`Labels`} onEnd={() => void more()} />;
}
