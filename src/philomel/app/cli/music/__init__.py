"""Commands about what is in the catalogue."""
