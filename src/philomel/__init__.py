"""Philomel: a folder of music becomes a service you can listen to."""

__version__ = "0.1.0"
