"""When two names are the same, and how names sort.

Folding makes keys that compare as plain code points, so SQLite (UTF-8 bytes) and
PostgreSQL (collation "C") page in the same order.
"""

import unicodedata
from functools import lru_cache
from hashlib import blake2b

SORT_LENGTH = 200

_FIRST_MARK, _LAST_MARK = "\u0300", "\u036f"
_PUNCTUATION = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u0060": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-",
    "\u2013": "-", "\u2014": "-", "\u2212": "-",
})  # fmt: skip


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The key under which a name is the same, whatever its case, accents and spacing.

    Only the accents of Latin, Greek and Cyrillic are dropped: the marks of Japanese,
    Devanagari and others tell words apart.
    """
    if text.isascii():
        return " ".join(text.casefold().translate(_PUNCTUATION).split())
    text = unicodedata.normalize("NFKD", text.translate(_PUNCTUATION)).casefold()
    kept = "".join(c for c in text if not _FIRST_MARK <= c <= _LAST_MARK)
    return " ".join(unicodedata.normalize("NFC", kept).split())


def sort_key(text: str, articles: tuple[str, ...] = ()) -> str:
    """What a list sorts by: folded, without opening punctuation and a leading article."""
    folded = fold(text)
    bare = folded.lstrip("\"'([{<.*-_#! ") or folded
    for article in articles:
        start = article.casefold() + " "
        if bare.startswith(start) and len(bare) > len(start):
            bare = bare[len(start) :]
            break
    return bare[:SORT_LENGTH]


def sort_name(name: str, articles: tuple[str, ...]) -> str:
    """As the shelf has it: "Beatles, The"."""
    for article in articles:
        start = len(article)
        if name[:start].casefold() == article.casefold() and name[start : start + 1] == " ":
            rest = name[start:].strip()
            if rest:
                return f"{rest}, {name[:start]}"
    return name


def digest(*parts: str) -> str:
    """A short key for parts of any length."""
    text = "\x1f".join(parts).encode("utf-8", "replace")
    return blake2b(text, digest_size=16).hexdigest()
