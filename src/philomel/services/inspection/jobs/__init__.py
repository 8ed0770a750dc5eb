"""Marking what changed, and looking at it."""
