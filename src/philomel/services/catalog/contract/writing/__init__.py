"""What administrators write into a library that allows it; into every other nothing is written."""
