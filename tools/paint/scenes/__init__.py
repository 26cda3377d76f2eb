"""Subjects: what the pictures show, before any medium."""
