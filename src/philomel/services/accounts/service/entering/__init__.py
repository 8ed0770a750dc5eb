"""What every way of coming in is made of: sessions, waiting second steps, and their proofs."""
