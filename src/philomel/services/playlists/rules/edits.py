"""Snapshots of a list of entries, and how a change meant for an old one is made to the present.

Each change of a playlist's order is kept as an edit that can be undone. The list as it was at
an old snapshot is the present one with its edits undone, the latest first.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence

from msgspec import Struct

from philomel.kernel.ids import is_id
from philomel.services.playlists.contract import BadPosition, BadSnapshot

REMEMBERED = 100
"""So many edits of a playlist are kept: older snapshots cannot be followed."""
LARGEST = 500
"""Edits that take out more entries are not kept, and cannot be looked behind."""


class Edit(Struct, frozen=True, omit_defaults=True):
    """What happened to a list: entries went, then entries came at one place.

    A move is both at once. `lost` is a change that cannot be undone.

    Attributes:
        went: positions of those that went, rising, before the change.
        ids: their ids.
        start, length: a run that went and came again, instead of `went` and `ids`.
        at: where entries came, after the others went.
        came: how many.
    """

    went: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    start: int = 0
    length: int = 0
    at: int = 0
    came: int = 0
    lost: bool = False


def undo(entries: list[str], edit: Edit) -> None:
    """Make `entries` what they were before.

    Raises:
        BadSnapshot: that is not known any more.
    """
    if edit.lost:
        raise BadSnapshot("the playlist changed too much since that snapshot")
    came = entries[edit.at : edit.at + edit.came]
    del entries[edit.at : edit.at + edit.came]
    if edit.length:
        entries[edit.start : edit.start] = came
    for position, entry in zip(edit.went, edit.ids, strict=True):
        entries.insert(position, entry)


def as_before(entries: Iterable[str], edits: Iterable[Edit]) -> list[str]:
    """The entries as they were before these edits, the latest first.

    Raises:
        BadSnapshot: that is not known any more.
    """
    before = list(entries)
    for edit in edits:
        undo(before, edit)
    return before


def removal(gone: Sequence[tuple[int, str]]) -> Edit:
    """Entries at these rising positions went."""
    if len(gone) > LARGEST:
        return Edit(lost=True)
    return Edit(went=tuple(at for at, _ in gone), ids=tuple(id_ for _, id_ in gone))


def insertion(at: int, count: int) -> Edit:
    return Edit(at=at, came=count)


def run_moved(start: int, length: int, insert_before: int) -> Edit:
    """A run of entries came before another; not if that is inside the run."""
    at = insert_before if insert_before < start else insert_before - length
    return Edit(start=start, length=length, at=at, came=length)


def scattered_moved(gone: Sequence[tuple[int, str]], at: int) -> Edit:
    """Entries from these rising positions came together at `at`, where the others leave it."""
    if len(gone) > LARGEST:
        return Edit(lost=True)
    went = tuple(position for position, _ in gone)
    return Edit(went=went, ids=tuple(id_ for _, id_ in gone), at=at, came=len(gone))


class Move(Struct, frozen=True):
    """Attributes:
    entries: what moves, in its order.
    anchor: the entry that it comes before; None for the end.
    """

    entries: tuple[str, ...]
    anchor: str | None


def rebased_move(
    before: Sequence[str], present: Iterable[str], start: int, insert_before: int, length: int
) -> Move:
    """A move in an old list as one in the present list.

    What is gone is left where it is: nowhere. It comes before the first entry behind the
    place meant that is still there.
    """
    check_range(start, insert_before, length, len(before))
    there = set(present)
    block = before[start : start + length]
    moving = tuple(entry for entry in block if entry in there)
    still = there - set(block)
    behind = (entry for entry in before[insert_before:] if entry in still)
    return Move(moving, next(behind, None))


def check_range(start: int, insert_before: int, length: int, count: int) -> None:
    """Raises:
    BadPosition: there is no such run, or no such place.
    """
    if length < 1 or start < 0 or start + length > count:
        raise BadPosition("there are no such positions to move from")
    if not 0 <= insert_before <= count:
        raise BadPosition("there is no such position to move to")


def snapshot_id(playlist_id: str, revision: int) -> str:
    text = f"{revision},{playlist_id}".encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def revision_of(snapshot: str, playlist_id: str, present: int) -> int:
    """Which state of the playlist a snapshot is.

    Raises:
        BadSnapshot: none of it.
    """
    try:
        padded = snapshot.encode("ascii") + b"=" * (-len(snapshot) % 4)
        number, _, of = base64.urlsafe_b64decode(padded).decode("ascii").partition(",")
    except (UnicodeError, binascii.Error, ValueError):
        raise BadSnapshot("this is no snapshot of a playlist") from None
    digits = number.isascii() and number.isdecimal() and len(number) < 18
    if not digits or not is_id(of) or of != playlist_id or int(number) > present:
        raise BadSnapshot("this is no snapshot of this playlist")
    return int(number)
