"""What is wrong with a track or an album, and what to do about it."""
