"""Which row each file gets: its own, a lost one's, or a new one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    func,
    literal_column,
    select,
    true,
)

from philomel.kernel.ids import new_event_id, new_id
from philomel.services.catalog.rules import matching
from philomel.services.catalog.rules.folding import sort_key
from philomel.services.catalog.rules.reading import READ_VERSION
from philomel.services.catalog.store.by_bytes import ByBytes
from philomel.services.catalog.store.planning.plan import Intake, Plan, Row, away
from philomel.services.catalog.store.tables import (
    BROKEN,
    MISSING,
    PRESENT,
    files,
    libraries,
    tracks,
)

_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_ANY_LOST = select(files.c.id).where(files.c.state == MISSING, files.c.track_id.is_not(None))
_LOST = select(
    files.c.id, files.c.track_id, files.c.path, files.c.size, files.c.modified_ns, files.c.inode,
    files.c.duration_ms, files.c.codec, tracks.c.match_key, tracks.c.recording_id,
    tracks.c.release_track_id, tracks.c.disc_number, tracks.c.track_number,
    files.c.stream_hash.is_not(None),
).join_from(files, tracks, tracks.c.id == files.c.track_id)  # fmt: skip
_LOST_BY_BYTES = ByBytes(_LOST.where(files.c.state == MISSING))
_LOST_BY = (
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
# SQLite shall look by path, not by state: tens of thousands share that when a library moved.
_LOST_AT = _LOST.where(
    func.coalesce(files.c.state, PRESENT) == MISSING,
    files.c.library_id == bindparam("library"),
    files.c.path.in_(bindparam("paths", expanding=True)),
)
_NARROW = {
    "bytes": _LOST.where(
        files.c.state == MISSING,
        files.c.modified_ns == bindparam("modified"),
        files.c.size == bindparam("size"),
    ),
    "keys": _LOST.where(
        files.c.state == MISSING,
        tracks.c.missing == true(),
        tracks.c.match_key == bindparam("key"),
        tracks.c.duration_ms.between(bindparam("shortest"), bindparam("longest")),
    ),
    "recordings": _LOST.where(
        files.c.state == MISSING,
        tracks.c.missing == true(),
        tracks.c.recording_id == bindparam("recording"),
        tracks.c.duration_ms.between(bindparam("shortest"), bindparam("longest")),
    ),
}
"""The same for one file, where more share a key than can be looked at."""
_TWINS = (
    select(tracks.c.match_key, files.c.size, files.c.id)
    .join_from(tracks, files, files.c.id == tracks.c.file_id)
    .where(
        tracks.c.library_id.in_(select(libraries.c.id)),  # the index of names begins with it
        tracks.c.sort_key.in_(bindparam("names", expanding=True)),
        tracks.c.match_key.in_(bindparam("keys", expanding=True)),
    )
)
MANY = 2_000
"""Candidates that a batch looks at for each kind of evidence."""
FEW = 100
_KNOWN = _LOST.where(files.c.id.in_(_IDS))
FOUND_BY = ("album_id", "credits", "library_id", "title", "genres", "year", "isrc", "explicit")
"""What a scan may change of a track that search knows."""
_TRACKS = select(tracks.c.id, *(tracks.c[name] for name in FOUND_BY)).where(tracks.c.id.in_(_IDS))


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
        if known_ids:
            plan.must_exist["files"].update(known_ids)
            found = connection.execute(_KNOWN, {"ids": known_ids})
            self._known = {row[0]: matching.Lost(*row) for row in found}
        self._replaced = self._find_replaced(connection, batch)
        self._lost: dict[str, matching.Lost] = {
            id_: self._known[id_] for id_ in sorted(self._replaced)
        }
        fresh = [
            intake
            for intake in batch
            if intake.draft and (not intake.file_id or intake.file_id in self._replaced)
        ]
        if fresh and (self._lost or library_has_lost(connection)):
            self._find_lost(connection, fresh)
        self._found = self._match(fresh)
        track_ids = [lost.track_id for lost in (*self._known.values(), *self._lost.values())]
        self._tracks: dict[str, Row] = {}
        if track_ids:
            for row in connection.execute(_TRACKS, {"ids": track_ids}).mappings():
                self._tracks[row["id"]] = dict(row)

    def find(self, intake: Intake, now: int) -> tuple[str, str, Row | None]:
        """The file's id, its track's id, and the track as it was if it is known."""
        assert intake.draft is not None
        plan, row = self._plan, _file_row(intake, self._plan.library_id, PRESENT)
        file_id = intake.file_id
        if file_id is not None and file_id not in self._replaced:
            known = self._known.get(file_id)
            plan.changed += known is not None
        else:
            if file_id is not None:
                # The song that was here may come back elsewhere: it keeps its row.
                former = self._known[file_id]
                plan.displaced.append({"file": file_id, "away": away(intake.path, file_id)})
                plan.tracks_lost.append(former.track_id)
                self._touch(former)
                file_id = None
            known = self._found.get(intake.path)
            if known is not None:
                plan.moved.append(known.file_id)
        if known is not None:
            before = self._tracks[known.track_id]
            # The stream it last had stays known: a track that was heard before is no new one.
            del row["stream_hash"]
            if (known.size, known.modified_ns) == (intake.size, intake.modified_ns):
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

    def _match(self, fresh: Sequence[Intake]) -> Mapping[bytes, matching.Lost]:
        """Which missing file each of these is, by path."""
        by_key: dict[object, list[matching.Lost]] = defaultdict(list)
        for lost in self._lost.values():
            for key in _evidence_keys(lost):
                by_key[key].append(lost)
        files_, candidates = [_fresh(intake) for intake in fresh], []
        for intake, file in zip(fresh, files_, strict=True):
            near = {
                lost.file_id: lost
                for key in _evidence_keys(file)
                for lost in by_key.get(key, ())
                if lost.file_id != intake.file_id
            }
            candidates.append(near.values())
        found = matching.assign(list(zip(files_, candidates, strict=True)))
        return {fresh[place].path: match for place, match in found.items()}

    def _find_replaced(self, connection: Connection, batch: Sequence[Intake]) -> set[str]:
        """Known files whose place other music has taken now.

        Tags and length say so; or the file became what another known one is, by its tags and
        size, and its length changed: the other was copied over it, or they changed places.
        """
        changed = [
            (intake, known, _fresh(intake))
            for intake in batch
            if intake.draft and intake.file_id and (known := self._known.get(intake.file_id))
            and known.match_key != intake.draft.match_key
        ]  # fmt: skip
        if not changed:
            return set()
        names = {sort_key(i.draft.title) for i, _, _ in changed if i.draft}
        keys = {file.match_key for _, _, file in changed}
        twins: dict[tuple[str, int], set[str]] = defaultdict(set)
        wanted = {"names": list(names), "keys": list(keys)}
        for key, size, id_ in connection.execute(_TWINS.limit(MANY), wanted):
            twins[key, size].add(id_)
        return {
            known.file_id
            for intake, known, file in changed
            if matching.is_replaced(known, file)
            or (
                abs(known.duration_ms - file.duration_ms) > matching.SAME_MS
                and twins[file.match_key, file.size] - {known.file_id}
            )
        }

    def _find_lost(self, connection: Connection, fresh: list[Intake]) -> None:
        drafts = [intake.draft for intake in fresh if intake.draft]
        values: tuple[tuple[str, list[Any]], ...] = (
            ("inodes", list({i.inode for i in fresh if i.inode})),
            ("keys", list({d.match_key for d in drafts})),
            ("recordings", list({d.recording_id for d in drafts if d.recording_id})),
        )
        bytes_ = ((i.modified_ns, i.size) for i in fresh)
        found: list[tuple[str, Sequence[Any]]] = [
            ("bytes", _LOST_BY_BYTES.rows(connection, bytes_, MANY))
        ]
        for statement, (name, wanted) in zip(_LOST_BY, values, strict=True):
            if wanted:
                of = {name: wanted}
                found.append((name, connection.execute(statement.limit(MANY), of).all()))
        for name, rows in found:
            too_many = len(rows) == MANY and name in _NARROW
            for row in self._narrow(connection, name, fresh) if too_many else rows:
                self._lost[row[0]] = matching.Lost(*row)
        paths = {path for intake in fresh for path in matching.spellings(intake.path)}
        at = {"library": self._plan.library_id, "paths": list(paths)}
        self._lost |= {row[0]: matching.Lost(*row) for row in connection.execute(_LOST_AT, at)}

    @staticmethod
    def _narrow(connection: Connection, name: str, fresh: Sequence[Intake]) -> Sequence[Any]:
        """Candidates for each file alone: of thousands that share a key, the nearest."""
        rows: list[Any] = []
        for intake in fresh:
            assert intake.draft is not None
            for reach in (matching.SAME_MS, matching.NEAR_MS):
                of = {
                    "modified": intake.modified_ns, "size": intake.size,
                    "key": intake.draft.match_key, "recording": intake.draft.recording_id,
                    "shortest": intake.duration_ms - reach, "longest": intake.duration_ms + reach,
                }  # fmt: skip
                near: Sequence[Any] = connection.execute(_NARROW[name].limit(FEW), of).all()
                rows.extend(near)
                if near:
                    break
        return rows


def _evidence_keys(of: matching.Fresh | matching.Lost) -> Iterable[object]:
    yield of.size, of.modified_ns
    if of.inode:
        yield "inode", of.inode
    yield "key", of.match_key
    yield "path", matching.fold_path(of.path)
    if of.recording_id:
        yield "recording", of.recording_id


def _fresh(intake: Intake) -> matching.Fresh:
    assert intake.draft is not None
    return matching.Fresh(
        intake.path, intake.size, intake.modified_ns, intake.inode, intake.duration_ms,
        intake.codec, intake.draft.match_key, intake.draft.recording_id,
        intake.draft.release_track_id, intake.draft.disc_number, intake.draft.track_number,
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
        "lost_at": None,
        "seek_due": None,
        "read_version": READ_VERSION,
    }
