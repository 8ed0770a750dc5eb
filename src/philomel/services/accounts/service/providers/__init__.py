"""OpenID Connect, from the side of who relies on it."""
