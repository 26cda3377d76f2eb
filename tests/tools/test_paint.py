import hashlib
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tools.paint.__main__ import MOST_BYTES, encoded, render
from tools.paint.built_in import BUILT_IN
from tools.paint.catalogue import PAINTINGS
from tools.paint.fields import blur, distance, noise, sample, smoothstep, structure
from tools.paint.index import index_text
from tools.paint.strokes import Surface, bristles, ribbon, trace

RESOURCES = Path(__file__).parents[2] / "resources"
STYLES = RESOURCES / "styles"
SAMPLES = RESOURCES / "samples"
SMALL = 96


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _styles() -> list[dict]:
    return tomllib.loads((STYLES / "index.toml").read_text(encoding="utf-8"))["style"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("painting", PAINTINGS, ids=lambda painting: painting.key)
def test_every_painting_has_contrast_at_any_size(painting):
    picture = render(painting, SMALL)
    assert picture.size == (SMALL, SMALL)
    assert np.asarray(picture, float).std() > 12


@pytest.mark.timeout(60)
@pytest.mark.parametrize("key", ["breaker", "harbour-morning", "river-afternoon", "jug-and-pears"])
def test_the_same_seed_paints_the_same_picture(key):
    painting = next(p for p in PAINTINGS if p.key == key)
    assert render(painting, SMALL).tobytes() == render(painting, SMALL).tobytes()


def test_another_seed_paints_another_picture():
    painting = next(p for p in PAINTINGS if p.key == "mist-peaks")
    one = painting.paint(SMALL, np.random.default_rng(1))
    two = painting.paint(SMALL, np.random.default_rng(2))
    assert np.abs(one - two).max() > 0.05


def test_an_encoded_painting_never_exceeds_the_limit():
    rng = np.random.default_rng(0)
    busy = Image.fromarray(rng.integers(0, 256, (900, 900, 3), dtype=np.uint8))
    assert len(encoded(busy)) <= MOST_BYTES


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 12))
def test_distance_agrees_with_exhaustive_search(seed, count):
    rng = np.random.default_rng(seed)
    mask = np.zeros((24, 24), bool)
    mask[tuple(rng.integers(0, 24, (2, count)))] = True
    spots = np.argwhere(mask)
    places = np.argwhere(np.ones_like(mask))
    exact = np.sqrt(((places[:, None] - spots[None]) ** 2).sum(axis=2).min(axis=1)).reshape(24, 24)
    assert np.abs(distance(mask) - exact).max() < 1.0
    assert (distance(mask)[mask] == 0).all()


@settings(max_examples=20, deadline=None)
@given(st.floats(0.6, 9))
def test_blur_keeps_a_constant_and_lowers_the_variance(sigma):
    field = noise(64, 20, np.random.default_rng(3))
    assert np.allclose(blur(np.full((64, 64), 0.3, np.float32), sigma), 0.3, atol=1e-5)
    assert blur(field, sigma).std() < field.std()


def test_blur_spreads_a_point_by_sigma():
    point = np.zeros((101, 101), np.float32)
    point[50, 50] = 1
    spread = blur(point, 6.0)
    offset = np.arange(101) - 50
    assert np.sqrt((spread.sum(axis=0) * offset**2).sum()) == pytest.approx(6.0, rel=0.08)


def test_sampling_at_pixel_centres_returns_the_pixels():
    field = noise(16, 5, np.random.default_rng(4))
    y, x = np.mgrid[0:15, 0:15].astype(np.float32)
    assert np.allclose(sample(field, x, y), field[:15, :15], atol=1e-5)


def test_smoothstep_may_run_downwards():
    value = np.array([0.0, 0.5, 1.0], np.float32)
    assert smoothstep(1.0, 0.0, value).tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_the_structure_tensor_points_along_stripes():
    x = np.arange(64, dtype=np.float32)
    stripes = np.broadcast_to(np.sin(x * 0.6)[None, :, None], (64, 64, 3)).astype(np.float32)
    angle, coherence = structure(stripes, 4.0)
    assert np.abs(np.cos(angle[32, 32])) < 0.05
    assert coherence[32, 32] > 0.95


def test_strokes_follow_the_field_and_end_at_a_colour_edge():
    colour = np.zeros((80, 80, 3), np.float32)
    colour[:, 40:] = 1
    starts = np.array([[10.0, 40.0]], np.float32)
    paths = trace(starts, np.zeros((80, 80), np.float32), colour, 4.0, 40, 0.3, 2)
    line = paths.points[0, : paths.counts[0]]
    assert np.allclose(line[:, 1], 40, atol=0.1)
    assert line[:, 0].max() < 41
    assert line[:, 0].min() < 6


def test_a_ribbon_leaves_no_pixel_of_a_straight_band_out():
    laid = ribbon(np.array([[10.0, 20.0], [50.0, 20.0]]), 8.0, 0.0)
    assert laid is not None
    columns, rows, _, _ = laid
    hit = np.zeros((40, 60), bool)
    hit[rows, columns] = True
    assert hit[17:24, 11:49].all()
    assert ribbon(np.array([[5.0, 5.0], [5.2, 5.0]]), 8.0, 0.0) is None


def test_a_stroke_leaves_colour_and_relief_only_where_it_went():
    rng = np.random.default_rng(5)
    surface = Surface(np.zeros((64, 64, 3), np.float32))
    red = np.array([1, 0, 0], np.float32)
    surface.stroke(np.array([[10.0, 32.0], [54.0, 32.0]]), 10, red, bristles(rng, 1)[0])
    assert surface.colour[32, 20, 0] > 0.7
    assert surface.relief[32, 20] > 0
    assert not surface.colour[:24].any()
    assert not surface.relief[42:].any()


def test_the_index_agrees_with_the_programme_and_the_pictures():
    assert (STYLES / "index.toml").read_text(encoding="utf-8") == index_text(STYLES)
    styles = _styles()
    keys = [style["key"] for style in styles]
    assert len(set(keys)) == len(keys) == len(PAINTINGS) + len(BUILT_IN)
    for style in styles:
        assert style["kind"] in {"painting", "built-in"}
        assert set(style["titles"]) == {"en", "zh_CN"}
        with Image.open(STYLES / style["thumbnail"]) as thumbnail:
            assert thumbnail.size == (192, 192)
        if style["kind"] == "painting":
            assert _digest(STYLES / style["file"]) == style["sha256"]
            assert (STYLES / style["file"]).stat().st_size <= MOST_BYTES


def test_built_in_rows_are_distinct_rows_of_the_network_and_titles_are_unique():
    rows = [style["index"] for style in _styles() if style["kind"] == "built-in"]
    assert len(set(rows)) == len(rows)
    assert set(rows) == set(range(26)) - {23}
    for language in ("en", "zh_CN"):
        titles = [style["titles"][language] for style in _styles()]
        assert len(set(titles)) == len(titles)


def test_every_sample_is_the_original_and_names_its_licence():
    manifest = tomllib.loads((SAMPLES / "manifest.toml").read_text(encoding="utf-8"))
    assert len(manifest["picture"]) == 5
    for entry in manifest["picture"]:
        path = SAMPLES / entry["file"]
        assert _digest(path) == entry["sha256"]
        assert entry["licence"] in {"CC0-1.0", "LicenseRef-PublicDomain"}
        assert entry["statement"]
        with Image.open(path) as picture:
            assert picture.size == (entry["width"], entry["height"])


def test_styles_and_samples_stay_small():
    files = [path for folder in (STYLES, SAMPLES) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8_000_000
