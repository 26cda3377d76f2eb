"""Changing what is open: the current value, undo and autosave."""
