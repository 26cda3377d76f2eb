"""Style networks of their own, as graphs that a test can predict."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save
from style_context import FakeJob, installed
from toy_networks import photo

from engine.assets.pictures import Picture
from engine.errors import DeviceError, ModelError
from engine.pipelines.style.buffers import Room
from engine.pipelines.style.generic import NetworkPainter
from engine.pipelines.style.sources import PictureRows, planes_of


def network(tmp_path, *, nhwc=False, low=0.0, high=255.0, size=None, multiple=1):
    """A network that turns its picture into the negative and smooths it by 5 x 5."""
    folder = tmp_path / f"model-{nhwc}-{low}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    height, width = size or ("h", "w")
    shape = [1, height, width, 3] if nhwc else [1, 3, height, width]
    kernel = np.full((3, 1, 5, 5), -1 / 25, np.float32)
    offset = np.full(3, low + high, np.float32)
    nodes = []
    entering = "picture"
    if nhwc:
        nodes.append(helper.make_node("Transpose", ["picture"], ["planar"], perm=[0, 3, 1, 2]))
        entering = "planar"
    pads = numpy_helper.from_array(np.array([0, 0, 2, 2, 0, 0, 2, 2], np.int64), "pads")
    nodes.append(helper.make_node("Pad", [entering, "pads"], ["padded"], mode="edge"))
    leaving = "smooth" if nhwc else "painted"
    nodes.append(helper.make_node("Conv", ["padded", "kernel", "offset"], [leaving], group=3))
    if nhwc:
        nodes.append(helper.make_node("Transpose", ["smooth"], ["painted"], perm=[0, 2, 3, 1]))
    graph = helper.make_graph(
        nodes,
        "negative",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("painted", TensorProto.FLOAT, shape)],
        [
            pads,
            numpy_helper.from_array(kernel, "kernel"),
            numpy_helper.from_array(offset, "offset"),
        ],
    )
    path = folder / "network.onnx"
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    contract = {
        "layout": "NHWC" if nhwc else "NCHW",
        "range": [low, high],
        "height": size[0] if size else 0,
        "width": size[1] if size else 0,
        "size_multiple": multiple,
    }
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return installed(f"negative-{name}", "image-to-image", {"network": path}, **contract)


def expected(pixels):
    planes = planes_of(pixels, 255)
    padded = np.pad(planes, ((0, 0), (2, 2), (2, 2)), mode="edge")
    height, width = planes.shape[1:]
    mean = sum(padded[:, y : y + height, x : x + width] for y in range(5) for x in range(5)) / 25
    return 1.0 - mean


def paint(model, pixels, job):
    source = PictureRows(Picture(pixels=pixels), *pixels.shape[:2])
    painting = NetworkPainter(model, Room(2**30)).paint(source, job)
    return painting.rows(0, painting.height)


@pytest.mark.parametrize(
    ("nhwc", "low", "high"), [(False, 0.0, 255.0), (True, -1.0, 1.0), (False, 0.0, 1.0)]
)
def test_layouts_and_ranges_are_translated_both_ways(tmp_path, nhwc, low, high):
    model = network(tmp_path, nhwc=nhwc, low=low, high=high)
    pixels = photo(90, 121)
    inner = (slice(None), slice(2, -2), slice(2, -2))
    painted = paint(model, pixels, FakeJob(tmp_path))
    np.testing.assert_allclose(painted[inner], expected(pixels)[inner], atol=1e-5)


def test_sizes_become_multiples_and_are_cropped_again(tmp_path):
    model = network(tmp_path, multiple=32)
    pixels = photo(70, 45)
    painted = paint(model, pixels, FakeJob(tmp_path))
    assert painted.shape == (3, 70, 45)
    inner = (slice(None), slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(painted[inner], expected(pixels)[inner], atol=1e-5)


def test_a_fixed_size_keeps_the_proportions_and_is_told(tmp_path):
    job = FakeJob(tmp_path)
    painted = paint(network(tmp_path, size=(64, 64)), photo(60, 120), job)
    assert painted.shape == (3, 32, 64)
    assert any("64 x 64" in sentence for sentence in job.notes)


def test_tiles_join_without_a_seam_where_the_network_is_local(tmp_path):
    job = FakeJob(tmp_path, memory_bytes=2**20)
    pixels = photo(1300, 1100)
    painted = paint(network(tmp_path), pixels, job)
    inner = (slice(None), slice(2, -2), slice(2, -2))
    # Tiles are kept in half precision.
    np.testing.assert_allclose(painted[inner], expected(pixels)[inner], atol=1e-3)
    assert any("tiles" in sentence for sentence in job.notes)
    assert job.steps[-1][1] == 4


class Short:
    def __init__(self, sessions, limit):
        self._sessions, self._limit = sessions, limit

    def get(self, graph, options):
        session, limit = self._sessions.get(graph, options), self._limit

        class Session:
            inputs, outputs, ran = session.inputs, session.outputs, session.ran

            def run(self, feeds, token=None):
                if max(v.size for v in feeds.values()) > limit:
                    raise DeviceError("Memory ran out.")
                return session.run(feeds, token)

        return Session()


def test_short_memory_halves_the_tiles_until_it_says_so(tmp_path):
    job = FakeJob(tmp_path)
    pixels = photo(600, 700)
    job.sessions = Short(job.sessions, 3 * 300 * 300)
    painted = paint(network(tmp_path), pixels, job)
    inner = (slice(None), slice(2, -2), slice(2, -2))
    np.testing.assert_allclose(painted[inner], expected(pixels)[inner], atol=1e-3)
    assert "Memory was short, so smaller tiles were used." in job.notes
    job.sessions = Short(job.sessions, 100)
    with pytest.raises(DeviceError, match="not enough memory"):
        paint(network(tmp_path), pixels, job)


@pytest.mark.parametrize(
    "contract", [{"layout": "HWC"}, {"range": [1, 0]}, {"range": 3}, {"size_multiple": 0}]
)
def test_a_contract_that_makes_no_sense_is_refused(tmp_path, contract):
    model = installed("odd", "image-to-image", {"network": tmp_path / "x.onnx"}, **contract)
    with pytest.raises(ModelError, match="laid out"):
        NetworkPainter(model, Room(0))
