"""Asking the open services, one thing after the other."""
