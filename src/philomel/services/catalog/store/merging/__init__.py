"""Two ids turn out to be one, and how that is taken back."""
