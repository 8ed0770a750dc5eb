"""Where each letter begins in a list by name."""

from typing import Any

from sqlalchemy import Column, Connection, Select, case, func, select

from philomel.services.catalog.contract import Letter, Letters

_OTHERS = {"#": "", "~": "{"}


def letters_of(
    connection: Connection, listed: Select[Any], key: Column[str], values: dict[str, Any]
) -> Letters:
    """Counted from one end to the other.

    Args:
        listed: all of the list, in no order.
        key: what it is sorted by.
    """
    first = case((key < "a", "#"), (key >= "{", "~"), else_=func.substr(key, 1, 1))
    keys = listed.with_only_columns(first.label("letter")).subquery()
    statement = select(keys.c.letter, func.count()).group_by(keys.c.letter)
    found = sorted(
        (
            (_OTHERS.get(letter, letter), letter, count)
            for letter, count in connection.execute(statement, values)
        ),
    )
    letters, offset = [], 0
    for _, letter, count in found:
        letters.append(Letter(letter, offset))
        offset += count
    return Letters(tuple(letters), offset)
