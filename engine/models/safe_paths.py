"""Paths that come from a manifest or a model file, kept inside the folder they belong to."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from engine.errors import ModelError

_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


def inside(root: Path, relative: str, *, follow_links: bool = False) -> Path:
    """Return `root / relative`, refusing whatever would lead out of `root`.

    The same rules hold on every system, so that a manifest that is fine here is fine there.

    Args:
        root: the folder that the path belongs to.
        relative: with forward slashes, as manifests and ONNX files have it.
        follow_links: allow links out of `root`. Only where the content is checked against a
            hash of ours: some installers link a package's files to a store elsewhere.

    Raises:
        ModelError: it is empty, absolute, climbs with "..", names a drive or a stream, holds a
            NUL or a backslash, or is a link that leads elsewhere.
    """
    parts = PurePosixPath(relative).parts
    if (
        not parts
        or "\0" in relative
        or "\\" in relative
        or ":" in relative
        or relative.startswith(("/", "~"))
        or ".." in parts
    ):
        raise ModelError(
            f"The path {relative!r} leads out of its model's folder and was refused.",
            hint="Do not use this model, or ask its maker for one whose files lie beside it.",
        )
    path = root.joinpath(*parts)
    if not follow_links and not path.resolve().is_relative_to(root.resolve()):
        raise ModelError(
            f"{relative!r} is a link to a file outside its model's folder and was refused.",
            hint="Put the file itself into the folder.",
        )
    return path


def is_model_id(text: str) -> bool:
    """Return whether `text` can be a model's id, and with that the name of its folder."""
    return _ID.fullmatch(text) is not None and ".." not in text


def model_id_from(name: str) -> str:
    """Return an id made of a file's name: lower case, with dashes for what ids cannot hold."""
    text = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:48].strip("-")
    return text or "model"
