"""What a batch of files means for the catalogue, worked out before anything is written.

Only the scanner adds artists, albums and tracks, one batch after the other. Merges can come
between a plan and its write, so the write looks again (`Stale`).
"""

import secrets
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from philomel.services.catalog.contract import Settings
from philomel.services.catalog.rules import matching
from philomel.services.catalog.rules.drafts import Draft
from philomel.services.catalog.rules.folding import sort_key
from philomel.services.catalog.store.planning.names import Credited, Genres, People, Shelf
from philomel.services.catalog.store.planning.places import FOUND_BY, Places, library_has_lost
from philomel.services.catalog.store.planning.plan import Intake, Plan, Row, away, position_key
from philomel.services.catalog.store.refreshing import tags_json, to_json

__all__ = ["Intake", "Plan", "Planner", "Row", "away", "library_has_lost", "position_key"]


class Planner:
    """Plans batches of one scan."""

    def __init__(self, settings: Settings) -> None:
        self._articles = settings.articles

    def plan(
        self, connection: Connection, library_id: str, batch: Sequence[Intake], now: int
    ) -> Plan:
        plan = Plan(library_id)
        good = [intake for intake in batch if intake.draft is not None]
        people = People(connection, good, plan, self._articles, now)
        shelf = Shelf(connection, good, plan, people, now)
        tags = Genres(connection, good, plan)
        place = Places(connection, batch, plan)
        for intake in batch:
            plan.paths.append(intake.path)
            messages = (intake.error,) if intake.error else intake.warnings
            plan.errors.extend(
                {
                    "library_id": library_id,
                    "path": intake.path,
                    "number": number,
                    "message": message[:1_000],
                    "fatal": intake.error is not None,
                }
                for number, message in enumerate(messages[:10])
            )
            if intake.draft is None:
                place.broken(intake, now)
                continue
            file_id, track_id, known = place.find(intake, now)
            album = shelf.find(intake.draft.album)
            credit = people.credits(intake.draft)
            row = _track_row(intake, intake.draft, album, credit, library_id, file_id)
            if known is None:
                row |= {
                    "id": track_id, "added_at": now, "play_count": 0, "cover_id": None,
                    "shuffle": secrets.randbits(31), "last_played_at": 0,
                }  # fmt: skip
                plan.new_tracks.append(row)
                plan.shifting.add(album["id"])
                plan.artists.update(each[1] for each in credit)
            else:
                row["track"] = track_id
                row["duration_ms"] = place.durations.get(track_id, row["duration_ms"])
                plan.track_updates.append(row)
                _moves(plan, known, row, credit)
                if all(known[name] == row[name] for name in FOUND_BY):
                    plan.same.add(track_id)
            _follow(plan, track_id, row["album_id"], credit, tags.ids(intake.draft.genres))
            _add_texts(plan, track_id, intake.draft)
        return plan


def _track_row(
    intake: Intake,
    draft: Draft,
    album: Row,
    credit: list[Credited],
    library_id: str,
    file_id: str,
) -> Row:
    key = sort_key(draft.title)
    return {
        "library_id": library_id,
        "file_id": file_id,
        "album_id": album["id"],
        "missing": False,
        "title": draft.title,
        "sort_key": key,
        "position_key": position_key(album, draft.disc_number, draft.track_number, key),
        "credits": to_json(credit),
        "genres": to_json(draft.genres),
        "match_key": draft.match_key,
        "disc_number": draft.disc_number,
        "disc_total": draft.disc_total,
        "track_number": draft.track_number,
        "track_total": draft.track_total,
        "date": draft.date,
        "original_date": draft.original_date,
        "year": draft.year,
        "explicit": draft.explicit,
        "isrc": draft.isrc,
        "recording_id": draft.recording_id,
        "release_track_id": draft.release_track_id,
        "comment": draft.comment,
        "bpm": draft.bpm,
        "gain_db": draft.gain_db,
        "gain_peak": draft.gain_peak,
        "album_gain_db": draft.album_gain_db,
        "album_gain_peak": draft.album_gain_peak,
        "duration_ms": intake.duration_ms,
        "tags": tags_json(draft.tags),
        "guessed": draft.guessed,
    }


def _moves(plan: Plan, known: Row, row: Row, credit: list[Credited]) -> None:
    """Where a known track went: its former album and artists may be empty now."""
    album_id = row["album_id"]
    plan.albums.add(known["album_id"])
    if all(known[name] == row[name] for name in ("album_id", "credits", "library_id")):
        return
    plan.shifting.update((known["album_id"], album_id))
    if known["album_id"] != album_id:
        plan.album_moves.append((known["album_id"], album_id))
    before = msgspec.json.decode(known["credits"])
    plan.artists.update(each[1] for each in (*before, *credit))
    plan.artist_moves.extend(matching.replaced(before, credit))


def _follow(
    plan: Plan, track_id: str, album_id: str, credit: list[Credited], genre_ids: list[str]
) -> None:
    plan.albums.add(album_id)
    plan.credits.extend(
        {
            "track_id": track_id,
            "artist_id": artist,
            "role": role,
            "library_id": plan.library_id,
        }
        for role, artist in dict.fromkeys((each[0], each[1]) for each in credit)
    )
    plan.genres.extend(
        {"track_id": track_id, "genre_id": genre, "library_id": plan.library_id}
        for genre in genre_ids
    )


def _add_texts(plan: Plan, track_id: str, draft: Draft) -> None:
    plan.lyrics.extend(
        {"track_id": track_id, "number": number, "content": to_json(one)}
        for number, one in enumerate(draft.lyrics)
    )
    if draft.chapters:
        marks = to_json([(c.start_ms, c.end_ms, c.title) for c in draft.chapters])
        plan.chapters.append({"track_id": track_id, "marks": marks})
