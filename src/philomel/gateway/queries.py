"""Query strings, as doors that take JSON otherwise read them."""

from urllib.parse import parse_qsl

from philomel.kernel.errors import InvalidArgument

_MAX_FIELDS = 1_000


def parse_query(query: bytes) -> dict[str, str]:
    """Names to values; of repeated names the first.

    Raises:
        InvalidArgument: there are too many.
    """
    try:
        pairs = parse_qsl(
            query.decode("latin-1"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise InvalidArgument("too many parameters") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found
