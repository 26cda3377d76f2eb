"""Programmes that make what the project carries: pictures, translations, packages."""
