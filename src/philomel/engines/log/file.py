"""The local log's file: a table per topic, the offset is its key.

A table of its own makes every append go to the right edge of one tree. The newest record of
a topic is never deleted, so offsets go on where they ended.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from philomel.engines.log import Message, Record
from philomel.engines.sql.sqlite import connect

MAX_POLL_BYTES = 4 << 20

_TABLES = """
CREATE TABLE IF NOT EXISTS topic (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS position (
    consumer TEXT NOT NULL,
    topic INTEGER NOT NULL REFERENCES topic (id),
    next INTEGER NOT NULL,
    PRIMARY KEY (consumer, topic)
) WITHOUT ROWID;
"""


def open_for_writing(path: Path) -> sqlite3.Connection:
    driver = connect(path)
    driver.executescript(_TABLES)
    return driver


class LogReader:
    """Reads the file, on the event loop: every query is short and none waits for a lock."""

    def __init__(self, path: Path) -> None:
        self._driver = connect(path)
        self._driver.execute("PRAGMA query_only = ON")
        self._driver.execute("PRAGMA busy_timeout = 0")
        self._topics: dict[str, int] = {}

    def topic(self, name: str) -> int | None:
        """The number of a topic, once something was appended to it or a group joined it."""
        number = self._topics.get(name)
        if number is None:
            row = self._driver.execute("SELECT id FROM topic WHERE name = ?", (name,)).fetchone()
            if row is not None:
                number = self._topics[name] = row[0]
        return number

    def topics(self) -> dict[str, int]:
        return dict(self._driver.execute("SELECT name, id FROM topic ORDER BY id"))

    def end(self, topic: str) -> int:
        number = self.topic(topic)
        return 0 if number is None else next_offset(self._driver, number)

    def position(self, group: str, topic: str) -> int:
        """The offset at which a group goes on."""
        row = self._driver.execute(
            "SELECT next FROM position WHERE consumer = ? AND topic = ?", (group, self.topic(topic))
        ).fetchone()
        return 0 if row is None else int(row[0])

    def behind(self) -> dict[tuple[str, str], int]:
        """How many offsets each group is behind the end of each of its topics."""
        rows = self._driver.execute(
            "SELECT consumer, name, next FROM position JOIN topic ON topic.id = position.topic"
        ).fetchall()
        return {(group, topic): max(0, self.end(topic) - at) for group, topic, at in rows}

    def messages(self, topic: str, start: int, limit: int) -> list[Message]:
        """At most `limit` messages from `start` on, and no more than a few megabytes."""
        number = self.topic(topic)
        if number is None:
            return []
        found, size = [], 0
        rows = self._driver.execute(
            "SELECT offset, appended_at, event_id, key, type, value"  # noqa: S608  a number
            f" FROM record_{number:d} WHERE offset >= ? ORDER BY offset LIMIT ?",
            (start, limit),
        )
        for offset, appended_at, event_id, key, kind, value in rows:
            found.append(Message(topic, 0, offset, appended_at, Record(event_id, key, kind, value)))
            size += len(value)
            if size >= MAX_POLL_BYTES:
                break
        rows.close()
        return found

    def size(self) -> int:
        """Bytes in use, without what deletion has freed."""
        pages, free, page_size = (
            self._driver.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * page_size)

    def close(self) -> None:
        self._driver.close()


def next_offset(driver: sqlite3.Connection, topic: int) -> int:
    row = driver.execute(f"SELECT max(offset) FROM record_{topic:d}").fetchone()  # noqa: S608  a number
    return 0 if row[0] is None else int(row[0]) + 1


def create_topic(driver: sqlite3.Connection, name: str) -> int:
    """The number of a topic, which is made if it is not there."""
    row = driver.execute("SELECT id FROM topic WHERE name = ?", (name,)).fetchone()
    if row is not None:
        return int(row[0])
    number = driver.execute("INSERT INTO topic (name) VALUES (?)", (name,)).lastrowid
    assert number is not None
    driver.execute(
        f"CREATE TABLE record_{number:d} (offset INTEGER PRIMARY KEY, appended_at INTEGER NOT NULL,"
        " event_id TEXT NOT NULL, key TEXT NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL)"
    )
    return number


def append(driver: sqlite3.Connection, topic: str, records: Sequence[Record], now: int) -> None:
    number = create_topic(driver, topic)
    first = next_offset(driver, number)
    driver.executemany(
        f"INSERT INTO record_{number:d} VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  a number
        [
            (offset, now, record.id, record.key, record.type, record.value)
            for offset, record in enumerate(records, first)
        ],
    )


def join(driver: sqlite3.Connection, group: str, topics: Sequence[str]) -> None:
    """Make a group known: what it has not consumed is kept for it."""
    driver.executemany(
        "INSERT INTO position VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
        [(group, create_topic(driver, topic)) for topic in topics],
    )


def move(driver: sqlite3.Connection, group: str, topic: str, offset: int, *, back: bool) -> None:
    """Let a group go on at `offset`; backwards only if asked to."""
    condition = "" if back else " WHERE next < excluded.next"
    driver.execute(
        "INSERT INTO position VALUES (?, ?, ?) ON CONFLICT (consumer, topic)"  # noqa: S608  constants
        f" DO UPDATE SET next = excluded.next{condition}",
        (group, create_topic(driver, topic), offset),
    )


def prune(driver: sqlite3.Connection, topic: int, before: int, limit: int) -> int:
    """Delete up to `limit` of the oldest records, appended before `before` (Unix ms).

    Never the newest one, and nothing that a known group has yet to consume.
    """
    (keep,) = driver.execute("SELECT min(next) FROM position WHERE topic = ?", (topic,)).fetchone()
    last = next_offset(driver, topic) - 1
    keep = last if keep is None else min(keep, last)
    return driver.execute(
        f"DELETE FROM record_{topic:d} WHERE offset IN (SELECT offset FROM record_{topic:d}"  # noqa: S608  numbers
        " WHERE offset < ? ORDER BY offset LIMIT ?) AND appended_at < ?",
        (keep, limit, before),
    ).rowcount
