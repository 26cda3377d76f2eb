from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, external_data_helper, helper
from toy_graphs import chain, model_of, painter

from engine.errors import ModelError
from engine.runtime.graphs import check_file


def external(folder: Path, location: str, length: int = 16) -> Path:
    """Write a model whose weight lies at `location`."""
    tensor = TensorProto(name="weight", data_type=TensorProto.FLOAT, dims=[4])
    tensor.raw_data = b"\0" * 16
    external_data_helper.set_external_data(tensor, location, offset=0, length=length)
    tensor.ClearField("raw_data")
    model = model_of([helper.make_node("Add", ["x", "weight"], ["y"])], {"x": [4]}, {"y": [4]})
    model.graph.initializer.append(tensor)
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_a_sound_file_passes_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "sound.onnx"
    path.write_bytes(painter().SerializeToString())
    assert check_file(path) == path.stat().st_size


def test_external_data_beside_the_file_passes_and_counts(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(b"\0" * 16)
    path = external(tmp_path, "weights.bin")
    assert check_file(path) == path.stat().st_size + 16


@pytest.mark.parametrize(
    "location",
    [
        "../secret.bin",
        "inner/../../secret.bin",
        "/etc/hostname",
        "C:\\Windows\\win.ini",
        "\\\\server\\share\\file",
        "..\\secret.bin",
        "",
    ],
)
def test_external_data_elsewhere_is_refused(tmp_path: Path, location: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"\0" * 16)
    with pytest.raises(ModelError, match="outside its own folder"):
        check_file(external(folder, location))


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"\0" * 16)
    (folder / "weights.bin").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(ModelError, match="outside its own folder"):
        check_file(external(folder, "weights.bin"))


def test_a_hub_cache_of_links_passes(tmp_path: Path) -> None:
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots"
    blobs.mkdir()
    snapshot.mkdir()
    external(blobs, "weights.bin").rename(blobs / "aaaa")
    (blobs / "bbbb").write_bytes(b"\0" * 16)
    (snapshot / "model.onnx").symlink_to("../blobs/aaaa")
    (snapshot / "weights.bin").symlink_to("../blobs/bbbb")
    assert check_file(snapshot / "model.onnx") > 16


def test_external_data_inside_a_branch_is_found(tmp_path: Path) -> None:
    tensor = TensorProto(name="hidden", data_type=TensorProto.FLOAT, dims=[4])
    tensor.raw_data = b"\0" * 16
    external_data_helper.set_external_data(tensor, "../secret.bin")
    tensor.ClearField("raw_data")
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["out"], value=tensor)],
        "branch",
        [],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [4])],
    )
    model = model_of(
        [helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)],
        {"x": []},
        {"y": [4]},
    )
    path = tmp_path / "branch.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="outside its own folder"):
        check_file(path)


def test_missing_and_short_external_data_are_told_apart(tmp_path: Path) -> None:
    path = external(tmp_path, "weights.bin", length=64)
    with pytest.raises(ModelError, match="is missing"):
        check_file(path)
    (tmp_path / "weights.bin").write_bytes(b"\0" * 16)
    with pytest.raises(ModelError, match="incomplete"):
        check_file(path)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    data = painter().SerializeToString()
    path = tmp_path / "half.onnx"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match="not an ONNX model, or the file is incomplete"):
        check_file(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a zip file", b"\x89PNG\r\n", b"{}"])
def test_what_is_not_onnx_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "other.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError, match="not an ONNX model"):
        check_file(path)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_end_in_a_model_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError):
        check_file(path)


def test_a_missing_file_says_where(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"missing from {tmp_path}"):
        check_file(tmp_path / "none.onnx")


def test_operators_that_need_a_library_are_refused(tmp_path: Path) -> None:
    node = helper.make_node("Surprise", ["x"], ["y"], domain="evil.ops")
    model = model_of([node], {"x": [1]}, {"y": [1]}, opsets=(("", 17), ("evil.ops", 1)))
    path = tmp_path / "custom.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="Surprise"):
        check_file(path)


def test_functions_that_the_model_brings_itself_pass(tmp_path: Path) -> None:
    node = helper.make_node("Twice", ["x"], ["y"], domain="local")
    model = model_of([node], {"x": [1]}, {"y": [1]}, opsets=(("", 17), ("local", 1)))
    body = [helper.make_node("Add", ["a", "a"], ["b"])]
    twice = helper.make_function(
        "local", "Twice", ["a"], ["b"], body, [helper.make_opsetid("", 17)]
    )
    model.functions.append(twice)
    path = tmp_path / "functions.onnx"
    path.write_bytes(model.SerializeToString())
    assert check_file(path) > 0


def test_a_part_compiled_for_a_device_is_refused(tmp_path: Path) -> None:
    node = helper.make_node("EPContext", ["x"], ["y"], domain="com.microsoft")
    model = model_of([node], {"x": [1]}, {"y": [1]}, opsets=(("", 17), ("com.microsoft", 1)))
    path = tmp_path / "compiled.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="compiled for one device"):
        check_file(path)


def test_the_toy_models_are_valid() -> None:
    for model in (painter(), chain(3, 8)):
        onnx.checker.check_model(model)
