"""Whatever order things come in, every like and rating is where its id has gone."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.people import id_of

from philomel.engines.sql.migrate import prepare
from philomel.engines.sql.sqlite import open_sqlite
from philomel.services.playlists.contract import ItemKind, Mark
from philomel.services.playlists.rules import Opinion, merged
from philomel.services.playlists.store import SCHEMA
from philomel.services.playlists.store.merging import MergingPlaylists

TRACK = ItemKind.TRACK
_THINGS = st.integers(0, 3)
_PEOPLE = st.integers(0, 1)
ACTIONS = st.lists(
    st.tuples(st.just("save"), _PEOPLE, _THINGS)
    | st.tuples(st.just("unsave"), _PEOPLE, _THINGS)
    | st.tuples(st.sampled_from(["rate 0", "rate 2", "rate 5"]), _PEOPLE, _THINGS)
    | st.tuples(st.just("merge"), _THINGS, _THINGS)
    | st.tuples(st.just("split"), _THINGS, _THINGS),
    max_size=16,
)


class Model:
    """The same in memory: opinions by person and thing, and where each thing has gone."""

    def __init__(self) -> None:
        self.gone: dict[int, int] = {}
        self.merges: list[tuple[int, int, list[int]]] = []
        self.opinions: dict[tuple[int, int], Opinion] = {}

    def now(self, thing: int) -> int:
        return self.gone.get(thing, thing)

    def merge(self, old: int, new: int) -> None:
        target = self.now(new)
        # News of a merge that was heard before changes nothing; nor does a circle.
        if target == old or old in self.gone:
            return
        also = [key for key, to in self.gone.items() if to == old]
        self.merges.append((old, target, also))
        self.gone = {key: target if to == old else to for key, to in self.gone.items()}
        self.gone[old] = target
        for person in (0, 1):
            moved = self.opinions.pop((person, old), None)
            if moved is not None:
                there = self.opinions.get((person, target), Opinion())
                self.opinions[person, target] = merged(moved, there)

    def split(self) -> tuple[int, int, list[int]]:
        """Take the latest merge back: what is thought of the one is thought of both."""
        old, target, also = self.merges.pop()
        del self.gone[old]
        self.gone |= dict.fromkeys(also, old)
        for person in (0, 1):
            if (person, target) in self.opinions:
                self.opinions[person, old] = self.opinions[person, target]
        return target, old, also

    def change(self, person: int, thing: int, change: Callable[[Opinion], Opinion]) -> None:
        key = (person, self.now(thing))
        changed = change(self.opinions.pop(key, Opinion()))
        if changed != Opinion():
            self.opinions[key] = changed


def test_no_order_of_changes_and_merges_loses_anything(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "playlists.sqlite")
    store = MergingPlaylists(database)
    worlds = count()

    with asyncio.Runner() as runner:
        runner.run(prepare(database, SCHEMA, tmp_path))

        @settings(max_examples=60, deadline=None, derandomize=True, database=None)
        @given(ACTIONS)
        def check(actions: list[tuple[str, int, int]]) -> None:
            runner.run(play(store, next(worlds), actions))

        check()
        runner.run(database.close())


async def play(store: MergingPlaylists, world: int, actions: list[tuple[str, int, int]]) -> None:
    """Do `actions` to things and people that no other world has."""
    things = [id_of(f"w{world}t{number}") for number in range(4)]
    people = [id_of(f"w{world}p{number}") for number in range(2)]
    model = Model()
    for at, (action, first, second) in enumerate(actions):
        match action.split():
            case ["merge"]:
                await store.merge(TRACK, things[first], things[second])
                model.merge(first, second)
            case ["split"]:
                if model.merges:
                    source, part, also = model.split()
                    ids = [things[thing] for thing in also]
                    await store.split(TRACK, things[source], things[part], ids, at)
            case ["save"]:
                await store.save(people[first], TRACK, [things[second]], at)
                model.change(first, second, partial(liked, at=at))
            case ["unsave"]:
                await store.unsave(people[first], TRACK, [things[second]], at)
                model.change(first, second, lambda o: Opinion(None, o.rating, o.rated_at))
            case ["rate", stars]:
                rating = int(stars) or None
                await store.rate(people[first], TRACK, things[second], rating, at)
                model.change(first, second, partial(rated, rating=rating, at=at))
    for person in (0, 1):
        found = await store.marks(people[person], TRACK, things)
        expected = [
            Mark(things[thing], opinion.saved_at, opinion.rating)
            for thing in range(4)
            if (opinion := model.opinions.get((person, model.now(thing)))) is not None
        ]
        assert list(found) == expected


def liked(opinion: Opinion, at: int) -> Opinion:
    if opinion.saved_at is not None:
        return opinion
    return Opinion(at, opinion.rating, opinion.rated_at)


def rated(opinion: Opinion, rating: int | None, at: int) -> Opinion:
    if opinion.rating == rating:
        return opinion
    return Opinion(opinion.saved_at, rating, None if rating is None else at)
