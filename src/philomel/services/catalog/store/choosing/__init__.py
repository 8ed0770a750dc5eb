"""Tracks by what is known of them, and by conditions."""
