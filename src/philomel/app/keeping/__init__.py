"""Keeping what cannot be made again: backups, restoring them, moving an installation."""
