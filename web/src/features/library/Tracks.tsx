import { Trans, useLingui } from "@lingui/react/macro";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { browseApi, type TableTrack } from "../../api/browse";
import type { TrackSort } from "../../api/extension";
import { ui } from "../../app/interface";
import { useApp, useSend } from "../../app/store";
import { Icon } from "../../design/icons";
import { IconButton } from "../../design/parts/Button";
import { Menu, type Spot, spotOf } from "../../design/parts/Menu";
import { Empty, Failed, RowsToCome } from "../../design/parts/States";
import { usePlay } from "../../tracks/actions";
import { day } from "../../tracks/dates";
import { clock, number } from "../../tracks/format";
import { usePaged } from "../../tracks/paged";
import { type Listing, TrackList } from "../../tracks/TrackList";
import {
  COLUMNS,
  type Column,
  isDown,
  orderOf,
  pressed,
  SORTS,
  shownOf,
  type TableOrder,
  toggled,
} from "./columns";
import styles from "./Tracks.module.css";

const PAGE = 50;

/** Every song, as a table that is sorted by its headers; pages come as they are scrolled to. */
export function Tracks() {
  const { t } = useLingui();
  const [params, setParams] = useSearchParams();
  const order = orderOf(params);
  const { sort, reverse } = order;
  const kept = useApp((root) => root.interface.columns);
  const shown = useMemo(() => shownOf(kept), [kept]);
  const { data, error: away, refetch } = browseApi.useTracksQuery({ ...order, limit: PAGE });
  const [fetchPage] = browseApi.useLazyTracksQuery();
  const { at, onSeen, fetchAll, error } = usePaged(
    `tracks ${sort} ${reverse}`,
    data?.total ?? 0,
    async (offset, limit) =>
      (await fetchPage({ sort, reverse, limit, ...(offset && { offset }) }, true).unwrap()).items,
  );
  const play = usePlay();
  const total = data?.total ?? 0;
  const listing = useMemo<Listing>(
    () => ({
      count: total,
      at: (place) => {
        const track = at(place);
        return {
          key: `${sort} ${reverse} ${place}`,
          track,
          cells: track && <Cells track={track} columns={shown} />,
        };
      },
    }),
    [total, at, shown, sort, reverse],
  );
  if ((away && !data) || (error && !total))
    return <Failed error={away ?? error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome />;
  if (!total) return <Empty icon="note" title={<Trans>No songs yet</Trans>} />;
  return (
    <>
      <Header
        order={order}
        shown={shown}
        onSort={(by) => {
          const next = pressed(order, by);
          setParams({ sort: next.sort, ...(next.reverse && { reverse: "1" }) }, { replace: true });
        }}
      />
      <TrackList
        label={t`All songs`}
        tracks={listing}
        onSeen={onSeen}
        fetchTracks={fetchAll}
        onPlay={(place) => {
          const near = Array.from({ length: Math.min(200, total - place) }, (_, step) =>
            at(place + step),
          ).flatMap((track) => track ?? []);
          play(near, {
            context: { kind: "tracks", uri: "library:tracks", name: t`All songs` },
            index: 0,
            shuffle: false,
          });
        }}
      />
    </>
  );
}

function Cells({ track, columns }: { track: TableTrack; columns: readonly Column[] }) {
  const texts: Record<Column, React.ReactNode> = {
    album: track.album && <Link to={`/album/${track.album.id}`}>{track.album.name}</Link>,
    year: track.date.slice(0, 4),
    genre: track.genres.join(", "),
    added: track.addedAt ? day(track.addedAt) : "",
    plays: track.plays ? number(track.plays) : "",
    bpm: track.bpm ?? "",
    length: clock(track.duration_ms),
  };
  return columns.map((column) => (
    <span key={column} className={`${styles.cell} ${styles[column]}`} dir="auto">
      {texts[column]}
    </span>
  ));
}

function Header({
  order,
  shown,
  onSort,
}: {
  order: TableOrder;
  shown: readonly Column[];
  onSort: (sort: TrackSort) => void;
}) {
  const { t } = useLingui();
  const send = useSend();
  const [choosing, setChoosing] = useState<Spot | null>(null);
  const names: Record<Column | "title" | "artist", string> = {
    title: t`Title`,
    artist: t`Artist`,
    album: t`Album`,
    year: t`Year`,
    genre: t`Genre`,
    added: t`Added`,
    plays: t`Plays`,
    bpm: t`BPM`,
    length: t`Length`,
  };
  const one = (column: Column | "title" | "artist") => {
    const sort = SORTS[column];
    const name = names[column];
    if (!sort) return <span key={column}>{name}</span>;
    const on = order.sort === sort;
    const down = isDown(order);
    return (
      <button
        key={column}
        type="button"
        aria-pressed={on}
        aria-label={
          on ? (down ? t`By ${name}, downwards` : t`By ${name}, upwards`) : t`Sort by ${name}`
        }
        className={on ? styles.on : ""}
        onClick={() => onSort(sort)}
      >
        {name}
        {on && <Icon name="chevronDown" size={14} className={down ? "" : styles.up} />}
      </button>
    );
  };
  return (
    <div className={styles.header} role="toolbar" aria-label={t`Order of the songs`}>
      <select
        aria-label={t`Order`}
        value={order.sort}
        onChange={(event) => onSort(event.target.value as TrackSort)}
      >
        {(["title", "artist", ...COLUMNS] as const).map(
          (column) =>
            SORTS[column] && (
              <option key={column} value={SORTS[column]}>
                {names[column]}
              </option>
            ),
        )}
      </select>
      <span className={styles.names}>
        {one("title")}
        {one("artist")}
      </span>
      {shown.map((column) => (
        <span key={column} className={`${styles.cell} ${styles[column]}`}>
          {one(column)}
        </span>
      ))}
      <span className={styles.acts} />
      <IconButton
        icon="rules"
        label={t`Choose columns`}
        className={styles.choose}
        aria-haspopup="menu"
        onClick={(event) => setChoosing(spotOf(event))}
      />
      {choosing && (
        <Menu
          at={choosing}
          label={t`Columns`}
          items={COLUMNS.map((column) => ({
            label: names[column],
            checked: shown.includes(column),
            act: () => send(ui.changed({ columns: toggled(shown, column) })),
          }))}
          onClose={() => setChoosing(null)}
        />
      )}
    </div>
  );
}
