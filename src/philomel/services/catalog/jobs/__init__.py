"""What goes on in the background: scanning, covers, and following media and plays."""
