import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from engine.errors import ModelError
from engine.models.catalog import Catalog
from engine.models.detect import Signature, recognise
from engine.paths import Folders
from engine.pipelines.inspect_model import inspect_model, read_graph, signature_of
from engine.runtime.cancel import CancelToken
from engine.runtime.sessions import Sessions
from engine.tasks.inspect_model import InspectModelParams
from tests.engine.models import toy_networks as toys


class Job:
    """The parts of a job's context that reading a model touches."""

    def __init__(self) -> None:
        self.sessions = Sessions()
        self.token = CancelToken()
        self.fractions: list[float] = []

    def progress(self, fraction: float, note: str = "", **_: Any) -> None:
        self.fractions.append(fraction)

    def check(self) -> None: ...

    @contextmanager
    def part(self, low: float, high: float) -> Iterator[None]:
        yield


def read(path: Path) -> Signature:
    job = Job()
    result = inspect_model(InspectModelParams(path=str(path)), job)  # type: ignore[arg-type]
    assert job.fractions == sorted(job.fractions)
    assert job.fractions[-1] == 1.0
    return msgspec.json.decode(result.text, type=Signature)


def test_a_network_of_the_zoo_is_recognised_with_its_range_and_stride(tmp_path: Path) -> None:
    signature = read(toys.fast_neural_style(tmp_path / "mosaic.onnx"))
    contract = recognise(signature).contract
    assert signature.probe is not None
    assert contract["range"] == [0.0, 255.0]
    assert contract["size_multiple"] == 2
    assert signature.producer == "toy"


def test_a_network_of_one_size_is_tried_at_that_size(tmp_path: Path) -> None:
    signature = read(toys.fast_neural_style(tmp_path / "mosaic.onnx", side=48))
    assert signature.probe is not None
    assert signature.probe.shape == (1, 3, 48, 48)
    assert recognise(signature).contract["height"] == 48


@pytest.mark.parametrize(
    ("make", "layout", "span"),
    [(toys.anime_gan, "NHWC", [-1.0, 1.0]), (toys.sigmoid_style, "NCHW", [0.0, 1.0])],
)
def test_the_trial_run_tells_the_ranges_apart(
    make: Any, layout: str, span: list[float], tmp_path: Path
) -> None:
    contract = recognise(read(make(tmp_path / "x.onnx"))).contract
    assert (contract["layout"], contract["range"]) == (layout, span)


def test_an_upscaler_is_known_by_what_comes_out(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="changes the size of the picture"):
        recognise(read(toys.upscaler(tmp_path / "x.onnx")))


def test_a_file_with_two_inputs_is_read_and_then_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a style network: it has two inputs"):
        recognise(read(toys.two_inputs(tmp_path / "x.onnx")))


def test_weights_listed_as_inputs_do_not_count_as_inputs(tmp_path: Path) -> None:
    path = toys.fast_neural_style(tmp_path / "old.onnx")
    model = onnx.load(path)
    for weight in model.graph.initializer:
        info = helper.make_tensor_value_info(weight.name, weight.data_type, list(weight.dims))
        model.graph.input.append(info)
    path.write_bytes(model.SerializeToString())
    assert [t.name for t in signature_of(read_graph(path), path).inputs] == ["x"]


@pytest.mark.parametrize("data", [b"", b"GIF89a....", b"\x08\x08" * 100, b"PK\x03\x04" + b"x" * 99])
def test_a_file_that_is_no_model_says_so(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(data)
    with pytest.raises(ModelError, match="not an ONNX model"):
        read(tmp_path / "x.onnx")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read(tmp_path / "x.onnx")


def test_a_recognised_network_that_does_not_run_is_told_apart(tmp_path: Path) -> None:
    shape: tuple[int | str, ...] = (1, 3, "h", "w")
    weights = {"w": np.zeros((3, 5, 3, 3), np.float32)}
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[1, 1, 1, 1])
    path = toys.save(tmp_path / "x.onnx", [node], {"x": shape}, {"y": shape}, weights)
    with pytest.raises(ModelError, match="recognised, but it does not run"):
        read(path)


def test_operators_of_a_foreign_library_are_refused(tmp_path: Path) -> None:
    node = helper.make_node("Steal", ["x"], ["y"], domain="evil.corp")
    shape: tuple[int | str, ...] = (1, 3, "h", "w")
    path = toys.save(
        tmp_path / "x.onnx", [node], {"x": shape}, {"y": shape}, domains=("evil.corp",)
    )
    with pytest.raises(ModelError, match=r"evil\.corp"):
        read(path)


def with_external(path: Path, location: str) -> Path:
    """Move the largest weight of a toy network into a file beside it."""
    toys.fast_neural_style(path)
    model = onnx.load(path)
    weight = max(model.graph.initializer, key=lambda w: len(w.raw_data))
    data = weight.raw_data
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    entry = weight.external_data.add()
    entry.key, entry.value = "location", location
    path.write_bytes(model.SerializeToString())
    target = path.parent / location
    if not target.exists() and target.parent == path.parent:
        target.write_bytes(data)
    return path


@pytest.mark.parametrize("location", ["../secret", "/etc/hostname", "", "a\\b"])
def test_weights_outside_the_folder_are_refused(location: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x" * 1000)
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(ModelError, match="refused"):
        read(with_external(home / "x.onnx", location))


def test_a_link_to_weights_outside_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"x" * 1000)
    home = tmp_path / "home"
    home.mkdir()
    (home / "weights.bin").symlink_to(tmp_path / "secret")
    with pytest.raises(ModelError, match="link"):
        read(with_external(home / "x.onnx", "weights.bin"))


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    path = with_external(tmp_path / "x.onnx", "weights.bin")
    (tmp_path / "weights.bin").unlink()
    with pytest.raises(ModelError, match=r"'weights\.bin', which is not there"):
        read(path)


def test_a_network_with_its_weights_beside_it_is_added_whole(
    tmp_path: Path, folders: Folders
) -> None:
    path = with_external(tmp_path / "x.onnx", "weights.bin")
    signature = read(path)
    assert signature.external == ("weights.bin",)
    catalog = Catalog(folders, bundled=tmp_path / "none")
    model = catalog.add_file(path, signature)
    installed = catalog.installed(model.id)
    # The two probes may run in different ways, which agree to rounding.
    again, first = read(installed.files["network"]).probe, signature.probe
    assert again is not None
    assert first is not None
    assert (again.low, again.high) == pytest.approx((first.low, first.high), rel=1e-4)
    assert (again.shape, again.input_shape) == (first.shape, first.input_shape)
    (folders.models / model.id / "weights.bin").write_bytes(b"")
    assert not catalog.info(model.id).is_available


def test_weights_hidden_in_a_branch_are_found(tmp_path: Path) -> None:
    secret = helper.make_tensor("secret", TensorProto.FLOAT, [1], [0.0])
    secret.ClearField("float_data")
    secret.data_location = TensorProto.EXTERNAL
    entry = secret.external_data.add()
    entry.key, entry.value = "location", "../secret"
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["v"], value=secret)],
        "branch",
        [],
        [helper.make_tensor_value_info("v", TensorProto.FLOAT, [1])],
    )
    nodes = [helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)]
    path = toys.save(tmp_path / "x.onnx", nodes, {"x": (1, 3, 8, 8)}, {"y": (1, 3, 8, 8)})
    with pytest.raises(ModelError, match="refused"):
        read(path)


@pytest.mark.parametrize("strides", [[0, 0], [-4, 2], [2**40, 2**40], [1]])
def test_strides_that_make_no_sense_give_a_multiple_that_does(
    strides: list[int], tmp_path: Path
) -> None:
    nodes = [
        helper.make_node("Conv", [f"t{i}", "w"], [f"t{i + 1}"], strides=strides) for i in range(30)
    ]
    nodes.append(helper.make_node("ConvTranspose", ["t30", "w"], ["y"], strides=strides))
    shape: tuple[int | str, ...] = (1, 3, "h", "w")
    path = toys.save(tmp_path / "x.onnx", nodes, {"t0": shape}, {"y": shape})
    assert 1 <= signature_of(read_graph(path), path).size_multiple <= 256


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8))
@example([(1265, 29)])  # the input is of a type that does not exist
@settings(max_examples=300, deadline=None)
def test_a_damaged_file_is_refused_or_read_but_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "x.onnx"
    data = bytearray(toys.fast_neural_style(path).read_bytes())
    for position, value in changes:
        data[position % len(data)] = value
    path.write_bytes(data)
    with contextlib.suppress(ModelError):
        recognise(signature_of(read_graph(path), path))
