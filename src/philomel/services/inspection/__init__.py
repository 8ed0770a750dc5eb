"""The health of the libraries: what is wrong with files, tags, covers and sound, and the remedy."""
