"""What a listener waits for in the web player."""
