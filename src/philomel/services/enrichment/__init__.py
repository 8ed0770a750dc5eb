"""What others know of the music: pictures, biographies and lyrics from open services."""
