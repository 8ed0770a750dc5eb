"""The choice, the tasks and what was found, in SQL."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from philomel.engines.sql import insert_on
from philomel.services.catalog.contract import EntryKind
from philomel.services.enrichment import contract as it
from philomel.services.enrichment.store import KINDS, Filling, Task
from philomel.services.enrichment.store.tables import (
    FAILED,
    FOUND,
    NOTHING,
    WAITING,
    artist_infos,
    choice,
    found_lyrics,
    tasks,
)

_CHOICE = select(choice)
_CHOOSE = update(choice)
_COUNTS = select(tasks.c.state, func.count()).group_by(tasks.c.state)
_NEXT = (
    select(tasks.c.id, tasks.c.tries)
    .where(
        tasks.c.state == bindparam("state"),
        tasks.c.kind == bindparam("of"),
        tasks.c.due_at <= bindparam("now"),
    )
    .order_by(tasks.c.due_at)
    .limit(1)
)
_LOST = (
    select(tasks.c.id, tasks.c.tries)
    .where(
        tasks.c.state == bindparam("state"),
        tasks.c.kind == bindparam("of"),
        tasks.c.due_at > bindparam("far"),
    )
    .limit(1)
)
_FAR_MS = 8 * 86_400_000
"""Nothing is put off for longer: what is due later was put off before the clock was set back."""

_SETTLE = (
    update(tasks)
    .where(tasks.c.id == bindparam("task"))
    .values(
        state=bindparam("becomes"),
        due_at=bindparam("due"),
        tries=bindparam("times"),
        note=bindparam("said"),
    )
)
_AGAIN = (
    update(tasks)
    .where(tasks.c.id.in_(bindparam("ids", expanding=True)))
    .values(state=WAITING, due_at=0, tries=0, note=None)
)
_OLD = (
    select(tasks.c.id)
    .where(
        tasks.c.state == bindparam("state"),
        tasks.c.kind == bindparam("of"),
        or_(tasks.c.due_at <= bindparam("now"), tasks.c.due_at > bindparam("far")),
    )
    .limit(500)
)
_INFO = select(artist_infos).where(artist_infos.c.artist_id == bindparam("id"))
_LYRICS = select(found_lyrics).where(found_lyrics.c.track_id == bindparam("id"))


def is_enabled(connection: Connection) -> bool:
    row = connection.execute(_CHOICE).one_or_none()
    return row is not None and bool(row.enabled)


def get_state(connection: Connection) -> it.State:
    row = connection.execute(_CHOICE).one_or_none()
    counts = {row[0]: row[1] for row in connection.execute(_COUNTS)}
    return it.State(
        enabled=None if row is None else bool(row.enabled),
        waiting=counts.get(WAITING, 0),
        found=counts.get(FOUND, 0),
        nothing=counts.get(NOTHING, 0),
        failed=counts.get(FAILED, 0),
        error=None if row is None else row.error,
    )


def choose(connection: Connection, *, enabled: bool, now: int) -> None:
    """Keep the decision; a new yes has the whole catalogue looked through."""
    before = connection.execute(_CHOICE).one_or_none()
    if before is not None and bool(before.enabled) == enabled:
        return
    values = {
        "enabled": enabled,
        "at": now,
        "error": None,
        "cursor": None,
        "filling": KINDS[0].value if enabled else None,
    }
    if before is None:
        connection.execute(choice.insert(), {"one": 1, **values})
    else:
        connection.execute(_CHOOSE.values(values))


def get_filling(connection: Connection) -> Filling | None:
    row = connection.execute(_CHOICE).one_or_none()
    if row is None or not row.enabled or row.filling is None:
        return None
    return Filling(EntryKind(row.filling), row.cursor)


def filled(connection: Connection, at: Filling, ids: Sequence[str], cursor: str | None) -> None:
    """Take a page of the catalogue, and remember where the next one begins."""
    if get_filling(connection) != at:
        return  # somebody decided anew meanwhile
    add_tasks(connection, [(id_, at.kind) for id_ in ids])
    kind: EntryKind | None = at.kind
    if cursor is None:
        place = KINDS.index(at.kind) + 1
        kind = KINDS[place] if place < len(KINDS) else None
    connection.execute(_CHOOSE.values(filling=kind.value if kind else None, cursor=cursor))


def add_tasks(connection: Connection, entries: Sequence[tuple[str, EntryKind]]) -> None:
    """Ask about these, unless that was done."""
    if not entries:
        return
    rows = [
        {"id": id_, "kind": KINDS.index(kind), "state": WAITING, "due_at": 0, "tries": 0}
        for id_, kind in entries
    ]
    statement = insert_on(connection.dialect.name, tasks).on_conflict_do_nothing()
    connection.execute(statement, rows)


def next_task(connection: Connection, now: int) -> Task | None:
    for place, kind in enumerate(KINDS):
        values = {"state": WAITING, "of": place}
        row = (
            connection.execute(_NEXT, {**values, "now": now}).one_or_none()
            or connection.execute(_LOST, {**values, "far": now + _FAR_MS}).one_or_none()
        )
        if row is not None:
            return Task(row.id, kind, row.tries)
    return None


def renew(connection: Connection, now: int, span: int) -> int:
    """Ask again about what nobody knew long enough ago; how many entries that are.

    Args:
        span: after so many milliseconds; what is due later was settled before the clock was
            set back.
    """
    renewed = 0
    for place in range(len(KINDS)):
        values = {"state": NOTHING, "of": place, "now": now, "far": now + span}
        ids = connection.execute(_OLD, values).scalars().all()
        if ids:
            connection.execute(_AGAIN, {"ids": ids})
        renewed += len(ids)
    return renewed


def settle(
    connection: Connection, task: Task, state: int, due_at: int, note: str | None = None
) -> None:
    """What became of a task.

    Args:
        due_at: when it is to be looked at again, milliseconds since the Unix epoch.
    """
    tries = task.tries + 1 if state == WAITING else 0
    values = {"task": task.id, "becomes": state, "due": due_at, "times": tries, "said": note}
    connection.execute(_SETTLE, values)


def set_error(connection: Connection, error: str | None) -> None:
    connection.execute(_CHOOSE.values(error=error))


def look_again(connection: Connection, entries: Sequence[tuple[str, EntryKind]]) -> None:
    add_tasks(connection, entries)
    if entries:
        connection.execute(_AGAIN, {"ids": [id_ for id_, _ in entries]})


def keep_info(connection: Connection, info: it.ArtistInfo, now: int) -> None:
    links = msgspec.json.encode([(link.kind, link.url) for link in info.links]).decode()
    connection.execute(delete(artist_infos).where(artist_infos.c.artist_id == info.artist_id))
    connection.execute(
        artist_infos.insert(),
        {
            "artist_id": info.artist_id, "musicbrainz_id": info.musicbrainz_id,
            "biography": info.biography, "language": info.language, "source": info.source,
            "source_url": info.source_url, "links": links, "found_at": now,
        },
    )  # fmt: skip


def get_info(connection: Connection, artist_id: str) -> it.ArtistInfo | None:
    row = connection.execute(_INFO, {"id": artist_id}).one_or_none()
    if row is None:
        return None
    links = msgspec.json.decode(row.links, type=list[tuple[str, str]])
    return it.ArtistInfo(
        artist_id=row.artist_id, musicbrainz_id=row.musicbrainz_id, biography=row.biography,
        language=row.language, source=row.source, source_url=row.source_url,
        links=tuple(it.Link(kind, url) for kind, url in links),
    )  # fmt: skip


def keep_lyrics(connection: Connection, track_id: str, lyrics: it.FoundLyrics, now: int) -> None:
    connection.execute(delete(found_lyrics).where(found_lyrics.c.track_id == track_id))
    values = {"track_id": track_id, "found_at": now, **msgspec.structs.asdict(lyrics)}
    connection.execute(found_lyrics.insert(), values)


def get_lyrics(connection: Connection, track_id: str) -> it.FoundLyrics | None:
    row = connection.execute(_LYRICS, {"id": track_id}).one_or_none()
    return None if row is None else it.FoundLyrics(row.text, bool(row.synced), row.source)


def merge(connection: Connection, old: str, new: str) -> None:
    """What was found for `old` is of `new`, unless that has something itself."""
    for table, key in (
        (artist_infos, artist_infos.c.artist_id),
        (found_lyrics, found_lyrics.c.track_id),
        (tasks, tasks.c.id),
    ):
        taken = connection.execute(select(key).where(key == new)).first() is not None
        if taken:
            connection.execute(delete(table).where(key == old))
        else:
            connection.execute(update(table).where(key == old).values({key.name: new}))
