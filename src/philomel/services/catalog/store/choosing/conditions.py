"""Tracks for which conditions hold: one statement, with every value as a parameter."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.types import Text

from philomel.engines.sql import listed
from philomel.services.catalog.contract import (
    Comparison,
    Condition,
    SelectedTracks,
    SelectTracks,
    TrackField,
    TrackOrder,
)
from philomel.services.catalog.rules.folding import fold, sort_key
from philomel.services.catalog.store.tables import (
    ARTIST,
    album_credits,
    albums,
    artists,
    files,
    genres,
    track_credits,
    track_genres,
    tracks,
)

Condition_ = ColumnElement[bool]

_LOSSLESS = ("flac", "wav", "aiff", "wavpack")
_NUMBERS: Mapping[TrackField, ColumnElement[Any]] = {
    TrackField.YEAR: tracks.c.year,
    TrackField.DURATION_MS: tracks.c.duration_ms,
    TrackField.BPM: tracks.c.bpm,
    TrackField.TRACK_NUMBER: tracks.c.track_number,
    TrackField.DISC_NUMBER: tracks.c.disc_number,
    TrackField.ADDED_AT: tracks.c.added_at,
    TrackField.PLAYS: tracks.c.play_count,
    TrackField.LAST_PLAYED_AT: tracks.c.last_played_at,
}
_BY_COLUMN: Mapping[TrackOrder, ColumnElement[Any]] = {
    TrackOrder.TITLE: tracks.c.sort_key,
    TrackOrder.DURATION: tracks.c.duration_ms,
    TrackOrder.ADDED: tracks.c.added_at,
    TrackOrder.PLAYS: tracks.c.play_count,
    TrackOrder.LAST_PLAYED: tracks.c.last_played_at,
}
_MULTIPLIER, _MODULUS = 48_271, 2_147_483_647


def choose(connection: Connection, asked: SelectTracks, seen: Sequence[str]) -> SelectedTracks:
    """A page of the tracks for which the conditions hold, and how many there are."""
    if not seen:
        return SelectedTracks((), 0, 0, 0)
    where = _where(connection.dialect.name, asked)
    listed = any(
        each.field is TrackField.ID and not each.negated
        for group in asked.groups
        for each in group.conditions
    )
    # SQLite is to begin with a list of ids, and not with all tracks of the libraries.
    library = func.coalesce(tracks.c.library_id, "") if listed else tracks.c.library_id
    base = select(tracks.c.id, tracks.c.duration_ms).where(library.in_(list(seen)), where)
    every = base.subquery()
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(every.c.duration_ms), 0)).select_from(every)
    ).one()
    matching, length = int(row[0]), int(row[1])
    count = min(matching, asked.most)
    ordered = _ordered(connection.dialect.name, base, asked)
    if matching > asked.most:
        most = ordered.limit(asked.most).subquery()
        length = int(connection.scalar(select(func.sum(most.c.duration_ms))) or 0)
    limit = max(0, min(asked.limit, count - asked.offset))
    ids: tuple[str, ...] = ()
    if limit:
        page = ordered.limit(limit).offset(asked.offset)
        ids = tuple(connection.execute(page).scalars())
    return SelectedTracks(ids, matching, count, length)


def _where(dialect: str, asked: SelectTracks) -> Condition_:
    groups = [
        _together([_condition(dialect, each) for each in group.conditions], every=group.every)
        for group in asked.groups
        if group.conditions
    ]
    return _together(groups, every=asked.every) if groups else true()


def _together(parts: Sequence[Condition_], *, every: bool) -> Condition_:
    return and_(*parts) if every else or_(*parts)


def _condition(dialect: str, condition: Condition) -> Condition_:
    holds = _holds(dialect, condition)
    # What is not tagged at all is not what was asked for: that is no, and never unknown.
    return not_(func.coalesce(holds, false())) if condition.negated else holds


def _holds(dialect: str, condition: Condition) -> Condition_:
    field, texts = condition.field, condition.texts
    if field in _NUMBERS:
        return _number(_NUMBERS[field], condition)
    match field:
        case TrackField.ID:
            return tracks.c.id.in_(listed(dialect, texts))
        case TrackField.LIBRARY:
            return tracks.c.library_id.in_(list(texts))
        case TrackField.EXPLICIT:
            return tracks.c.explicit == (1 in condition.numbers)
        case TrackField.MISSING:
            return tracks.c.missing == (1 in condition.numbers)
        case TrackField.LOSSLESS | TrackField.BITRATE | TrackField.PATH:
            return tracks.c.file_id.in_(select(files.c.id).where(_file(dialect, condition)))
        case TrackField.COMMENT:
            return _any(func.lower(tracks.c.comment), condition, str.lower)
        case TrackField.TITLE:
            return _any(tracks.c.sort_key, condition, _name_key(condition))
        case _:
            return _of_others(condition)


def _of_others(condition: Condition) -> Condition_:
    match condition.field:
        case TrackField.ARTIST:
            named = select(artists.c.id).where(_any(artists.c.name_key, condition, fold))
            return tracks.c.id.in_(
                select(track_credits.c.track_id).where(
                    track_credits.c.artist_id.in_(named), track_credits.c.role == ARTIST
                )
            )
        case TrackField.ALBUM_ARTIST:
            named = select(artists.c.id).where(_any(artists.c.name_key, condition, fold))
            of = select(album_credits.c.album_id).where(album_credits.c.artist_id.in_(named))
            return tracks.c.album_id.in_(of)
        case TrackField.ALBUM:
            key = _name_key(condition)
            found = select(albums.c.id).where(_any(albums.c.sort_key, condition, key))
            return tracks.c.album_id.in_(found)
        case _:
            named = select(genres.c.id).where(_any(genres.c.key, condition, fold))
            return tracks.c.id.in_(
                select(track_genres.c.track_id).where(track_genres.c.genre_id.in_(named))
            )


def _file(dialect: str, condition: Condition) -> Condition_:
    match condition.field:
        case TrackField.BITRATE:
            return _number(files.c.bitrate, condition)
        case TrackField.LOSSLESS:
            lossless = or_(files.c.bit_depth.is_not(None), files.c.container.in_(_LOSSLESS))
            return lossless if 1 in condition.numbers else not_(lossless)
        case _:
            parts = [_path(dialect, condition.comparison, text) for text in condition.texts]
            return or_(*parts) if parts else false()


def _path(dialect: str, comparison: Comparison, text: str) -> Condition_:
    """Paths are bytes, and compared as bytes."""
    encoded = text.encode("utf-8", "surrogateescape")
    part, size = literal(encoded, LargeBinary), len(encoded)
    match comparison:
        case Comparison.IS:
            return files.c.path == part
        case Comparison.STARTS:
            return func.substr(files.c.path, 1, size) == part
        case Comparison.ENDS:
            start = func.length(files.c.path) - size + 1
            return and_(start > 0, func.substr(files.c.path, start) == part)
        case _ if dialect == "postgresql":
            return func.position(part.op("IN")(files.c.path)) > 0
        case _:
            return func.instr(files.c.path, part) > 0


def _number(column: ColumnElement[Any], condition: Condition) -> Condition_:
    if condition.comparison is Comparison.IS:
        return column.in_(list(condition.numbers))
    parts = []
    if condition.low is not None:
        parts.append(column >= literal(condition.low, BigInteger))
    if condition.high is not None:
        parts.append(column <= literal(condition.high, BigInteger))
    return and_(true(), *parts)


def _any(column: ColumnElement[Any], condition: Condition, key: Callable[[str], str]) -> Condition_:
    """Whether a column's key is, or begins, ends or goes on like, one of the texts."""
    keys = [key(text) for text in condition.texts]
    if condition.comparison is Comparison.IS:
        return column.in_(keys)
    parts: list[Condition_] = []
    for each in keys:
        match condition.comparison:
            case Comparison.STARTS:
                parts.append(column.startswith(each, autoescape=True))
            case Comparison.ENDS:
                parts.append(column.endswith(each, autoescape=True))
            case _:
                parts.append(column.contains(each, autoescape=True))
    return or_(*parts) if parts else false()


def _name_key(condition: Condition) -> Callable[[str], str]:
    """Whole names lose their opening punctuation in the key, parts of names do not."""
    whole = condition.comparison in {Comparison.IS, Comparison.STARTS}
    return sort_key if whole else fold


def _ordered(dialect: str, base: Select[Any], asked: SelectTracks) -> Select[Any]:
    joined = base.join(albums, albums.c.id == tracks.c.album_id)
    down = asked.descending
    match asked.order:
        case TrackOrder.ARTIST:
            album = (albums.c.artist_sort_key, albums.c.sort_key, tracks.c.album_id)
            return _by(joined, down, *album, tracks.c.position_key)
        case TrackOrder.ALBUM:
            return _by(joined, down, albums.c.sort_key, tracks.c.album_id, tracks.c.position_key)
        case TrackOrder.YEAR:
            return _by(base, down, func.coalesce(tracks.c.year, 0), tracks.c.position_key)
        case TrackOrder.RANDOM:
            # Another order for each seed, without a random function: those of the engines differ.
            number = cast(tracks.c.shuffle, BigInteger) % 1_000_003 + asked.seed % 1_000_003 + 1
            return _by(base, down, (number * number % _MODULUS * _MULTIPLIER) % _MODULUS)
        case TrackOrder.RANKED:
            ranks = _ranks(dialect, asked.ranked)
            rank = func.coalesce(ranks.c.rank, len(asked.ranked) + 1)
            return _by(base.outerjoin(ranks, ranks.c.id == tracks.c.id), down, rank)
        case _:
            return _by(base, down, _BY_COLUMN[asked.order])


def _ranks(dialect: str, ids: Sequence[str]) -> CTE:
    """Ids with their places as a table, read once and then looked up."""
    text = bindparam(None, json.dumps(list(ids)), Text)
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB

        listed = func.jsonb_array_elements_text(cast(text, JSONB)).table_valued(
            "id", with_ordinality="rank", name="listed"
        )
        derived = listed.render_derived()
        values = select(derived.c.id, derived.c.rank)
    else:
        each = func.json_each(text).table_valued("key", "value")
        values = select(each.c.value.label("id"), each.c.key.label("rank"))
    return values.cte("ranks").prefix_with("MATERIALIZED")


def _by(query: Select[Any], down: bool, *keys: ColumnElement[Any]) -> Select[Any]:  # private
    every = (*keys, tracks.c.id)
    return query.order_by(*(key.desc() if down else key for key in every))
