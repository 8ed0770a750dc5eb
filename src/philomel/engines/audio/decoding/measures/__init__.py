"""What is measured of a file while it is decoded once."""
