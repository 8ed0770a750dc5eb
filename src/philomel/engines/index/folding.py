"""How names and queries become words that can be compared.

Case, accents and width are folded; Chinese, Japanese and Korean characters become one
word each, so that they match without word borders.
"""

import unicodedata
from collections.abc import Iterator

MAX_WORDS = 48
MAX_WORD = 40

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "'": None,
        "\N{RIGHT SINGLE QUOTATION MARK}": None,
        "\N{LEFT SINGLE QUOTATION MARK}": None,
        "\N{MODIFIER LETTER APOSTROPHE}": None,
        "`": None,
    }
)
_KANA_VOICING = ("\u3099", "\u309a")
_CJK = (
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7AF),  # hangul syllables
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_MAX_TEXT = 2_000


def is_cjk(character: str) -> bool:
    """Whether it is written without word borders."""
    if character < "\u2e80":
        return False
    point = ord(character)
    return any(low <= point <= high for low, high in _CJK)


def fold(text: str) -> str:
    """`text` without case, accents, width and apostrophes."""
    text = text[:_MAX_TEXT].casefold()
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    text = text.encode("utf-8", "ignore").decode()  # halves of surrogate pairs are no text
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(
        character
        for character in decomposed
        if unicodedata.category(character) != "Mn" or character in _KANA_VOICING
    )
    # A second casefold: compatibility characters may have become capitals.
    return unicodedata.normalize("NFC", bare).casefold().translate(_LETTERS)


def words(text: str) -> list[str]:
    """The words of a query, in order, at most `MAX_WORDS`."""
    return _words(fold(text))[0]


def name_words(text: str) -> tuple[list[str], list[str]]:
    """The words of a name, and what people write in one word of it ("AC/DC", "acdc")."""
    return _words(fold(text))


def _words(folded: str) -> tuple[list[str], list[str]]:
    found: list[str] = []
    joined: list[str] = []
    for chunk in folded.split():
        if chunk.isascii() and chunk.isalnum():
            found.append(chunk[:MAX_WORD])
        else:
            parts = [part[:MAX_WORD] for part in _split(chunk)]
            found += parts
            if len(parts) > 1 and not any(map(is_cjk, chunk)):
                joined.append("".join(parts)[:MAX_WORD])
        if len(found) >= MAX_WORDS:
            break
    if not found:  # a name like "!!!" is all there is
        found = [chunk[:MAX_WORD] for chunk in folded.split()]
    return found[:MAX_WORDS], joined[:MAX_WORDS]


def _split(chunk: str) -> Iterator[str]:
    """Runs of letters and digits; a CJK character is a word of its own."""
    word = ""
    for character in chunk:
        cjk = is_cjk(character)
        if not cjk and (character.isalnum() or unicodedata.category(character)[0] == "M"):
            word += character
            continue
        if word:
            yield word
            word = ""
        if cjk:
            yield character
    if word:
        yield word


def sort_number(found: list[str]) -> int:
    """The first eight letters of a name's words as a number that sorts like them."""
    number = 0
    for character in " ".join(found)[:8].ljust(8):
        number = number << 6 | _rank(character)
    return number


def _rank(character: str) -> int:
    if character == " ":
        return 0
    if "0" <= character <= "9":
        return 1 + ord(character) - ord("0")
    if "a" <= character <= "z":
        return 11 + ord(character) - ord("a")
    # Other scripts follow, in code order as far as six bits go.
    return min(63, 37 + ord(character) // 2048)
