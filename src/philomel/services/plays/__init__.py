"""Plays: what was listened to, how often and when last."""
