"""How a document stands in the index: every kind has its own fields, and so its own words."""

import math
import zlib
from collections.abc import Sequence
from functools import lru_cache

import tantivy

from philomel.engines.index import Document
from philomel.engines.index.folding import fold, is_cjk, name_words, sort_number

EDGE = 5
"""Prefixes of up to so many letters are words of their own in the index."""
ORDER = "order"
"""Documents are stored the popular ones first: to look among these touches little else."""
MAX_WHOLE = 120
MAX_LEVEL = 40


GAP = "\x1f"
"""A word that nobody can type, between what does not stand side by side."""
DIGITS = 5


def schema(kinds: Sequence[str]) -> tantivy.Schema:
    """The fields: those of a kind are named after it.

    name, any: the words of the name, and of name and context; `_edge`: their beginnings, and in
    `name_edge` ^ before that of a whole name. said: the words of fields, each behind the name of
    its field. fact: values and numbers. whole: the name. scope: whose it is, one term for each
    set of filters that occurs. hot: p1, p2, ... for each doubling of popularity, h1, h2, ... for
    ever smaller samples.
    """
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_float_field("weight", fast=True)
    builder.add_unsigned_field("rank", fast=True)
    builder.add_unsigned_field(ORDER, fast=True)
    for kind in kinds:
        for field in ("name", "any", "said"):
            builder.add_text_field(
                f"{kind}_{field}", tokenizer_name="whitespace", index_option="position"
            )
        for field in ("name_edge", "any_edge", "fact", "hot"):
            builder.add_text_field(
                f"{kind}_{field}", tokenizer_name="whitespace", index_option="basic"
            )
        for field in ("whole", "scope"):
            builder.add_text_field(f"{kind}_{field}", tokenizer_name="raw", index_option="basic")
    return builder.build()


def written(document: Document) -> tantivy.Document:
    """The document in the fields of its kind."""
    kind = document.kind
    names, joined = name_words(document.name)
    found = names + joined
    around, around_edges = _around(document.context)
    edges = _edges(found)
    made = tantivy.Document()
    made.add_text("id", document.id)
    made.add_text(f"{kind}_scope", scope_of(document.filters))
    made.add_text(f"{kind}_whole", whole(names))
    made.add_text(f"{kind}_name", " ".join(found))
    made.add_text(f"{kind}_any", f"{' '.join(found)} {GAP} {around}" if around else " ".join(found))
    made.add_text(f"{kind}_any_edge", " ".join(edges | around_edges))
    if names:
        edges.update("^" + names[0][:length] for length in range(1, EDGE + 1))
    made.add_text(f"{kind}_name_edge", " ".join(edges))
    if document.fields:
        made.add_text(f"{kind}_said", _said(document.fields))
    facts = [fact(field, value) for field, value in document.values]
    facts += [part for field, number in document.numbers for part in _parts(field, number)]
    if facts:
        made.add_text(f"{kind}_fact", " ".join(facts))
    popular, drawn = _hotness(document)
    made.add_unsigned(ORDER, popular << 32 | drawn)
    hot = _hot(popular, drawn)
    if hot:
        made.add_text(f"{kind}_hot", hot)
    made.add_float("weight", _weight(document.popularity, len(names)))
    made.add_unsigned("rank", _rank(document.popularity, names))
    return made


def said(field: str, word: str) -> str:
    """How a word of a field stands among those of all fields."""
    return f"{field}:{word}"


def fact(field: str, value: str) -> str:
    return f"{field}={''.join(fold(value).split())[:MAX_WHOLE]}"


def between(field: str, low: int, high: int) -> list[str]:
    """The fewest of a number's beginnings that hold all from `low` to `high`."""
    low, high = max(low, 0), min(high, 10**DIGITS - 1)
    found: list[str] = []
    while low <= high:
        size = 1
        while size < 10 ** (DIGITS - 1) and low % (size * 10) == 0 and low + size * 10 - 1 <= high:
            size *= 10
        found.append(f"{field}#{low:0{DIGITS}}"[: len(field) + 2 + DIGITS - len(str(size))])
        low += size
    return found


def _parts(field: str, number: int) -> list[str]:
    """A number's beginnings; none of one that is out of bounds."""
    if not 0 <= number < 10**DIGITS:
        return []
    digits = f"{number:0{DIGITS}}"
    return [f"{field}#{digits[:length]}" for length in range(1, DIGITS + 1)]


@lru_cache(maxsize=256)
def _said(fields: tuple[tuple[str, str], ...]) -> str:
    parts = []
    for field, text in fields:
        names, joined = name_words(text)
        parts += [said(field, word) for word in names]
        parts.append(GAP)
        parts += [part for word in joined for part in (said(field, word), GAP)]
    return " ".join(parts)


def whole(names: Sequence[str]) -> str:
    return " ".join(names)[:MAX_WHOLE]


def scope_of(filters: Sequence[str]) -> str:
    """One term for a set of filters."""
    return "\n".join(sorted(set(filters)))


def filters_of(scope: str) -> frozenset[str]:
    return frozenset(scope.split("\n")) if scope else frozenset()


def start(typed: Sequence[str]) -> str:
    """The mark in the edge field of names that begin with what was typed."""
    return "^" + typed[0][:EDGE]


@lru_cache(maxsize=256)
def _around(context: str) -> tuple[str, frozenset[str]]:
    """Words and beginnings of a context; the tracks of an album share theirs."""
    found = [word for part in name_words(context) for word in part]
    return " ".join(found), frozenset(_edges(found))


def _edges(found: Sequence[str]) -> set[str]:
    return {
        word[:length]
        for word in found
        if not is_cjk(word[0])
        for length in range(1, min(len(word), EDGE) + 1)
    }


def _hotness(document: Document) -> tuple[int, int]:
    """The level of popularity, and 32 bits drawn by the id for where nothing is popular."""
    popular = min(MAX_LEVEL, int(math.log2(1 + max(document.popularity, 0.0))))
    return popular, zlib.crc32(document.id.encode("utf-8", "replace"))


def _hot(popular: int, drawn: int) -> str:
    """Levels of popularity, and of a sample: each holds the next, and is first in the order."""
    ones = 32 - (drawn ^ 0xFFFFFFFF).bit_length()
    levels = [f"p{level}" for level in range(1, popular + 1)]
    return " ".join(levels + [f"h{level}" for level in range(1, ones + 1)])


def _weight(popularity: float, length: int) -> float:
    """As tantivy wants it: the score is multiplied by log2(2 + weight)."""
    popular = 0.12 * math.log2(1 + max(popularity, 0.0))
    short = 0.5 / (1 + 0.25 * max(length - 1, 0))
    return math.exp2(1 + min(popular, 4.0) + short) - 2


def _rank(popularity: float, names: list[str]) -> int:
    """Popularity, then name: 16 bits exact to 32,767 plays and logarithmic above."""
    plays = int(min(max(popularity, 0.0), 1e15))
    if plays > 0x7FFF:
        plays = min(0xFFFF, 0x8000 + int(600 * (math.log2(plays) - 15)))
    return plays << 48 | ((1 << 48) - 1 - sort_number(names))
