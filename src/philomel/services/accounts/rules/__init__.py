"""Decisions without I/O: names and passwords, programs and scopes, tries and their delays."""
