"""Decisions of the catalogue, without I/O: names, numbers, identity, matching."""
