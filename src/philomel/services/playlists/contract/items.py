"""The tracks of a playlist, one entry each, and changes of their order."""

from msgspec import Struct

from philomel.services.playlists.contract.wants import Want


class Item(Struct, frozen=True):
    """An entry of a playlist.

    Attributes:
        entry_id: its own for as long as it is there, wherever it is moved.
        track_id: None while it is not known here; the caller may be one who cannot see
            that track.
        added_by: empty if that person is gone.
        want: what is known of the track until it is found.
    """

    entry_id: str
    track_id: str | None
    added_at: int
    added_by: str
    want: Want | None = None


class ListItems(Struct, frozen=True):
    """A page of at most 500 entries in the playlist's order."""

    playlist_id: str
    limit: int = 100
    offset: int = 0


class ItemPage(Struct, frozen=True):
    """Attributes:
    snapshot_id: that this is a page of.
    """

    items: tuple[Item, ...]
    total: int
    snapshot_id: str


class ListTrackIds(Struct, frozen=True):
    """A page of a playlist with no more than which tracks it holds.

    Attributes:
        limit: entries, at most 20,000.
    """

    playlist_id: str
    limit: int = 20_000
    offset: int = 0


class TrackIds(Struct, frozen=True):
    """Attributes:
    track_ids: in order, without the entries that wait for a track; some of them may be such as
        the caller cannot see.
    next_offset: of the next page; None on the last one.
    """

    track_ids: tuple[str, ...]
    snapshot_id: str
    next_offset: int | None = None


class NewItem(Struct, frozen=True):
    """A track by its id, or what is known of one: then it is looked for.

    Attributes:
        added_at: if it was added elsewhere before; now if left out.
    """

    track_id: str | None = None
    want: Want | None = None
    added_at: int | None = None


class AddItems(Struct, frozen=True):
    """Attributes:
    items: at most 1,000; a playlist holds at most 100,000.
    position: of the first of them, 0 being the top; None for the end.
    """

    playlist_id: str
    items: tuple[NewItem, ...]
    position: int | None = None


class ReplaceItems(Struct, frozen=True):
    """Attributes:
    items: all there are from now on, at most 10,000. Entries of tracks that were there
        keep their ids and dates.
    """

    playlist_id: str
    items: tuple[NewItem, ...]


class RemovedItem(Struct, frozen=True):
    """Attributes:
    track_id: None for whatever is at `positions`.
    positions: in the snapshot; none for every entry of the track.
    """

    track_id: str | None = None
    positions: tuple[int, ...] = ()


class RemoveItems(Struct, frozen=True):
    """Attributes:
    items: at most 500.
    entry_ids: at most 500, by their own ids; those that are gone are no error.
    snapshot_id: that the positions are of; None for the present one.
    """

    playlist_id: str
    items: tuple[RemovedItem, ...] = ()
    entry_ids: tuple[str, ...] = ()
    snapshot_id: str | None = None


class MoveItems(Struct, frozen=True):
    """Move `range_length` entries from `range_start` on to where `insert_before` is.

    Attributes:
        insert_before: a position in the snapshot; its length for the end.
        snapshot_id: that the positions are of; None for the present one. Entries that
            went since stay away, and what came since stays where it is.
    """

    playlist_id: str
    range_start: int
    insert_before: int
    range_length: int = 1
    snapshot_id: str | None = None


class ItemsChanged(Struct, frozen=True):
    """Attributes:
    snapshot_id: of the playlist after the change.
    wanted: how many of what was added was not found and waits.
    """

    snapshot_id: str
    wanted: int = 0
