"""Gesso's window."""
