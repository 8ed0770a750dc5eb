"""Findings and what waits, in SQL."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)

from philomel.engines.sql import insert_on, write_many
from philomel.kernel.paging import decode_cursor, encode_cursor
from philomel.services.inspection import contract as it
from philomel.services.inspection.contract import FindingKind, SubjectKind
from philomel.services.inspection.rules.examining import Draft
from philomel.services.inspection.rules.remedies import ORDER, REMEDIES, SEVERITIES
from philomel.services.inspection.store import Due, Examined
from philomel.services.inspection.store.tables import due, findings, state, subjects

_RANK = {kind: place for place, kind in enumerate(ORDER)}
_OF_FILES = (_RANK[FindingKind.UNREADABLE], _RANK[FindingKind.ODD_TAGS])
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_NEXT = (
    select(due.c.id, due.c.times, due.c.alone)
    .where(due.c.album == bindparam("albums"))
    .order_by(due.c.since, due.c.id)
    .limit(bindparam("limit"))
)
_ANY = select(due.c.id).limit(1)
_DONE = delete(due).where(
    due.c.id == bindparam("entry"),
    due.c.album == bindparam("albums"),
    due.c.times == bindparam("looked"),
)
_KNOWN = select(findings.c.subject_id, findings.c.rank).where(findings.c.subject_id.in_(_IDS))
_CHANGE = (
    update(findings)
    .where(findings.c.rank == bindparam("kind"), findings.c.subject_id == bindparam("entry"))
    .values(
        library_id=bindparam("library"),
        name=bindparam("called"),
        path=bindparam("lies"),
        detail=bindparam("said"),
        peer_id=bindparam("peer"),
        round=bindparam("look"),
    )
)
_GONE = delete(findings).where(
    findings.c.rank == bindparam("kind"), findings.c.subject_id == bindparam("entry")
)
_PEERS = select(findings.c.subject_id).where(findings.c.peer_id.in_(_IDS)).distinct()
_ALBUMS_OF = select(subjects.c.album_id).where(subjects.c.track_id.in_(_IDS)).distinct()
_TRACKS_OF = select(subjects.c.track_id).where(subjects.c.asset_id.in_(_IDS))
_COUNTS = select(findings.c.rank, findings.c.ignored, func.count()).group_by(
    findings.c.rank, findings.c.ignored
)


def mark(
    connection: Connection, ids: Iterable[str], now: int, *, albums: bool, alone: bool = False
) -> None:
    """These have to be looked at (again)."""
    rows = [
        {"id": id_, "album": albums, "alone": alone, "since": now, "times": 1}
        for id_ in dict.fromkeys(ids)
    ]
    write_many(connection, _mark(connection.dialect.name), rows)


@cache
def _mark(dialect: str) -> Any:
    statement = insert_on(dialect, due)
    values = {"times": due.c.times + 1, "alone": and_(statement.excluded.alone, due.c.alone)}
    return statement.on_conflict_do_update(index_elements=["id", "album"], set_=values)


def mark_assets(connection: Connection, asset_ids: Sequence[str], now: int) -> None:
    """Analysis says something new of these; tracks not looked at yet wait anyway."""
    mark(connection, connection.scalars(_TRACKS_OF, {"ids": asset_ids}).all(), now, albums=False)


def tracks_of(connection: Connection, asset_ids: Sequence[str]) -> list[str]:
    """The tracks with these assets, of those that were looked at."""
    return list(connection.scalars(_TRACKS_OF, {"ids": asset_ids}))


def mark_errors(connection: Connection) -> None:
    """A scan ended, or a library came or went: what cannot be read may have changed."""
    marked = state.c.errors_marked + 1
    connection.execute(update(state).values(errors_due=True, errors_marked=marked))


def is_swept(connection: Connection) -> tuple[bool, str | None]:
    row = connection.execute(select(state)).one()
    return bool(row.swept), row.cursor


def sweep(connection: Connection, ids: Sequence[str], cursor: str | None, now: int) -> None:
    """Take a page of the catalogue's tracks, and remember where the next one begins."""
    mark(connection, ids, now, albums=False)
    connection.execute(update(state).values(cursor=cursor, swept=cursor is None))


def errors_due(connection: Connection) -> int | None:
    """How often they became due, for `errors_done`; None if they are not."""
    row = connection.execute(select(state.c.errors_due, state.c.errors_marked)).one()
    return row.errors_marked if row.errors_due else None


def anything_to_do(connection: Connection) -> bool:
    if connection.execute(_ANY).first() is not None:
        return True
    return not is_swept(connection)[0] or errors_due(connection) is not None


def next_due(connection: Connection, limit: int, *, albums: bool) -> list[Due]:
    rows = connection.execute(_NEXT, {"albums": albums, "limit": limit})
    return [Due(row.id, row.times, bool(row.alone)) for row in rows]


def waiting(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(due)).scalar_one())


def keep(
    connection: Connection,
    looked: Sequence[Due],
    examined: Sequence[Examined],
    peers: Sequence[str],
    now: int,
    *,
    albums: bool,
) -> None:
    """Record what was found of these entries, and let go of what is mended.

    Args:
        peers: other copies whose own findings may have changed by this.
    """
    mark(connection, peers, now, albums=False, alone=True)
    _keep_findings(connection, examined, now, round_=0)
    connection.execute(
        _DONE, [{"entry": one.id, "albums": albums, "looked": one.times} for one in looked]
    )


def keep_errors(connection: Connection, examined: Sequence[Examined], now: int, look: int) -> None:
    """Record a page of errors of files."""
    _keep_findings(connection, examined, now, round_=look, only=_OF_FILES)


def errors_done(connection: Connection, look: int, marked: int) -> None:
    """Let go of the errors that this look did not find any more.

    Args:
        marked: as `errors_due` said before the look.
    """
    connection.execute(
        delete(findings).where(
            findings.c.subject == SubjectKind.FILE.value, findings.c.round != look
        )
    )
    looked = state.c.errors_marked == marked
    connection.execute(update(state).where(looked).values(errors_due=False))


def keep_places(connection: Connection, tracks: Sequence[Examined], now: int) -> None:
    """Remember where tracks are now; their albums, and copies of those that went, are marked.

    What is no track may be an album, or have been one.
    """
    ids = [each.id for each in tracks]
    before = connection.scalars(_ALBUMS_OF, {"ids": ids}).all()
    of = {each.id if each.gone else each.album_id for each in tracks}
    mark(connection, [a for a in {*before, *of} if a is not None], now, albums=True)
    # A copy that is missing is none any more.
    gone = [each.id for each in tracks if each.asset_id is None]
    if gone:
        peers = connection.scalars(_PEERS, {"ids": gone}).all()
        mark(connection, peers, now, albums=False, alone=True)
    connection.execute(delete(subjects).where(subjects.c.track_id.in_(_IDS)), {"ids": ids})
    rows = [
        {"track_id": each.id, "asset_id": each.asset_id, "album_id": each.album_id}
        for each in tracks
        if not each.gone
    ]
    if rows:
        connection.execute(insert(subjects), rows)


def _keep_findings(
    connection: Connection,
    examined: Sequence[Examined],
    now: int,
    *,
    round_: int,
    only: Sequence[int] = (),
) -> None:
    if not examined:
        return
    rows = connection.execute(_KNOWN, {"ids": [each.id for each in examined]})
    known = {(row.subject_id, row.rank) for row in rows if not only or row.rank in only}
    fresh, changed = [], []
    for each in examined:
        for draft in _once(each.found):
            place = (each.id, _RANK[draft.kind])
            values = {
                "library": each.library_id, "called": each.name, "lies": each.path,
                "said": draft.detail, "peer": draft.peer_id, "look": round_,
                "kind": place[1], "entry": each.id,
            }  # fmt: skip
            if place in known:
                known.discard(place)
                changed.append(values)
            else:
                fresh.append(
                    {
                        "rank": place[1], "subject_id": each.id, "subject": each.subject.value,
                        "library_id": each.library_id, "name": each.name, "path": each.path,
                        "detail": draft.detail, "peer_id": draft.peer_id, "ignored": False,
                        "found_at": now, "round": round_,
                    }
                )  # fmt: skip
    if known:
        connection.execute(_GONE, [{"entry": id_, "kind": rank} for id_, rank in known])
    if changed:
        connection.execute(_CHANGE, changed)
    if fresh:
        connection.execute(insert(findings), fresh)


def _once(found: Iterable[Draft]) -> Iterable[Draft]:
    return {draft.kind: draft for draft in found}.values()


def list_findings(connection: Connection, request: it.ListFindings) -> it.FindingPage:
    ignored = true() if request.ignored else false()
    statement = select(findings).where(findings.c.ignored == ignored)
    if request.kind is not None:
        statement = statement.where(findings.c.rank == _RANK[request.kind])
    if request.library_id is not None:
        statement = statement.where(findings.c.library_id == request.library_id)
    if request.text:
        found = [
            func.lower(column).like(f"%{_escaped(spelt)}%", escape="\\")
            for column in (findings.c.name, findings.c.path)
            for spelt in _spellings(request.text)
        ]
        statement = statement.where(or_(*found))
    if request.cursor is not None:
        rank, subject = decode_cursor(request.cursor, tuple[int, str])
        place = tuple_(findings.c.rank, findings.c.subject_id)
        statement = statement.where(place > tuple_(rank, subject))
    statement = statement.order_by(findings.c.rank, findings.c.subject_id)
    rows = connection.execute(statement.limit(request.limit + 1)).all()
    items = rows[: request.limit]
    more = len(rows) > request.limit
    follow = encode_cursor((items[-1].rank, items[-1].subject_id)) if more else None
    return it.FindingPage(tuple(_finding(row) for row in items), follow)


def count_findings(connection: Connection, library_id: str | None) -> it.FindingCounts:
    statement = _COUNTS
    if library_id is not None:
        statement = statement.where(findings.c.library_id == library_id)
    counts = {(row[0], bool(row[1])): row[2] for row in connection.execute(statement)}
    return it.FindingCounts(
        items=tuple(
            it.FindingCount(
                kind=kind,
                severity=SEVERITIES[kind],
                remedy=REMEDIES[kind],
                open=counts.get((rank, False), 0),
                ignored=counts.get((rank, True), 0),
            )
            for rank, kind in enumerate(ORDER)
        ),
        waiting=waiting(connection),
    )


def ignore(connection: Connection, id_: str, *, ignored: bool) -> it.Finding | None:
    kind, _, subject = id_.partition(".")
    if kind not in {each.value for each in ORDER}:
        return None
    where = and_(findings.c.rank == _RANK[FindingKind(kind)], findings.c.subject_id == subject)
    connection.execute(update(findings).where(where).values(ignored=ignored))
    row = connection.execute(select(findings).where(where)).one_or_none()
    return None if row is None else _finding(row)


def _finding(row: Row[tuple[object, ...]]) -> it.Finding:
    kind = ORDER[row.rank]
    return it.Finding(
        id=f"{kind.value}.{row.subject_id}",
        kind=kind,
        severity=SEVERITIES[kind],
        subject=SubjectKind(row.subject),
        subject_id=row.subject_id,
        library_id=row.library_id,
        name=row.name,
        path=row.path,
        detail=row.detail,
        remedy=REMEDIES[kind],
        peer_id=row.peer_id,
        ignored=bool(row.ignored),
        found_at=row.found_at,
    )


def _spellings(text: str) -> list[str]:
    """How a text may be written, where the engine knows the case of ASCII only."""
    forms = (text, text.lower(), text.upper(), text.capitalize(), text.title(), text.casefold())
    ascii_only = ("".join(c.lower() if c.isascii() else c for c in form) for form in forms)
    return list(dict.fromkeys([*ascii_only, text.lower()]))


def _escaped(text: str) -> str:
    """Text for LIKE, in which nothing has a meaning of its own."""
    return "".join(f"\\{c}" if c in "\\%_" else c for c in text)
