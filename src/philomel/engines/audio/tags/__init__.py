"""Reads tags by mutagen. Runs in workers only."""
