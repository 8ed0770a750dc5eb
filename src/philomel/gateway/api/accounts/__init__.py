"""People and what they sign in with: each topic is a module with `ROUTES`."""
