"""Ids, errors, time, paging and the caller: pure, tiny, closed.

A new file in this package needs an ADR: everything imports the kernel, so
everything pays for what it holds.
"""
