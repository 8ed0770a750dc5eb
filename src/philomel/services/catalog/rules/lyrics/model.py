"""What a parser of lyrics finds, and how much of it is kept."""

from dataclasses import dataclass, field

from philomel.services.catalog.contract import LyricAgent, LyricLine

LINES = 10_000
WORDS = 500
"""In a line."""
LATEST_MS = 14 * 24 * 3_600_000
"""Nothing lasts longer; a later time is a mistake."""


@dataclass
class Parsed:
    lines: list[LyricLine]
    language: str = ""
    agents: list[LyricAgent] = field(default_factory=list)
