"""The parameters of a call, from the query and a posted form, checked one by one."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl

from philomel.gateway.subsonic.errors import GENERIC, MISSING_PARAMETER, Failure, not_found
from philomel.kernel.ids import is_id

_MAX_FIELDS = 10_000
_MAX_IDS = 5_000
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?", re.ASCII)


_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{0,9})?", re.ASCII)


class Parameters:
    """Names to values; what is asked for and given twice counts once."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def parse(cls, *encoded: bytes) -> "Parameters":
        """The parameters of URL-encoded texts.

        Raises:
            Failure: there are too many.
        """
        pairs: list[tuple[str, str]] = []
        try:
            for text in encoded:
                pairs += parse_qsl(
                    text.decode("latin-1"),
                    keep_blank_values=True,
                    errors="replace",
                    max_num_fields=_MAX_FIELDS,
                )
        except ValueError:
            raise Failure(GENERIC, "too many parameters") from None
        return cls(pairs)

    def get(self, name: str) -> str | None:
        values = self._values.get(name)
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def need(self, name: str) -> str:
        """Raises: Failure: it is missing."""
        value = self.get(name)
        if value is None:
            raise Failure(MISSING_PARAMETER, f"required parameter is missing: {name}")
        return value

    def id(self, name: str = "id") -> str:
        """An id that could exist.

        Raises:
            Failure: missing, or no id of ours.
        """
        value = self.need(name)
        if not value:
            raise Failure(MISSING_PARAMETER, f"required parameter is missing: {name}")
        return _checked_id(value)

    def ids(self, name: str) -> list[str]:
        """Ids that could exist, each once; none if the parameter is missing."""
        given = self.all(name)
        if len(given) > _MAX_IDS:
            raise Failure(GENERIC, f"at most {_MAX_IDS} ids at a time")
        return list(dict.fromkeys(_checked_id(value) for value in given))

    def whole(self, name: str, default: int, low: int = 0, high: int = 2**53) -> int:
        """A whole number; above `high` it is taken as `high`.

        Raises:
            Failure: no number, or below `low`.
        """
        value = self.get(name)
        if value is None or value == "":
            return default
        return checked_whole(name, value, low, high)

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number, with or without a fraction.

        Raises:
            Failure: no number, or out of its range.
        """
        value = self.get(name)
        if value is None or value == "":
            return default
        if not _NUMBER.fullmatch(value) or not low <= float(value) <= high:
            raise Failure(GENERIC, f"{name} must be between {low:g} and {high:g}")
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.get(name)
        if value is None or value == "":
            return default
        if value.lower() in {"true", "1"}:
            return True
        if value.lower() in {"false", "0"}:
            return False
        raise Failure(GENERIC, f"{name} must be true or false")


def checked_whole(name: str, value: str, low: int = 0, high: int = 2**53) -> int:
    if not _WHOLE.fullmatch(value):
        raise Failure(GENERIC, f"{name} must be a whole number")
    number = int(value.partition(".")[0])
    if number < low:
        raise Failure(GENERIC, f"{name} must be at least {low}")
    return min(number, high)


def _checked_id(value: str) -> str:
    if not is_id(value):
        raise not_found()
    return value
