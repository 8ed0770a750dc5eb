"""QR codes, as one path for an SVG."""

from dataclasses import dataclass

from philomel.kernel.errors import InvalidArgument

MOST = 1_000
"""Characters: more would make a picture that no camera reads from a screen."""
BORDER = 4


@dataclass(frozen=True)
class Code:
    """Attributes:
    path: the dark squares, each one unit; the first begins at 0, 0.
    size: of the picture with its border of four units on every side.
    """

    path: str
    size: int


def draw(content: str) -> Code:
    """
    Raises:
        InvalidArgument: nothing, or too much for a picture.
    """
    import segno

    if not 0 < len(content) <= MOST:
        raise InvalidArgument(f"a QR code holds 1 to {MOST} characters")
    code = segno.make(content, error="m", micro=False)
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, line in enumerate(code.matrix_iter(border=0))
        for x, dark in enumerate(line)
        if dark
    )
    return Code(path, int(code.symbol_size(border=BORDER)[0]))
