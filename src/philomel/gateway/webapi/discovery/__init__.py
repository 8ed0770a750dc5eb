"""Finding what one did not look for: new things, genres, likeness, recommendations."""
