"""What was written into libraries, and what still comes."""
