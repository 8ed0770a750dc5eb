"""What came of an import: numbers for a table, and every miss for a file."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from philomel.app.refusal import Exit, Refusal
from philomel.services.playlists.contract import ItemKind, Want, WantMatch

_MODE = 0o600
_KINDS = (ItemKind.TRACK, ItemKind.ALBUM, ItemKind.ARTIST)


class Miss(Struct, frozen=True):
    """Something that is not here, and what it is wanted for."""

    kind: str
    title: str
    artist: str
    album: str
    path: str
    wanted_for: str


class Matched(Struct):
    """Attributes:
    by: how many were found, by what says so.
    waiting: how many were not; they wait for their files.
    known: how many of all had been brought before, with nothing new since.
    """

    total: int = 0
    by: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    known: int = 0

    def add(self, matches: Iterable[WantMatch]) -> None:
        for match in matches:
            self.total += 1
            if match.track_id is None or match.reason is None:
                self.waiting += 1
            else:
                name = match.reason.value
                self.by[name] = self.by.get(name, 0) + 1

    @property
    def found(self) -> int:
        return self.total - self.waiting


class ListReport(Struct):
    """Attributes:
    state: "made", "continued", "unchanged", "changed here" (then it is left alone), or
        "refused".
    """

    name: str
    state: str
    entries: Matched = field(default_factory=Matched)
    note: str = ""


class PersonReport(Struct):
    """Attributes:
    there, here: user names.
    state: "known", "made", or "refused" with the reason in `note`.
    link: with which somebody whose account was made chooses a password.
    marks: by kind.
    likes, ratings, plays: that were found there.
    """

    there: str
    here: str
    state: str = "known"
    note: str = ""
    link: str = ""
    marks: dict[str, Matched] = field(
        default_factory=lambda: {kind.value: Matched() for kind in _KINDS}
    )
    likes: int = 0
    ratings: int = 0
    plays: int = 0
    playlists: list[ListReport] = field(default_factory=list)
    bookmarks: Matched = field(default_factory=Matched)
    queue: Matched = field(default_factory=Matched)
    misses: list[Miss] = field(default_factory=list)

    def miss(self, wants: Sequence[Want], matches: Sequence[WantMatch], wanted_for: str) -> None:
        """Note what of these was not found."""
        self.misses += [
            Miss(want.kind.value, want.title, want.artist, want.album, want.path, wanted_for)
            for want, match in zip(wants, matches, strict=True)
            if match.track_id is None
        ]


class Report(Struct):
    """Attributes:
    dry_run: whether nothing was written.
    notes: what was not understood of the source.
    """

    source: str
    dry_run: bool
    people: list[PersonReport] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write it to a new file that only its owner reads.

        Raises:
            Refusal: it cannot be written.
        """
        content = msgspec.json.format(msgspec.json.encode(self.content()), indent=2)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
            with os.fdopen(os.open(path, flags, _MODE), "wb") as file:
                file.write(content + b"\n")
        except OSError as error:
            raise Refusal(
                f"the report cannot be written to {path}: {error.strerror}", Exit.UNAVAILABLE
            ) from None

    def content(self) -> dict[str, Any]:
        """All of it, but for the links, which are secrets."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        for person in found["people"]:
            person.pop("link")
        return found

    def summary(self) -> dict[str, Any]:
        """Without the misses, which can be many."""
        found = self.content()
        for person in found["people"]:
            person["misses"] = len(person["misses"])
        return found

    def rows(self) -> list[tuple[str, ...]]:
        """What of whom, how many, found, waiting, brought before, and found by what."""
        rows: list[tuple[str, ...]] = []
        for person in self.people:
            parts: list[tuple[str, Matched]] = [
                *((f"{kind}s", each) for kind, each in person.marks.items()),
                (f"{len(person.playlists)} playlists", _sum(person.playlists)),
                ("bookmarks", person.bookmarks),
                ("play queue", person.queue),
            ]
            rows += [
                (
                    person.here,
                    what,
                    f"{each.total:,}",
                    f"{each.found:,}",
                    f"{each.waiting:,}",
                    f"{each.known:,}",
                    ", ".join(f"{name} {count:,}" for name, count in sorted(each.by.items())),
                )
                for what, each in parts
                if each.total or (what.endswith("playlists") and person.playlists)
            ]
        return rows


def _sum(lists: Iterable[ListReport]) -> Matched:
    whole, by = Matched(), Counter[str]()
    for each in lists:
        whole.total += each.entries.total
        whole.waiting += each.entries.waiting
        whole.known += each.entries.known
        by.update(each.entries.by)
    whole.by = dict(by)
    return whole
