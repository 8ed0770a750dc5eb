"""A playlist is a list: whatever is done to it, it holds what a plain list would."""

import asyncio
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from tests.services.people import id_of

from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.services.playlists.contract import BadPosition, BadSnapshot, Playlist
from philomel.services.playlists.rules import edits
from philomel.services.playlists.rules.order import places_between
from philomel.services.playlists.store import SCHEMA, entries, lists
from philomel.services.playlists.store.entries import NewEntry


@pytest.mark.parametrize(
    ("before", "after", "number", "places"),
    [
        (None, None, 2, [10, 20]),
        (5, None, 2, [15, 25]),
        (None, 5, 2, [-15, -5]),
        (0, 30, 2, [10, 20]),
        (0, 2, 1, [1]),
        (0, 1, 1, None),
        (0, 10, 10, None),
    ],
)
def test_places(
    before: int | None, after: int | None, number: int, places: list[int] | None
) -> None:
    assert places_between(before, after, number, gap=10) == places


@pytest.mark.parametrize(
    ("edit", "was"),
    [
        (edits.insertion(1, 2), "ad"),
        (edits.removal([(0, "x"), (3, "y")]), "xabycd"),
        (edits.run_moved(0, 1, 3), "cabd"),  # c was first and came before position 3
        (edits.run_moved(3, 1, 0), "bcda"),
        (edits.run_moved(1, 2, 4), "acdb"),
        (edits.scattered_moved([(1, "a"), (3, "b")], 0), "cadb"),
    ],
)
def test_an_edit_undone_is_the_list_before(edit: edits.Edit, was: str) -> None:
    assert "".join(edits.as_before("abcd", [edit])) == was


def test_what_cannot_be_undone_says_so() -> None:
    with pytest.raises(BadSnapshot):
        edits.as_before("abc", [edits.Edit(lost=True)])


@pytest.mark.parametrize(
    ("snapshot", "fits"),
    [
        (edits.snapshot_id(id_of("p"), 3), True),
        (edits.snapshot_id(id_of("p"), 9), False),
        (edits.snapshot_id(id_of("q"), 3), False),
        ("é", False),
        ("AAAA", False),
        ("", False),
        ("MyxhYg", False),
    ],
)
def test_snapshots(snapshot: str, fits: bool) -> None:
    if fits:
        assert edits.revision_of(snapshot, id_of("p"), 5) == 3
        return
    with pytest.raises(BadSnapshot):
        edits.revision_of(snapshot, id_of("p"), 5)


@pytest.mark.parametrize(
    ("before", "present", "run", "moved"),
    [
        ("abcde", "abcde", (0, 5, 1), ("a", None)),
        ("abcde", "abcde", (3, 0, 2), ("de", "a")),
        ("abcde", "abde", (2, 0, 2), ("d", "a")),
        ("abcde", "xabcde", (0, 2, 1), ("a", "c")),
        ("abcde", "abe", (0, 2, 1), ("a", "e")),
        ("abcde", "ab", (0, 3, 1), ("a", None)),
        ("abc", "xyz", (0, 2, 1), ("", None)),
    ],
)
def test_a_move_of_an_old_list(
    before: str, present: str, run: tuple[int, int, int], moved: tuple[str, str | None]
) -> None:
    start, insert_before, length = run
    move = edits.rebased_move(before, present, start, insert_before, length)
    assert ("".join(move.entries), move.anchor) == moved


ACTIONS = st.lists(
    st.tuples(st.just("add"), st.integers(0, 12), st.integers(1, 4), st.integers(0, 3))
    | st.tuples(st.just("remove"), st.integers(0, 12), st.integers(1, 3), st.integers(0, 3))
    | st.tuples(st.just("move"), st.integers(0, 12), st.integers(0, 12), st.integers(0, 3))
    | st.tuples(st.just("replace"), st.integers(0, 3), st.just(0), st.just(0)),
    max_size=20,
)


class World:
    """A playlist in a database, the same as a plain list, and all that it ever was."""

    def __init__(self, playlist: Playlist) -> None:
        self.playlist = playlist
        self.list: list[str] = []
        self.snapshots = [(playlist.snapshot_id, list[str]())]
        self.names = count()

    def new(self, number: int) -> list[NewEntry]:
        ids = [id_of(f"{self.playlist.id[-4:]}e{next(self.names)}") for _ in range(number)]
        return [NewEntry(id_, id_of(f"t{n % 2}"), 7, 1, "u") for n, id_ in enumerate(ids)]

    def moved(self, ids: list[str], anchor: str | None) -> None:
        rest = [id_ for id_ in self.list if id_ not in ids]
        at = len(rest) if anchor is None else rest.index(anchor)
        self.list = rest[:at] + ids + rest[at:]


def test_no_order_of_changes_breaks_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Little room between neighbours, so that lists must be moved apart.
    monkeypatch.setattr(entries, "GAP", 8)
    monkeypatch.setattr(places_between, "__defaults__", (8,))
    database = open_sqlite(tmp_path / "playlists.sqlite")
    worlds = count()
    with asyncio.Runner() as runner:
        runner.run(prepare(database, SCHEMA, tmp_path))

        @settings(max_examples=60, deadline=None, derandomize=True, database=None)
        @given(ACTIONS)
        def check(actions: list[tuple[str, int, int, int]]) -> None:
            id_ = id_of(f"world{next(worlds)}")
            bare = Playlist(id_, id_of("zoe"), "p", "", False, False, "", 1, 1)
            made = runner.run(database.write(lambda c: lists.create(c, bare)))
            world = World(made)
            for action in actions:
                runner.run(database.write(partial(play, world=world, action=action)))
                found = runner.run(database.read(lambda c: lists.find_one(c, id_, None)))
                assert found is not None
                assert (found.track_count, found.duration_ms) == (
                    len(world.list),
                    7 * len(world.list),
                )
                ids = runner.run(database.read(lambda c: entries.all_ids(c, id_)))
                assert ids == world.list

        check()
        runner.run(database.close())


def play(connection: Connection, world: World, action: tuple[str, int, int, int]) -> None:
    """Do one thing to both; positions may be of an older snapshot."""
    c, playlist = connection, world.playlist
    kind, first, second, back = action
    present = len(world.list)
    match kind:
        case "add":
            new = world.new(second)
            at = min(first, present)
            snapshot = entries.add(c, playlist, new, at, 1)
            world.list[at:at] = [entry.id for entry in new]
        case "replace":
            new = world.new(first)
            snapshot = entries.replace(c, playlist, new, 1)
            world.list = [entry.id for entry in new]
            world.snapshots.clear()
        case "remove":
            _, old = world.snapshots[-1 - back % len(world.snapshots)]
            ids = [id_ for id_ in old[first : first + second] if id_ in world.list]
            gone = entries.of_ids(c, playlist.id, ids)
            snapshot = entries.remove(c, playlist, gone, 1)
            world.list = [id_ for id_ in world.list if id_ not in ids]
        case _:
            snapshot = move(c, world, first, second, back)
    if not world.snapshots or world.snapshots[-1][0] != snapshot:
        world.snapshots.append((snapshot, list(world.list)))
    world.playlist = lists.find_one(c, playlist.id, None) or playlist
    # Every snapshot since the last replacement is still known.
    for token, old in world.snapshots:
        now = entries.revision_now(c, playlist)
        revision = edits.revision_of(token, playlist.id, now)
        assert entries.as_at(c, playlist, revision) == old


def move(c: Connection, world: World, start: int, insert_before: int, back: int) -> str:
    playlist = world.playlist
    token, old = world.snapshots[-1 - back % len(world.snapshots)]
    run = (start, insert_before, 2)
    try:
        edits.check_range(start, insert_before, 2, len(old))
    except BadPosition:
        return playlist.snapshot_id
    move = edits.rebased_move(old, list(world.list), *run)
    world.moved(list(move.entries), move.anchor)
    if token == playlist.snapshot_id:
        return entries.move(c, playlist, *run, 1)
    return entries.move_entries(c, playlist, move.entries, move.anchor, 1)
