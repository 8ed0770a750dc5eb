"""What Philomel rents: databases, logs, blobs, indexes, caches, codecs.

Nothing in here knows about music. Each port is the `__init__` of its package;
adapters stand beside it and are named by `app/engines.py` alone.
"""
