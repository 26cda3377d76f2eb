from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError
from engine.models.manifest import (
    Manifest,
    ModelFile,
    ModelKind,
    ModelLicence,
    ModelSource,
)
from engine.models.manifest_file import NewerManifest, dump_manifest, read_manifest
from engine.paths import resources

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.one_of(text, st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False))
contract = st.dictionaries(
    text, st.one_of(plain, st.lists(plain, max_size=4), st.dictionaries(text, plain, max_size=3)),
    max_size=5,
)  # fmt: skip


def a_manifest(**changes: Any) -> Manifest:
    values: dict[str, Any] = {
        "id": "toy",
        "kind": ModelKind.STYLE,
        "arch": "image-to-image",
        "name": "Toy",
        "licence": ModelLicence(spdx="MIT"),
        "source": ModelSource(kind="folder"),
        "files": (ModelFile(role="network", path="model.onnx", sha256="0" * 64, size=3),),
    }
    return Manifest(**{**values, **changes})


@given(name=text, note=text, contract=contract)
def test_a_manifest_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, name: str, note: str, contract: dict[str, Any]
) -> None:
    manifest = a_manifest(
        name=name, licence=ModelLicence(spdx="MIT", note=note, consent=True), contract=contract
    )
    path = tmp_path_factory.mktemp("toml") / "manifest.toml"
    path.write_text(dump_manifest(manifest), encoding="utf-8", newline="")
    assert read_manifest(path) == manifest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "../x"}, "id"),
        ({"source": ModelSource(kind="hub")}, "no source called"),
        ({"source": ModelSource(kind="package")}, "not named"),
        ({"files": ()}, "files"),
        ({"files": (ModelFile(role="a", path="x", sha256="nope", size=1),)}, "SHA-256"),
        ({"licence": ModelLicence(spdx="MIT", commercial="maybe")}, "commercial"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_damaged(
    change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(dump_manifest(a_manifest(**change)), encoding="utf-8")
    with pytest.raises(ModelError, match=message) as caught:
        read_manifest(path)
    assert not isinstance(caught.value, NewerManifest)


@pytest.mark.parametrize("data", [b"[[[", b"\xff\xfe", b"", b"id = 3", b"a=" + b"[" * 5000])
def test_bytes_that_are_no_manifest_are_damaged(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "manifest.toml"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="not a manifest"):
        read_manifest(path)


@pytest.mark.parametrize(
    ("old", "new"), [("schema = 1", "schema = 2"), ('kind = "style"', 'kind = "cinema"')]
)
def test_a_manifest_from_the_future_is_unsupported_rather_than_damaged(
    old: str, new: str, tmp_path: Path
) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(dump_manifest(a_manifest()).replace(old, new), encoding="utf-8")
    with pytest.raises(NewerManifest, match="Update Gesso"):
        read_manifest(path)


def test_every_manifest_that_ships_reads_and_names_a_licence_that_is_there() -> None:
    paths = sorted((resources() / "models").glob("*/manifest.toml"))
    assert len(paths) >= 2
    for path in paths:
        manifest = read_manifest(path)
        assert manifest.id == path.parent.name
        assert (resources() / "licences" / manifest.licence.text).is_file()
