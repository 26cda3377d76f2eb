"""The engine's public surface: all that the window, scripts and servers may use."""

from __future__ import annotations
