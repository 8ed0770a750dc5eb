"""Playlists: their rows, who has them, and what is said of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from philomel.engines.log import Record
from philomel.engines.outbox import announce
from philomel.kernel.ids import new_event_id
from philomel.rpc.codec import to_bytes
from philomel.services.playlists.contract import (
    ListPlaylists,
    Playlist,
    PlaylistChanged,
    PlaylistCover,
    PlaylistRemoved,
    SmartRules,
)
from philomel.services.playlists.rules.edits import snapshot_id
from philomel.services.playlists.rules.order import GAP
from philomel.services.playlists.store.tables import PLAYLIST, SHELVED

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_MINE = and_(SHELVED.c.playlist_id == PLAYLIST.c.id, SHELVED.c.user_id == bindparam("user"))
_ALL = select(
    PLAYLIST, SHELVED.c.user_id.label("had_by"), SHELVED.c.folder_id, SHELVED.c.place
).where(PLAYLIST.c.gone == false())
_SEEN_BY = _ALL.join_from(PLAYLIST, SHELVED, _MINE, isouter=True)
_BY_ID = _SEEN_BY.where(PLAYLIST.c.id.in_(_IDS))
_BY_SOURCE = _SEEN_BY.where(
    PLAYLIST.c.owner_id == bindparam("user"), PLAYLIST.c.source == bindparam("source")
).limit(1)
_EVERY = _SEEN_BY.where(PLAYLIST.c.id > bindparam("after")).order_by(PLAYLIST.c.id)
_HAD = _ALL.join_from(SHELVED, PLAYLIST, _MINE)
_TOP = select(func.min(SHELVED.c.place)).where(SHELVED.c.user_id == bindparam("user"))
_CHANGE = update(PLAYLIST).where(PLAYLIST.c.id == bindparam("playlist"))
_FOLLOWERS = (
    select(SHELVED.c.user_id)
    .join_from(SHELVED, PLAYLIST, PLAYLIST.c.id == SHELVED.c.playlist_id)
    .where(
        PLAYLIST.c.id == bindparam("playlist"),
        SHELVED.c.user_id.in_(_IDS),
        SHELVED.c.user_id != PLAYLIST.c.owner_id,
        or_(SHELVED.c.public == true(), SHELVED.c.user_id == bindparam("user")),
    )
)
_LEAVE = delete(SHELVED).where(
    SHELVED.c.user_id == bindparam("user"), SHELVED.c.playlist_id == bindparam("playlist")
)
_COVER_USED = select(PLAYLIST.c.id).where(PLAYLIST.c.cover_id == bindparam("cover")).limit(1)


class Shown(Struct, frozen=True):
    """Which of a person's playlists the scopes of the call cover."""

    private: bool
    collaborative: bool


def find(connection: Connection, ids: Sequence[str], user_id: str | None) -> list[Playlist]:
    """Those of `ids` that there are, in their order, as this person has them."""
    if not ids:
        return []
    rows = connection.execute(_BY_ID, {"ids": list(ids), "user": user_id or ""}).mappings()
    found = {row["id"]: _read(row, user_id) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def find_one(connection: Connection, id_: str, user_id: str | None) -> Playlist | None:
    return next(iter(find(connection, [id_], user_id)), None)


def of_source(connection: Connection, owner_id: str, source: str) -> Playlist | None:
    """What a person brought from there; nothing comes from the empty source."""
    asked = {"user": owner_id, "source": source}
    row = connection.execute(_BY_SOURCE, asked).mappings().first() if source else None
    return None if row is None else _read(row, owner_id)


def create(connection: Connection, made: Playlist) -> Playlist:
    """The new playlist; the one there is if it was brought from the same source before."""
    owner = made.owner_id
    there = of_source(connection, owner, made.source)
    if there is not None:
        return there
    row = {
        "id": made.id, "owner_id": owner, "name": made.name, "description": made.description,
        "public": made.public, "collaborative": made.collaborative, "gone": False, "revision": 1,
        "created_at": made.created_at, "changed_at": made.changed_at, "track_count": 0,
        "duration_ms": 0, "follower_count": 0, "cover_id": None, "cover_sizes": "",
        "rules": None if made.rules is None else _json(made.rules), "source": made.source,
    }  # fmt: skip
    connection.execute(insert(PLAYLIST), row)
    shelve(connection, made.id, owner, public=True, at=made.created_at, folder=made.folder_id)
    tell(connection, owner, made.id, made.created_at)
    found = find_one(connection, made.id, owner)
    assert found is not None
    return found


def change(connection: Connection, playlist: Playlist, values: Mapping[str, Any], at: int) -> None:
    """Change columns of a playlist."""
    connection.execute(_CHANGE.values(**values, changed_at=at), {"playlist": playlist.id})
    tell(connection, playlist.owner_id, playlist.id, at)


def change_rules(
    connection: Connection, playlist: Playlist, revision: int, rules: SmartRules, at: int
) -> None:
    change(connection, playlist, {"rules": _json(rules), "revision": revision}, at)


def remove(connection: Connection, playlist: Playlist, at: int) -> None:
    """Nobody sees it any more; what is left of it is cleared away later."""
    connection.execute(_CHANGE.values(gone=True), {"playlist": playlist.id})
    event = PlaylistRemoved(user_id=playlist.owner_id, playlist_id=playlist.id, at=at)
    record = Record(
        new_event_id(at), playlist.owner_id, "playlists.PlaylistRemoved", to_bytes(event)
    )
    announce(connection, [record])


def shelve(
    connection: Connection,
    playlist_id: str,
    user_id: str,
    *,
    public: bool,
    at: int,
    folder: str | None = None,
) -> None:
    """Put a playlist on top of a person's."""
    top = connection.scalar(_TOP, {"user": user_id})
    row = {
        "user_id": user_id, "playlist_id": playlist_id, "public": public, "since": at,
        "folder_id": folder, "place": 0 if top is None else top - GAP,
    }  # fmt: skip
    connection.execute(insert(SHELVED), row)


def follow(
    connection: Connection, playlist: Playlist, user_id: str, *, public: bool, at: int
) -> None:
    """May be repeated: then only who may know of it changes."""
    if playlist.followed:
        same = and_(SHELVED.c.playlist_id == playlist.id, SHELVED.c.user_id == user_id)
        connection.execute(update(SHELVED).where(same).values(public=public))
        return
    shelve(connection, playlist.id, user_id, public=public, at=at)
    _count(connection, playlist, 1, at)


def unfollow(connection: Connection, playlist: Playlist, user_id: str, at: int) -> None:
    if playlist.owner_id == user_id:
        return
    if connection.execute(_LEAVE, {"user": user_id, "playlist": playlist.id}).rowcount:
        _count(connection, playlist, -1, at)


def followers(
    connection: Connection, playlist_id: str, user_ids: Sequence[str], caller: str | None
) -> set[str]:
    asked = {"playlist": playlist_id, "ids": list(user_ids), "user": caller or ""}
    return set(connection.execute(_FOLLOWERS, asked).scalars()) if user_ids else set()


def page(
    connection: Connection, request: ListPlaylists, user_id: str | None, shown: Shown
) -> tuple[list[Playlist], int]:
    """A page of what a person has, or of the public ones of another, and how many there are."""
    values: dict[str, Any] = {"user": user_id or ""}
    if request.user_id is None:
        mine = or_(
            PLAYLIST.c.public == true(),
            PLAYLIST.c.collaborative == true() if shown.collaborative else false(),
            and_(PLAYLIST.c.owner_id == bindparam("user"), PLAYLIST.c.collaborative == false())
            if shown.private
            else false(),
        )
        query = _HAD.where(mine).order_by(SHELVED.c.place, PLAYLIST.c.id)
    else:
        values["owner"] = request.user_id
        theirs = and_(PLAYLIST.c.owner_id == bindparam("owner"), PLAYLIST.c.public == true())
        query = _SEEN_BY.where(theirs).order_by(PLAYLIST.c.created_at.desc(), PLAYLIST.c.id)
    return _page(connection, query, values, user_id, request.limit, request.offset)


def public_page(
    connection: Connection, user_id: str | None, limit: int, offset: int
) -> tuple[list[Playlist], int]:
    query = _SEEN_BY.where(PLAYLIST.c.public == true()).order_by(
        PLAYLIST.c.follower_count.desc(), PLAYLIST.c.id
    )
    return _page(connection, query, {"user": user_id or ""}, user_id, limit, offset)


def every(connection: Connection, after: str, limit: int) -> list[Playlist]:
    """The next ones by id, as nobody in particular has them."""
    rows = connection.execute(_EVERY.limit(limit), {"after": after, "user": ""}).mappings()
    return [_read(row, None) for row in rows]


def cover_used(connection: Connection, cover_id: str) -> bool:
    return connection.execute(_COVER_USED, {"cover": cover_id}).first() is not None


def tell(connection: Connection, owner_id: str, playlist_id: str, at: int) -> None:
    event = PlaylistChanged(user_id=owner_id, playlist_id=playlist_id, at=at)
    record = Record(new_event_id(at), owner_id, "playlists.PlaylistChanged", to_bytes(event))
    announce(connection, [record])


def _page(
    connection: Connection,
    query: Select[Any],
    values: dict[str, Any],
    user_id: str | None,
    limit: int,
    offset: int,
) -> tuple[list[Playlist], int]:
    paged = query.limit(bindparam("limit")).offset(bindparam("offset"))
    rows = connection.execute(paged, {**values, "limit": limit, "offset": offset}).mappings()
    items = [_read(row, user_id) for row in rows]
    counted = select(func.count()).select_from(query.order_by(None).subquery())
    return items, connection.scalar(counted, values) or 0


def _count(connection: Connection, playlist: Playlist, by: int, at: int) -> None:
    more = PLAYLIST.c.follower_count + by
    connection.execute(_CHANGE.values(follower_count=more), {"playlist": playlist.id})
    tell(connection, playlist.owner_id, playlist.id, at)


def _read(row: RowMapping, user_id: str | None) -> Playlist:
    rules = row["rules"]
    cover = None
    if row["cover_id"] is not None:
        sizes = msgspec.json.decode(row["cover_sizes"], type=tuple[int, ...])
        cover = PlaylistCover(row["cover_id"], sizes)
    return Playlist(
        id=row["id"],
        owner_id=row["owner_id"],
        name=row["name"],
        description=row["description"],
        public=row["public"],
        collaborative=row["collaborative"],
        snapshot_id=snapshot_id(row["id"], row["revision"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        track_count=row["track_count"] if rules is None else None,
        duration_ms=row["duration_ms"] if rules is None else None,
        follower_count=row["follower_count"],
        cover=cover,
        followed=row["had_by"] is not None,
        folder_id=row["folder_id"],
        rules=None if rules is None else msgspec.json.decode(rules, type=SmartRules),
        source=row["source"] if row["owner_id"] == user_id else "",
    )


def _json(rules: SmartRules) -> str:
    return msgspec.json.encode(rules).decode()
