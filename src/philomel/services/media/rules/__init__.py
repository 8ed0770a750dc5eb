"""Decisions of the media service: formats, limits, and what an address says."""
