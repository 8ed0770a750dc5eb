"""What waits for its file, and what was brought from elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs
from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, select, update

from philomel.engines.log import Record
from philomel.engines.outbox import announce
from philomel.engines.sql import insert_on, write_many
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.playlists.contract import (
    MetWant,
    OpenWant,
    Want,
    WantedMark,
    WantKind,
    WantsMet,
)
from philomel.services.playlists.rules.wants import Brought, added, keys_of
from philomel.services.playlists.store import lists
from philomel.services.playlists.store.sql import resolve, tell_marks
from philomel.services.playlists.store.tables import (
    BROUGHT,
    ENTRY,
    MARK,
    PLAYLIST,
    WANT,
    WANT_KEY,
)

_KINDS = {WantKind.MARKS: 0, WantKind.PLAYLIST: 1}
_MOST_TOLD, _MOST_HEARD = 100, 2_000
_NAMES = {number: kind for kind, number in _KINDS.items()}

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_ANY = select(WANT.c.id).limit(1)
_BY_KEY = select(WANT_KEY.c.want_id).where(WANT_KEY.c.key.in_(_IDS)).distinct()
_BY_ID = select(WANT).where(WANT.c.id.in_(_IDS))
_MINE = select(WANT).where(WANT.c.user_id == bindparam("user"))
_PAGE = (
    _MINE.order_by(WANT.c.since, WANT.c.id).limit(bindparam("limit")).offset(bindparam("offset"))
)
_COUNT = select(func.count()).where(WANT.c.user_id == bindparam("user"))
_AFTER = select(WANT.c.id).where(WANT.c.id > bindparam("after")).order_by(WANT.c.id).limit(500)
_DROP = delete(WANT).where(WANT.c.id.in_(_IDS))
_DROP_KEYS = delete(WANT_KEY).where(WANT_KEY.c.want_id.in_(_IDS))
_KNOWN = select(BROUGHT).where(BROUGHT.c.user_id == bindparam("user"), BROUGHT.c.digest.in_(_IDS))


class Waiting(Struct, frozen=True):
    """An open want, with whose it is and what it brings."""

    id: str
    user_id: str
    kind: WantKind
    want: Want
    playlist_id: str | None
    mark: WantedMark | None


def keep(
    connection: Connection,
    user_id: str,
    playlist_id: str | None,
    waiting: Sequence[tuple[str, Want]],
    at: int,
    marks: Sequence[WantedMark] = (),
) -> None:
    """Wait for these: entries of a playlist by their ids, or marks."""
    kind = WantKind.MARKS if playlist_id is None else WantKind.PLAYLIST
    rows = [
        {
            "id": id_, "user_id": user_id, "kind": _KINDS[kind], "playlist_id": playlist_id,
            "want": _json(want), "mark": _json(marks[number]) if marks else None, "since": at,
        }
        for number, (id_, want) in enumerate(waiting)
    ]  # fmt: skip
    keys = [{"key": key, "want_id": id_} for id_, want in waiting for key in sorted(keys_of(want))]
    write_many(connection, WANT, rows)
    write_many(connection, WANT_KEY, keys)


def there_are(connection: Connection) -> bool:
    return connection.execute(_ANY).first() is not None


def of_keys(connection: Connection, keys: Iterable[str]) -> list[str]:
    """Wants that a track with these words may be."""
    found: dict[str, None] = {}
    every = sorted(keys)
    for start in range(0, len(every), 500):
        asked = {"ids": every[start : start + 500]}
        found |= dict.fromkeys(connection.execute(_BY_KEY, asked).scalars())
    return list(found)


def after(connection: Connection, id_: str) -> list[str]:
    """Up to 500 wants behind one, by id: all of them, in steps."""
    return list(connection.execute(_AFTER, {"after": id_}).scalars())


def find(connection: Connection, ids: Sequence[str]) -> list[Waiting]:
    rows = connection.execute(_BY_ID, {"ids": list(ids)}) if ids else ()
    return [
        Waiting(
            row.id,
            row.user_id,
            _NAMES[row.kind],
            msgspec.json.decode(row.want, type=Want),
            row.playlist_id,
            None if row.mark is None else msgspec.json.decode(row.mark, type=WantedMark),
        )
        for row in rows
    ]


def page(
    connection: Connection, user_id: str, limit: int, offset: int
) -> tuple[list[OpenWant], int]:
    asked = {"user": user_id, "limit": limit, "offset": offset}
    items = [
        OpenWant(
            row.id,
            _NAMES[row.kind],
            msgspec.json.decode(row.want, type=Want),
            row.since,
            row.playlist_id,
        )
        for row in connection.execute(_PAGE, asked)
    ]
    return items, connection.scalar(_COUNT, {"user": user_id}) or 0


def drop(connection: Connection, ids: Sequence[str]) -> None:
    if ids:
        connection.execute(_DROP_KEYS, {"ids": list(ids)})
        connection.execute(_DROP, {"ids": list(ids)})


def meet(connection: Connection, id_: str, track_id: str, length: int, at: int) -> MetWant | None:
    """A wanted track was found: what waited for it is done. Nothing happens twice.

    Returns:
        Plays that are to be told of.
    """
    found = find(connection, [id_])
    if not found:
        return None
    waiting = found[0]
    drop(connection, [id_])
    now = resolve(connection, waiting.want.kind, [track_id])[track_id]
    met = None
    if waiting.mark is not None:
        met = apply_mark(connection, waiting.user_id, now, waiting.mark, at)
    if waiting.playlist_id is not None:
        _fill(connection, waiting, waiting.playlist_id, now, length, at)
    return met


def _fill(
    connection: Connection, waiting: Waiting, playlist_id: str, now: str, length: int, at: int
) -> None:
    """The track takes its place in the playlist."""
    entry = update(ENTRY).where(ENTRY.c.id == waiting.id, ENTRY.c.track_id.is_(None))
    if not connection.execute(entry.values(track_id=now, duration_ms=length)).rowcount:
        return
    longer = length - waiting.want.duration_ms
    changed = update(PLAYLIST).where(PLAYLIST.c.id == playlist_id)
    connection.execute(changed.values(duration_ms=PLAYLIST.c.duration_ms + longer, changed_at=at))
    owner = select(PLAYLIST.c.owner_id).where(PLAYLIST.c.id == playlist_id)
    owner_id = connection.scalar(owner)
    if owner_id is not None:
        lists.tell(connection, owner_id, playlist_id, at)


def bring(
    connection: Connection, user_id: str, track_id: str, mark: WantedMark, at: int
) -> MetWant | None:
    """A mark of something that is there. As `meet`."""
    kind = mark.want.kind
    now = resolve(connection, kind, [track_id])[track_id]
    return apply_mark(connection, user_id, now, mark, at)


def add_to_mark(connection: Connection, user_id: str, id_: str, fresh: WantedMark) -> bool:
    """What waits says this as well from now on; False if it waits no longer."""
    mine = (WANT.c.id == id_, WANT.c.user_id == user_id)
    before = connection.scalar(select(WANT.c.mark).where(*mine))
    if before is None:
        return False
    mark = added(msgspec.json.decode(before, type=WantedMark), fresh)
    connection.execute(update(WANT).where(*mine).values(mark=_json(mark)))
    return True


def known(connection: Connection, user_id: str, digests: Sequence[str]) -> dict[str, Brought]:
    """What this person brought before of these."""
    if not digests:
        return {}
    asked = {"user": user_id, "ids": list(digests)}
    return {
        row.digest: Brought(row.want_id, row.saved, row.rated, row.plays, row.heard_until)
        for row in connection.execute(_KNOWN, asked)
    }


def remember(connection: Connection, user_id: str, brought: Mapping[str, Brought]) -> None:
    """What was brought is known from now on, instead of what was known of it."""
    if brought:
        gone = delete(BROUGHT).where(BROUGHT.c.user_id == user_id, BROUGHT.c.digest.in_(_IDS))
        connection.execute(gone, {"ids": list(brought)})
        rows = [
            {"user_id": user_id, "digest": digest, **structs.asdict(each)}
            for digest, each in brought.items()
        ]
        connection.execute(insert(BROUGHT), rows)


def apply_mark(
    connection: Connection, user_id: str, track_id: str, mark: WantedMark, at: int
) -> MetWant | None:
    """Like and rate as it was elsewhere, unless the person has here already; the plays."""
    kind = mark.want.kind
    asked = (MARK.c.user_id == user_id, MARK.c.kind == kind.value, MARK.c.item_id == track_id)
    row = connection.execute(select(MARK).where(*asked)).first()
    values: dict[str, Any] = {}
    if mark.saved_at is not None and (row is None or row.saved_at is None):
        values["saved_at"] = min(mark.saved_at, at) if mark.saved_at > 0 else at
    if mark.rating and (row is None or row.rating is None):
        rated_at = at if mark.rated_at is None else mark.rated_at
        values |= {"rating": mark.rating, "rated_at": max(0, min(rated_at, at))}
    if values and row is None:
        base = {"user_id": user_id, "kind": kind.value, "item_id": track_id}
        new = insert_on(connection.dialect.name, MARK).values(**base, **values)
        connection.execute(new)
    elif values:
        connection.execute(update(MARK).where(*asked).values(**values))
    if values:
        tell_marks(connection, user_id, kind, [track_id], at)
    if mark.plays or mark.heard:
        return MetWant(user_id, track_id, mark.plays, mark.last_played_at, mark.heard)
    return None


def tell_met(connection: Connection, user_id: str, met: Iterable[MetWant | None], at: int) -> None:
    """Announce plays that were brought, in parts that a log takes."""
    parts: list[list[MetWant]] = []
    heard = 0
    for each in met:
        if each is None:
            continue
        heard += len(each.heard)
        if not parts or heard > _MOST_HEARD or len(parts[-1]) == _MOST_TOLD:
            parts.append([])
            heard = len(each.heard)
        parts[-1].append(each)
    events = [WantsMet(user_id=user_id, items=tuple(part), at=at) for part in parts]
    announce(
        connection,
        [Record(new_event_id(at), user_id, "playlists.WantsMet", to_bytes(e)) for e in events],
    )


def _json(value: Struct) -> str:
    return msgspec.json.encode(value).decode()
