"""What a name and a password may be."""

import itertools
import unicodedata

from philomel.services.accounts.contract import BadName, WeakPassword

MAX_NAME = 64
MIN_PASSWORD = 8
MAX_PASSWORD_BYTES = 1024

# Eight characters or more, from published lists of what people choose most often; compared
# without case, and without the digits and marks that are hung on at the end.
_COMMON_WORDS = """
password passwort motdepasse contrasena qwertyui qwertyuiop qwertzui qwertzuiop asdfghjk
asdfghjkl azertyui azertyuiop zxcvbnm1 iloveyou iloveyouu princess sunshine football baseball
superman starwars computer whatever trustno1 letmein1 letmeinnow welcome1 welcomehome changeme
changemenow adminadmin administrator rootroot testtest secretsecret passpass dragonball
jennifer michelle michael1 jordan23 liverpool chocolate butterfly basketball volleyball
nightingale philomel philomela musicmusic spotify1 mymusic1 abcdefgh abcdefghi aaaaaaaa
abcd1234 abc12345 1q2w3e4r 1q2w3e4r5t q1w2e3r4 1qaz2wsx zaq12wsx qazwsxedc passw0rd p@ssw0rd
p@ssword pa$$word pa55word pass1234 qwer1234 qwerty12 qwerty123 letmein123 admin123 welcome123
monkey123 dragon123 master123 login123 hello123 default1 guestguest useruser homehome samsung1
pokemon1 minecraft fortnite blink182
"""
_COMMON = frozenset(_COMMON_WORDS.split())


def check_name(name: str) -> str:
    """The name as it is kept.

    Raises:
        BadName: empty, too long, or with characters that break lists, paths and logs.
    """
    composed = unicodedata.normalize("NFC", name)
    if not 1 <= len(composed) <= MAX_NAME:
        raise BadName(f"a name has 1 to {MAX_NAME} characters")
    if any(_is_control(character) or character in "/\\" for character in composed):
        raise BadName("a name has no control characters and no slashes")
    if composed != composed.strip():
        raise BadName("a name does not begin or end with a space")
    return composed


def name_key(name: str) -> str:
    """Equal for names that differ in case or in how their accents are written only."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return unicodedata.normalize("NFC", folded)


def lookup_key(name: str) -> str | None:
    """The key to find a name by; None for what can be nobody's name."""
    if len(name) > 4 * MAX_NAME or any(_is_control(character) for character in name):
        return None
    return name_key(name)


def check_password(password: str, name: str) -> None:
    """Length counts, composition does not (NIST SP 800-63B, 3.1.1.2).

    Raises:
        WeakPassword: too short, too long, the user's own name, or one that everybody tries.
    """
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(f"a password has at least {MIN_PASSWORD} characters")
    if len(password_bytes(password)) > MAX_PASSWORD_BYTES:
        raise WeakPassword(f"a password has at most {MAX_PASSWORD_BYTES} bytes")
    key = name_key(password)
    if key.strip() == name_key(name):
        raise WeakPassword("a password is not the name")
    stem = key.rstrip("0123456789!?.,*#$-_ ")
    if len(set(key)) < 3 or stem in _COMMON or key in _COMMON or _is_run(key):
        raise WeakPassword("this password is among the first that everybody tries")


def password_bytes(password: str) -> bytes:
    """What is hashed: the same for the same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def check_display_name(name: str) -> str:
    """A display name as it is kept; "" is none.

    Raises:
        BadName: too long, or with control characters.
    """
    composed = unicodedata.normalize("NFC", name).strip()
    if len(composed) > MAX_NAME:
        raise BadName(f"a display name has at most {MAX_NAME} characters")
    if any(_is_control(character) for character in composed):
        raise BadName("a display name has no control characters")
    return composed


def check_label(label: str) -> str:
    """The label of an app password or the name of a program, as it is kept.

    Raises:
        BadName: empty, too long, or with control characters.
    """
    composed = unicodedata.normalize("NFC", label).strip()
    if not 1 <= len(composed) <= MAX_NAME:
        raise BadName(f"a label has 1 to {MAX_NAME} characters")
    if any(_is_control(character) for character in composed):
        raise BadName("a label has no control characters")
    return composed


def _is_control(character: str) -> bool:
    # Cc, Cf (also the marks that turn text around), Cs, Co, Cn; and line and paragraph ends.
    category = unicodedata.category(character)
    return category[0] == "C" or category in {"Zl", "Zp"}


def _is_run(text: str) -> bool:
    """Whether each character follows the one before: 12345678, 87654321, abcdefgh."""
    steps = {(ord(b) - ord(a)) % 10 for a, b in itertools.pairwise(text)}
    if text.isdigit():
        return len(steps) == 1
    return len({ord(b) - ord(a) for a, b in itertools.pairwise(text)}) == 1
