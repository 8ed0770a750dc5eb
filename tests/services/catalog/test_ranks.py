"""Long lists are counted and walked once for a while, short ones each time."""

from philomel.kernel.clock import FixedClock
from philomel.services.catalog.store.listing import ranks as module
from philomel.services.catalog.store.listing.ranks import LEAST_MS, Place, Ranks


class Numbers:
    """A list of numbers that counts how often it is read."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.read = 0

    def count(self) -> int:
        self.read += 1
        return self.length

    def walk(self, place: Place | None) -> Place | None:
        self.read += 1
        at = (place[0] if place else 0) + 100
        return (at, str(at)) if at <= self.length else None


def test_short_lists_are_counted_each_time() -> None:
    ranks, numbers = Ranks(FixedClock()), Numbers(module.MANY)
    assert ranks.count("key", numbers.count) == module.MANY
    numbers.length -= 1
    assert ranks.count("key", numbers.count) == module.MANY - 1


def test_long_lists_are_counted_once_for_a_while() -> None:
    clock, numbers = FixedClock(), Numbers(1_000_000)
    ranks = Ranks(clock)
    for _ in range(3):
        assert ranks.count("key", numbers.count) == 1_000_000
    assert ranks.count("other", numbers.count) == 1_000_000
    assert numbers.read == 2
    clock.advance(3_600_000)
    numbers.length = 5
    assert ranks.count("key", numbers.count) == 5


def test_a_page_begins_at_the_nearest_place() -> None:
    clock, numbers = FixedClock(), Numbers(10_000)
    ranks = Ranks(clock)
    assert ranks.seek("key", 50, 100, numbers.walk) == (None, 50)
    assert numbers.read == 0
    assert ranks.seek("key", 5_042, 100, numbers.walk) == ((5_000, "5000"), 42)
    assert numbers.read == 50
    assert ranks.seek("key", 730, 100, numbers.walk) == ((700, "700"), 30)
    assert ranks.seek("key", 5_100, 100, numbers.walk) == ((5_000, "5000"), 100)
    assert numbers.read == 50
    assert ranks.seek("key", 5_250, 100, numbers.walk) == ((5_200, "5200"), 50)
    assert numbers.read == 52
    assert ranks.seek("key", 20_000, 100, numbers.walk) is None
    clock.advance(LEAST_MS + 3_600_000)
    assert ranks.seek("key", 730, 100, numbers.walk) == ((700, "700"), 30)
    assert numbers.read > 52


def test_what_is_kept_is_bounded() -> None:
    ranks, numbers = Ranks(FixedClock()), Numbers(10_000_000)
    for key in range(50):
        ranks.seek(key, 1_000_000, 1_000, numbers.walk)
    before = numbers.read
    ranks.seek(49, 90_000, 1_000, numbers.walk)
    assert numbers.read == before
    ranks.seek(0, 90_000, 1_000, numbers.walk)
    assert numbers.read > before
