"""Queries, as functions over a connection: they run inside one transaction of the caller."""
