"""Playlists: what listeners keep: likes and ratings (playlists and folders will join them)."""
