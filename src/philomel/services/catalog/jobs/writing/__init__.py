"""What follows from what was written."""
