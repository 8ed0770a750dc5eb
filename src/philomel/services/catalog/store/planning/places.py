"""Which row each file gets: its own, a lost one's, or a new one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    literal_column,
    select,
    true,
    tuple_,
)

from philomel.kernel.ids import new_event_id, new_id
from philomel.services.catalog.rules import matching
from philomel.services.catalog.store.planning.plan import Intake, Plan, Row, away
from philomel.services.catalog.store.tables import (
    BROKEN,
    MISSING,
    PRESENT,
    files,
    tracks,
)

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_ANY_LOST = select(files.c.id).where(files.c.state == MISSING, files.c.track_id.is_not(None))
_LOST = select(
    files.c.id, files.c.track_id, files.c.path, files.c.size, files.c.modified_ns, files.c.inode,
    files.c.duration_ms, files.c.codec, tracks.c.match_key, tracks.c.recording_id,
    tracks.c.release_track_id,
).join_from(files, tracks, tracks.c.id == files.c.track_id)  # fmt: skip
_LOST_BY = (
    _LOST.where(
        files.c.state == MISSING,
        tuple_(files.c.modified_ns, files.c.size).in_(bindparam("bytes", expanding=True)),
    ),
    _LOST.where(
        files.c.state == literal_column("0"),
        files.c.inode.in_(bindparam("inodes", expanding=True)),
    ),
    _LOST.where(
        files.c.state == MISSING,
        tracks.c.missing == true(),
        tracks.c.match_key.in_(bindparam("keys", expanding=True)),
    ),
    _LOST.where(
        files.c.state == MISSING,
        tracks.c.missing == true(),
        tracks.c.recording_id.in_(bindparam("recordings", expanding=True)),
    ),
)
_KNOWN = _LOST.where(files.c.id.in_(_IDS))
_TRACKS = select(tracks.c.id, tracks.c.album_id, tracks.c.credits, tracks.c.library_id).where(
    tracks.c.id.in_(_IDS)
)


def library_has_lost(connection: Connection) -> bool:
    """Whether any track waits for its file to come back."""
    return connection.execute(_ANY_LOST.limit(1)).first() is not None


class Places:
    """Which row each file gets, and which track it is."""

    def __init__(self, connection: Connection, batch: Sequence[Intake], plan: Plan) -> None:
        self._plan = plan
        self.durations: dict[str, int] = {}
        known_ids = [intake.file_id for intake in batch if intake.file_id]
        self._known: dict[str, matching.Lost] = {}
        self._file_tracks: dict[str, str | None] = {}
        if known_ids:
            plan.must_exist["files"].update(known_ids)
            found = connection.execute(_KNOWN, {"ids": known_ids})
            self._known = {row[0]: matching.Lost(*row) for row in found}
        self._lost: dict[str, matching.Lost] = {}
        fresh = [intake for intake in batch if intake.draft and not intake.file_id]
        if fresh and library_has_lost(connection):
            self._find_lost(connection, fresh)
        self._by_key: dict[object, list[matching.Lost]] = defaultdict(list)
        for lost in self._lost.values():
            self._index(lost)
        track_ids = [lost.track_id for lost in (*self._known.values(), *self._lost.values())]
        self._tracks: dict[str, Row] = {}
        if track_ids:
            for row in connection.execute(_TRACKS, {"ids": track_ids}).mappings():
                self._tracks[row["id"]] = dict(row)

    def find(self, intake: Intake, now: int) -> tuple[str, str, Row | None]:
        """The file's id, its track's id, and the track as it was if it is known."""
        assert intake.draft is not None
        plan, row = self._plan, _file_row(intake, self._plan.library_id, PRESENT)
        fresh = _fresh(intake)
        file_id, known = intake.file_id, None
        if file_id is not None:
            known = self._known.get(file_id)
            if known is not None and matching.is_replaced(known, fresh):
                # The song that was here may come back elsewhere: it keeps its row.
                plan.displaced.append({"file": file_id, "away": away(intake.path, file_id)})
                plan.tracks_lost.append(known.track_id)
                self._touch(known)
                file_id, known = None, self._match(fresh)
                self._note_move(known)
            elif known is not None:
                plan.changed += 1
        else:
            known = self._match(fresh)
            self._note_move(known)
        if known is not None:
            before = self._tracks[known.track_id]
            # The stream it last had stays known: a track that was heard before is no new one.
            del row["stream_hash"]
            if (known.size, known.modified_ns) == (fresh.size, fresh.modified_ns):
                # The same bytes: what analysis found still holds, and it will not come again.
                row["duration_ms"] = self.durations[known.track_id] = known.duration_ms
            plan.must_exist["files"].add(known.file_id)
            plan.must_exist["tracks"].add(known.track_id)
            plan.file_updates.append({**row, "file": known.file_id, "track_id": known.track_id})
            return known.file_id, known.track_id, before
        plan.added += 1
        # In order of time: neighbours in the folder are neighbours in every index.
        track_id = new_event_id(now)
        row["track_id"] = track_id
        if file_id is not None:
            plan.file_updates.append({**row, "file": file_id})
        else:
            file_id = new_event_id(now)
            plan.new_files.append({**row, "id": file_id, "added_at": now})
        return file_id, track_id, None

    def _note_move(self, known: matching.Lost | None) -> None:
        if known is not None:
            self._plan.moved.append(known.file_id)

    def broken(self, intake: Intake, now: int) -> None:
        plan, row = self._plan, _file_row(intake, self._plan.library_id, BROKEN)
        plan.failed += 1
        if intake.file_id is None:
            plan.new_files.append({**row, "id": new_id(), "track_id": None, "added_at": now})
            return
        known = self._known.get(intake.file_id)
        row["track_id"] = known.track_id if known else None
        if known is not None:
            # What it was stays known, for the day the file is whole again.
            del row["stream_hash"]
            row |= {"duration_ms": known.duration_ms, "codec": known.codec}
            plan.tracks_lost.append(known.track_id)
            self._touch(known)
        plan.file_updates.append({**row, "file": intake.file_id})

    def _touch(self, known: matching.Lost) -> None:
        self._plan.albums.add(self._tracks[known.track_id]["album_id"])

    def _match(self, fresh: matching.Fresh) -> matching.Lost | None:
        if not self._lost:
            return None
        near = {
            lost.file_id: lost
            for key in _evidence_keys(fresh)
            for lost in self._by_key.get(key, ())
            if lost.file_id in self._lost
        }
        found = matching.match(fresh, near.values())
        if found is not None:
            del self._lost[found.file_id]
        return found

    def _index(self, lost: matching.Lost) -> None:
        for key in _evidence_keys(lost):
            self._by_key[key].append(lost)

    def _find_lost(self, connection: Connection, fresh: list[Intake]) -> None:
        drafts = [intake.draft for intake in fresh if intake.draft]
        values: tuple[tuple[str, list[Any]], ...] = (
            ("bytes", list({(i.modified_ns, i.size) for i in fresh})),
            ("inodes", list({i.inode for i in fresh if i.inode})),
            ("keys", list({d.match_key for d in drafts})),
            ("recordings", list({d.recording_id for d in drafts if d.recording_id})),
        )
        for statement, (name, wanted) in zip(_LOST_BY, values, strict=True):
            if wanted:
                for row in connection.execute(statement.limit(2_000), {name: wanted}):
                    self._lost[row[0]] = matching.Lost(*row)


def _evidence_keys(of: matching.Fresh | matching.Lost) -> Iterable[object]:
    yield of.size, of.modified_ns
    if of.inode:
        yield "inode", of.inode
    yield "key", of.match_key
    if of.recording_id:
        yield "recording", of.recording_id


def _fresh(intake: Intake) -> matching.Fresh:
    assert intake.draft is not None
    return matching.Fresh(
        intake.path, intake.size, intake.modified_ns, intake.inode, intake.duration_ms,
        intake.codec, intake.draft.match_key, intake.draft.recording_id,
        intake.draft.release_track_id,
    )  # fmt: skip


def _file_row(intake: Intake, library_id: str, state: int) -> Row:
    return {
        "library_id": library_id,
        "path": intake.path,
        "state": state,
        "size": intake.size,
        "modified_ns": intake.modified_ns,
        "inode": intake.inode,
        "lyrics_ns": intake.lyrics_ns,
        "container": intake.container,
        "codec": intake.codec,
        "duration_ms": intake.duration_ms,
        "bitrate": intake.bitrate,
        "sample_rate": intake.sample_rate,
        "channels": intake.channels,
        "bit_depth": intake.bit_depth,
        "picture": intake.picture,
        "stream_hash": None,
    }
