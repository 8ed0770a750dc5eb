"""Where entries stand: numbers with room between them, so that one comes without moving others."""

GAP = 1 << 32
"""Room between neighbours at the end of a list; it can be halved 32 times."""


def places_between(
    before: int | None, after: int | None, count: int, gap: int = GAP
) -> list[int] | None:
    """`count` rising places between two taken ones; None if there is no room.

    Args:
        before, after: the neighbours' places; None beyond an end of the list.
        count: how many are needed.
        gap: to leave between them at an end of the list.
    """
    if before is None:
        if after is None:
            return [gap * number for number in range(1, count + 1)]
        return [after - gap * number for number in range(count, 0, -1)]
    if after is None:
        return [before + gap * number for number in range(1, count + 1)]
    step = (after - before) // (count + 1)
    if step < 1:
        return None
    return [before + step * number for number in range(1, count + 1)]
