"""One moment of several files that others write to."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from philomel.engines.sql import cut
from philomel.engines.sql.sqlite import connect
from philomel.kernel.errors import Unavailable


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    found = {name: tmp_path / f"{name}.sqlite" for name in ("one", "two", "three")}
    for path in found.values():
        with closing(connect(path)) as driver:
            driver.execute("CREATE TABLE number (n INTEGER)")
            driver.execute("INSERT INTO number VALUES (0)")
    return found


def number(driver: sqlite3.Connection) -> int:
    return int(driver.execute("SELECT n FROM number").fetchone()[0])


def test_what_is_written_in_an_order_is_seen_in_it(files: dict[str, Path], tmp_path: Path) -> None:
    """A writer counts up in file one, then two, then three: no moment may show it otherwise."""
    over = threading.Event()

    def write() -> None:
        drivers = [connect(path) for path in files.values()]
        count = 0
        while not over.is_set():
            count += 1
            for driver in drivers:
                driver.execute("UPDATE number SET n = ?", (count,))
        for driver in drivers:
            driver.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = []
        for round_ in range(20):
            with cut.hold(files) as snapshots:
                pass
            time.sleep(0.005)  # the writer goes on before anything is read
            copied = []
            for name in files:
                target = tmp_path / f"{round_}-{name}"
                snapshots.copy(name, target)
                with closing(sqlite3.connect(target)) as copy:
                    copied.append(number(copy))
            snapshots.close()
            assert copied == sorted(copied, reverse=True)
            assert copied[0] - copied[-1] <= 1
            seen.append(copied[0])
    finally:
        over.set()
        writer.join()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0], "the writer did not go on"


def test_a_long_writer_elsewhere_holds_nobody_up(files: dict[str, Path]) -> None:
    """While file two is written to for long, file one can be written to."""
    with closing(connect(files["two"])) as long, closing(connect(files["one"])) as other:
        long.execute("BEGIN IMMEDIATE")
        taken = threading.Event()

        def take() -> None:
            with cut.hold(files) as snapshots:
                taken.set()
            snapshots.close()

        taker = threading.Thread(target=take)
        taker.start()
        for count in range(1, 30):
            other.execute("UPDATE number SET n = ?", (count,))
        assert not taken.is_set()
        long.execute("ROLLBACK")
        taker.join(30)
        assert taken.is_set()


def test_a_lock_that_is_never_free_is_given_up(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut, "PATIENCE_SECONDS", 0.05)
    with closing(connect(files["three"])) as long:
        long.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable), cut.hold(files):
            pass
        long.execute("ROLLBACK")
    with cut.hold(files) as snapshots:
        pass
    snapshots.close()


def test_a_copy_is_a_file_of_its_own(files: dict[str, Path], tmp_path: Path) -> None:
    with cut.hold(files) as snapshots:
        pass
    target = tmp_path / "copy"
    snapshots.copy("one", target)
    snapshots.close()
    assert target.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert number(copy) == 0
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy"]
