"""What administrators write into libraries that allow it."""
