"""Ids that turned out to be one, and how that is taken back."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from philomel.services.catalog.contract.entries import EntryKind


class MergeReason(StrEnum):
    """What showed that two ids are one."""

    STREAM = "stream"
    """The audio streams are the same, bit by bit."""
    IDENTIFIERS = "identifiers"
    """MusicBrainz ids and length."""
    TAGS = "tags"
    """Album, number, title and length."""
    FINGERPRINT = "fingerprint"
    """The recordings sound the same."""
    RETAG = "retag"
    """The tags of all it had now name the other one."""
    PERSON = "person"
    """An administrator said so."""
    FILE = "file"
    """It is the same file, by its inode, size and time, under another name."""


class Merge(Struct, frozen=True):
    """`old` is an alias of `new`, until that is undone.

    Attributes:
        evidence: what the reason rests on, in words.
        old_name, new_name: as both were called before.
        by: the administrator who asked for it; None if Philomel found it.
        cause: the merge that this one followed from; undoing that one undoes both.
        undone_at: since when both are apart again.
    """

    id: str
    kind: EntryKind
    old: str
    new: str
    reason: MergeReason
    evidence: str
    old_name: str
    new_name: str
    at: int
    by: str | None = None
    cause: str | None = None
    undone_at: int | None = None


class ListMerges(Struct, frozen=True):
    """Attributes:
    kind: only of this kind.
    entry_id: only those that this id was part of.
    """

    limit: int = 100
    cursor: str | None = None
    kind: EntryKind | None = None
    entry_id: str | None = None


class Merges(Struct, frozen=True):
    """Attributes:
    items: latest first.
    """

    items: tuple[Merge, ...]
    next: str | None = None


class MergeTracks(Struct, frozen=True):
    """Attributes:
    missing: a track without a present file; its id stays.
    heir: the track that it is; its id becomes an alias.
    """

    missing: str
    heir: str


class UndoMerge(Struct, frozen=True):
    id: str


class SplitTrack(Struct, frozen=True):
    """Attributes:
    track_id: a track whose present file is other music than what it stands for.
    """

    track_id: str


class MergeCalls(Protocol):
    """Entries that are one, and those that are not."""

    async def list_merges(self, request: ListMerges, /) -> Merges:
        """Which ids became aliases, and why. Administrators and operators."""
        ...

    async def merge_tracks(self, request: MergeTracks, /) -> Merge:
        """Say that a missing track is another one. Administrators and operators.

        Raises: TrackNotFound, NotMergeable unless one of them has no present file.
        """
        ...

    async def undo_merge(self, request: UndoMerge, /) -> Merge:
        """Make two of one again, and never merge these two by themselves again.

        Each is what it was before: the one with the present file, the other missing. Likes
        and ratings are then on both; plays go back to where they were made, those made since
        stay with the id that stayed. Administrators and operators.

        Raises: MergeNotFound, NotMergeable if it was undone or a later merge rests on it.
        """
        ...

    async def split_track(self, request: SplitTrack, /) -> Merge:
        """Give a track's present file a new id, and let the track wait for its own.

        Likes and ratings are then on both. Answers as a merge that was undone.
        Administrators and operators.

        Raises: TrackNotFound, NotMergeable for a track without a present file.
        """
        ...
