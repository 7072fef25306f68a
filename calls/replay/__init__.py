"""Plays recorded dispatches through the same actions as people use, and counts every line it was given."""
