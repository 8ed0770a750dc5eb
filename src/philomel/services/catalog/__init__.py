"""Catalogue: what exists: libraries, files, tracks, albums, artists and genres."""
