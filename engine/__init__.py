"""Gesso's engine: everything that makes pictures and sound, without a window."""

__version__ = "0.1.0"
