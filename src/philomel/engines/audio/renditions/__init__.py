"""Renditions: made when they are first asked for, kept by content within a bound of bytes.

The store behind `Store.RENDITIONS`: a key says which part of which rendition of which file.
"""
