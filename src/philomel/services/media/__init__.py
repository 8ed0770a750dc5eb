"""Media: the assets behind tracks: where their bytes are and how they are delivered."""
