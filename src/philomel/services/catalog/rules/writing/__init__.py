"""What may be written into libraries, and under which names."""
