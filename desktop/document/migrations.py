"""Bringing saved documents up from older schemas, one step at a time.

`SCHEMA` is raised whenever a file written before could no longer be read as it is; the step from
the old number then goes into `MIGRATIONS`. Parameters of a task have versions of their own
(`engine.spec.task.TaskSpec.upgrades`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.api import AssetError

SCHEMA = 1

Step = Callable[[dict[str, Any]], dict[str, Any]]

MIGRATIONS: Mapping[int, Step] = {}
"""Schema n -> function from its plain data to that of schema n + 1."""


def migrated(
    data: dict[str, Any],
    schema: int,
    *,
    steps: Mapping[int, Step] = MIGRATIONS,
    newest: int = SCHEMA,
) -> dict[str, Any]:
    """Return plain data of schema `schema` as data of the newest schema.

    Raises:
        AssetError: it was written by a newer Gesso, or by one that no step leads on from.
    """
    if schema > newest:
        raise AssetError(
            f"This project was saved by a newer Gesso (format {schema}; this one reads {newest}).",
            hint="Update Gesso to open it.",
        )
    for number in range(schema, newest):
        if number not in steps:
            raise AssetError(f"Projects of format {number} can no longer be read.")
        data = steps[number](data)
    return data
