"""Which edition of the reading of tags a file was read by."""

from typing import Final

READ_VERSION: Final = 1
"""Raise it when the reader or the drafts learn a tag, or understand one better: what was read
by an older one is read again by itself, a few files at a time."""
