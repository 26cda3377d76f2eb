"""Manifests as TOML files: read with the standard library, written by the few rules we need."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import ModelError
from engine.models.manifest import Manifest
from engine.models.safe_paths import is_model_id

MANIFEST_NAME = "manifest.toml"
SCHEMA = 1

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LARGEST_BYTES = 1_000_000


class NewerManifest(ModelError):  # noqa: N818 - named for what it is
    """A manifest of a newer Gesso, or of a kind of model that this one does not know."""


def read_manifest(path: Path) -> Manifest:
    """Return the manifest in `path`.

    Raises:
        NewerManifest: it is in order, but this Gesso cannot use it.
        ModelError: it is not a manifest, or a damaged one; the message says where.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise _broken(path, "it is far too large")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _broken(path, error.strerror or "it cannot be read") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _broken(path, str(error)) from error
    return manifest_from(data, path)


def manifest_from(data: dict[str, Any], path: Path) -> Manifest:
    """Return parsed TOML as a manifest; `path` is for messages.

    Raises:
        NewerManifest: it is in order, but this Gesso cannot use it.
        ModelError: it does not fit.
    """
    schema = data.get("schema", SCHEMA)
    if isinstance(schema, int) and schema > SCHEMA:
        raise NewerManifest(
            f"{path} was written for a newer Gesso.", hint="Update Gesso to use this model."
        )
    try:
        manifest = msgspec.convert(data, Manifest)
    except msgspec.ValidationError as error:
        if str(error).endswith("`$.kind`"):
            raise NewerManifest(
                f"{path} describes a kind of model that this Gesso does not know: "
                f"{data.get('kind')!r}.",
                hint="Update Gesso to use this model.",
            ) from error
        raise _broken(path, str(error)) from error
    problem = _problem(manifest)
    if problem:
        raise _broken(path, problem)
    return manifest


def dump_manifest(manifest: Manifest) -> str:
    """Return `manifest` as TOML that `read_manifest` reads back as the same value."""
    data = msgspec.to_builtins(manifest)
    tables = {k: v for k, v in data.items() if isinstance(v, dict)}
    arrays = {k: v for k, v in data.items() if k == "files"}
    lines = [f"{k} = {_value(v)}" for k, v in data.items() if k not in tables and k not in arrays]
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    for name, rows in arrays.items():
        for row in rows:
            lines += ["", f"[[{name}]]", *(f"{_key(k)} = {_value(v)}" for k, v in row.items())]
    return "\n".join(lines) + "\n"


def _problem(manifest: Manifest) -> str:
    """Return what is wrong with a manifest that has the right shape, or nothing."""
    if not is_model_id(manifest.id):
        return f"the id {manifest.id!r} may hold only a-z, 0-9, dot, dash and underscore"
    if manifest.source.kind not in ("bundled", "package", "folder"):
        return f"there is no source called {manifest.source.kind!r}"
    if manifest.source.kind == "package" and not manifest.source.distribution:
        return "the package that holds the files is not named"
    if not manifest.files:
        return "it names no files"
    roles = [file.role for file in manifest.files]
    if len(set(roles)) < len(roles):
        return "two files have the same role"
    if manifest.licence.commercial not in ("yes", "no", "unknown"):
        return f"commercial use cannot be {manifest.licence.commercial!r}"
    for file in manifest.files:
        if not _DIGEST.fullmatch(file.sha256):
            return f"the SHA-256 of {file.path!r} is not one"
        if file.size < 0:
            return f"the size of {file.path!r} is negative"
    return ""


def _broken(path: Path, why: str) -> ModelError:
    return ModelError(
        f"{path} is not a manifest that can be read: {why}.",
        hint="Remove the model and add it again.",
    )


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            # TOML spells infinity and not-a-number as Python does.
            return repr(value)
        case str():
            return _text(value)
        case list() | tuple():
            return f"[{', '.join(_value(v) for v in value)}]"
        case dict():
            pairs = (f"{_key(str(k))} = {_value(v)}" for k, v in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            raise TypeError(f"A manifest cannot hold {type(value).__name__}.")


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped and JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
