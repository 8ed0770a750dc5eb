"""Search: finds artists, albums and tracks while the listener types."""
