"""Making whole renditions in workers: encoded once from end to end, cut where players may switch.

Everything here is deterministic: the same audio gives the same bytes, whoever asks and
whenever it is made again. No clock, no random number and no name of a program goes in.
"""
