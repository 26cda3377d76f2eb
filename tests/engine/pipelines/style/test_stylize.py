"""The whole task, on the installed networks."""

from __future__ import annotations

import numpy as np
import pytest
from style_context import EXACT, FakeJob
from toy_networks import photo

from engine.errors import Cancelled, ModelError, ParameterError
from engine.ops.color import oklab_from_srgb
from engine.pipelines.style import stylize as module
from engine.pipelines.style.sources import planes_of
from engine.pipelines.style.stylize import stylize
from engine.runtime.sessions import Sessions
from engine.spec.task import RunOptions
from engine.spec.validate import validated
from engine.tasks.stylize import Depth, KeepColor, StyleUse, StylizeParams, plan

pytestmark = pytest.mark.weights

ROW = "built-in:nocturne"
OTHER = "built-in:papyrus"
sessions = Sessions()


@pytest.fixture
def job(tmp_path):
    return FakeJob(tmp_path, sessions=sessions)


def run(job, pixels, *uses, extra=None, **params):
    content = job.add(pixels, **(extra or {}))
    chosen = tuple(StyleUse(style=use) if isinstance(use, str) else use for use in uses)
    given = StylizeParams(content=content, styles=chosen or (StyleUse(style=ROW),), **params)
    job.fractions.clear()
    result = stylize(validated(given), job)
    saved = job.saved[-1]
    assert (result.width, result.height) == (saved.width, saved.height)
    assert job.fractions == sorted(job.fractions)
    return saved


def style_picture(job, seed=5):
    return f"picture:{job.add(photo(120, 200, seed=seed)[:, :, ::-1])}"


def difference(one, two):
    return float(np.abs(one.astype(float) - two.astype(float)).mean())


def test_no_strength_is_the_photo_and_runs_nothing(job):
    pixels = photo(50, 70)
    saved = run(job, pixels, strength=0.0)
    np.testing.assert_array_equal(saved.pixels, pixels)
    assert [kind for kind, _, _ in job.costs] == ["style.compose"]


def test_more_strength_is_further_from_the_photo_for_every_kind_of_style(job):
    pixels = photo(96, 128)
    for style in (ROW, style_picture(job)):
        away = [
            difference(run(job, pixels, style, strength=s).pixels, pixels)
            for s in (0.1, 0.25, 0.6, 1.0)
        ]
        assert away == sorted(away)
        assert away[0] > 0
        assert away[-1] > 10


@pytest.mark.parametrize("size", [(1, 40), (40, 1), (16, 16), (3, 300), (33, 47), (1, 1)])
def test_any_size_works(job, size):
    saved = run(job, photo(*size), ROW, style_picture(job), keep_color=KeepColor.MATCH)
    assert saved.pixels.shape == (*size, 3)


def test_one_style_twice_is_the_style_and_order_does_not_matter(job):
    pixels = photo(64, 64)
    once = run(job, pixels, ROW).pixels
    twice = run(job, pixels, StyleUse(style=ROW, weight=0.2), StyleUse(style=ROW, weight=3)).pixels
    assert np.abs(once.astype(int) - twice).max() <= 1
    one, two = run(job, pixels, ROW, OTHER).pixels, run(job, pixels, OTHER, ROW).pixels
    assert np.abs(one.astype(int) - two).max() <= 1


def test_a_weight_of_zero_is_as_good_as_absent(job):
    pixels = photo(64, 64)
    alone = run(job, pixels, ROW).pixels
    np.testing.assert_array_equal(
        alone, run(job, pixels, ROW, StyleUse(style=OTHER, weight=0.0)).pixels
    )
    with pytest.raises(ParameterError) as caught:
        run(job, pixels, StyleUse(style=ROW, weight=0.0))
    assert caught.value.field == "styles"


def test_families_together_keep_their_contrast(job):
    pixels = photo(128, 128)
    picture = style_picture(job)
    apart = [run(job, pixels, style).pixels.astype(float) for style in (ROW, picture)]
    together = run(job, pixels, ROW, picture).pixels

    def grain(p):
        planes = planes_of(p.astype(np.uint8), 255)
        return float(np.std(planes - planes.mean(axis=(1, 2), keepdims=True)))

    plain = (apart[0] + apart[1]) / 2
    wanted = (grain(apart[0]) + grain(apart[1])) / 2
    assert grain(plain) < grain(together)
    assert grain(together) > 0.85 * wanted


@pytest.mark.parametrize("feather", [0.0, 0.3])
def test_outside_of_the_masks_the_photo_stays_exactly(job, feather):
    pixels = photo(120, 200)
    mask = np.zeros((120, 200, 3), np.uint8)
    mask[:, 150:] = 255
    ref = job.add(mask)
    for saved in (
        run(job, pixels, mask=ref, feather=feather),
        run(job, pixels, StyleUse(style=ROW, mask=ref), feather=feather),
        run(job, pixels, mask=job.add(255 - mask), invert_mask=True, feather=feather),
    ):
        np.testing.assert_array_equal(saved.pixels[:, :120], pixels[:, :120])
        assert difference(saved.pixels[:, 180:], pixels[:, 180:]) > 10


def test_inside_of_a_hard_mask_the_style_is_whole(job):
    pixels = photo(64, 96)
    mask = np.zeros((64, 96, 3), np.uint8)
    mask[:, 48:] = 255
    ref = job.add(mask)
    whole = run(job, pixels, ROW).pixels
    left = run(job, pixels, OTHER).pixels
    saved = run(
        job, pixels, StyleUse(style=ROW, mask=ref), StyleUse(style=OTHER, mask=ref, invert=True),
        feather=0.0,
    ).pixels  # fmt: skip
    assert np.abs(saved[:, 49:].astype(int) - whole[:, 49:]).max() <= 1
    assert np.abs(saved[:, :47].astype(int) - left[:, :47]).max() <= 1


def test_luminance_keeps_the_colours_of_the_photo(job):
    pixels = np.clip(photo(96, 96) * 0.5 + 64, 0, 255).astype(np.uint8)
    lab = oklab_from_srgb(planes_of(pixels, 255))
    kept, styled = (
        oklab_from_srgb(planes_of(run(job, pixels, ROW, keep_color=k).pixels, 255))
        for k in (KeepColor.LUMINANCE, KeepColor.STYLE)
    )
    away = np.abs(kept[1:] - lab[1:]).mean()
    assert away < 0.25 * np.abs(styled[1:] - lab[1:]).mean()


@pytest.mark.parametrize("is_picture", [False, True])
def test_matching_comes_close_to_the_colours_of_the_photo_as_a_whole(job, is_picture):
    pixels = photo(96, 128)
    style = style_picture(job) if is_picture else ROW
    mean = planes_of(pixels, 255).mean(axis=(1, 2))
    matched, styled = (
        planes_of(run(job, pixels, style, keep_color=k).pixels, 255).mean(axis=(1, 2))
        for k in (KeepColor.MATCH, KeepColor.STYLE)
    )
    assert np.abs(matched - mean).max() < 0.06
    assert np.abs(matched - mean).sum() < np.abs(styled - mean).sum()


def test_sixteen_bits_are_real(job):
    saved = run(job, photo(80, 80), depth=Depth.SIXTEEN)
    assert saved.pixels.dtype == np.uint16
    assert len(np.unique(saved.pixels)) > 2000
    deep = photo(60, 60, white=65535)
    assert run(job, deep).pixels.dtype == np.uint16
    assert run(job, deep, depth=Depth.EIGHT).pixels.dtype == np.uint8
    np.testing.assert_array_equal(run(job, deep, strength=0.0).pixels, deep)


def test_size_alpha_profile_and_resolution_pass_through(job):
    pixels = photo(40, 60)
    alpha = np.tile(np.linspace(0, 255, 60).astype(np.uint8), (40, 1))
    extra = {"alpha": alpha, "icc": b"profile", "dpi": (300.0, 300.0)}
    saved = run(job, pixels, extra=extra)
    np.testing.assert_array_equal(saved.alpha, alpha)
    assert (saved.icc, saved.dpi) == (b"profile", (300.0, 300.0))
    large = run(job, pixels, extra=extra, size=150, depth=Depth.SIXTEEN)
    assert large.pixels.shape == (100, 150, 3)
    assert large.alpha.shape == (100, 150)
    assert large.alpha.dtype == np.uint16
    assert large.alpha.max() == 65535


def test_broad_strokes_with_texture_hold_finer_marks_than_without(job):
    pixels = photo(300, 300)

    def fine(p):
        grey = p.astype(float).mean(axis=2)
        return float(np.abs(np.diff(grey, 2, axis=0)).mean())

    rough = [
        fine(run(job, pixels, stroke=16.0, size=700, texture=t).pixels) for t in (0.0, 0.5, 1.0)
    ]
    assert rough == sorted(rough)
    assert rough[2] > 1.5 * rough[0]


def test_nothing_is_painted_twice_where_it_would_not_show(job):
    run(job, photo(64, 64), texture=1.0)
    assert len(job.costs) == 2
    job.costs.clear()
    run(job, photo(64, 64), size=700, stroke=16.0, texture=0.0)
    assert len(job.costs) == 2


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"strength": 0.0},
        {"stroke": 16.0, "size": 500},
        {"stroke": 16.0, "size": 500, "texture": 0.0},
    ],
)
@pytest.mark.parametrize("preview_px", [0, 64])
def test_the_plan_foretells_what_is_reported(tmp_path, params, preview_px):
    options = RunOptions(device=EXACT.device, precision=EXACT.precision, preview_px=preview_px)
    job = FakeJob(tmp_path, options=options, sessions=sessions)
    content = job.add(photo(90, 120))
    uses = (StyleUse(style=ROW), StyleUse(style=OTHER), StyleUse(style=style_picture(job)))
    given = StylizeParams(content=content, styles=uses, **params)
    stylize(given, job)
    foretold = plan(given, {content: (120, 90)}, options)
    assert sorted((w.kind, round(w.units, 6)) for w in foretold) == sorted(
        (kind, round(units, 6)) for kind, units, _ in job.costs
    )


def test_a_preview_is_small_and_looks_like_the_result(tmp_path, job):
    pixels = photo(400, 600)
    options = RunOptions(device=EXACT.device, precision=EXACT.precision, preview_px=300)
    small = FakeJob(tmp_path, options=options, sessions=sessions)
    preview = run(small, pixels).pixels
    assert preview.shape == (200, 300, 3)
    full = run(job, pixels, size=300).pixels
    # The preview starts from eight bits of a small photo; its strokes differ by that much.
    assert difference(preview, full) < 8.0


def test_cancelling_ends_the_job_and_saves_nothing(job):
    job.cancel_at = 0.5
    with pytest.raises(Cancelled):
        run(job, photo(64, 64), ROW, style_picture(job))
    assert job.saved == []


def test_large_pictures_run_in_stages_and_show_a_preview_first(job, monkeypatch):
    for place in ("stylize", "painters"):
        monkeypatch.setattr(f"engine.pipelines.style.{place}.is_staged", lambda n, **_: n > 10_000)
    pixels = photo(180, 240)
    monkeypatch.setattr(module, "_PREVIEW_PX", 90)
    staged = run(job, pixels).pixels
    assert job.previews >= 1
    assert job.steps
    monkeypatch.undo()
    whole = run(FakeJob(job.scratch.parent, sessions=sessions), pixels).pixels
    assert np.abs(staged.astype(int) - whole).max() <= 1


def test_an_unknown_style_is_named(job):
    with pytest.raises(ModelError):
        run(job, photo(32, 32), "built-in:nowhere")
    with pytest.raises(ModelError):
        run(job, photo(32, 32), "model:nowhere")
