from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_factory import (
    ADOBE_RGB,
    DISPLAY_P3,
    SRGB,
    chunk,
    gamma_curve,
    grey_profile,
    linear_to_srgb,
    matrix_of,
    plain_png,
    rgb_profile,
    srgb_curve,
    srgb_to_linear,
    table_curve,
    table_profile,
)
from PIL import Image

from engine.assets import color_profile
from engine.assets.icc import matrix_profile
from engine.assets.images import picture_info, read_picture, write_store_picture

ADOBE = rgb_profile(ADOBE_RGB, gamma_curve(563 / 256))
P3 = rgb_profile(DISPLAY_P3, srgb_curve())
RNG = np.random.default_rng(3)


def by_hand(encoded: np.ndarray, primaries: Any, decode: Any) -> np.ndarray:
    """Return sRGB 0..1 of encoded values 0..1, straight from the definitions."""
    matrix = np.linalg.inv(matrix_of(SRGB)) @ matrix_of(primaries)
    return linear_to_srgb(decode(encoded) @ matrix.T)


def with_icc(pixels: np.ndarray, icc: bytes, path: Path) -> Path:
    if pixels.dtype == np.uint16:
        import zlib

        path.write_bytes(plain_png(pixels, 2, chunk(b"iCCP", b"test\0\0" + zlib.compress(icc))))
    else:
        Image.fromarray(pixels).save(path, icc_profile=icc)
    return path


CASES = [
    (ADOBE, ADOBE_RGB, lambda v: v ** (563 / 256)),
    (P3, DISPLAY_P3, srgb_to_linear),
    (rgb_profile(ADOBE_RGB, table_curve(1.8)), ADOBE_RGB, lambda v: v**1.8),
    (rgb_profile(DISPLAY_P3, gamma_curve(1.0)), DISPLAY_P3, lambda v: v),
]


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.uint8, 1.5), (np.uint16, 6.0)])
def test_pixels_are_converted_to_srgb_by_their_profile(
    tmp_path: Path, case: int, dtype: type, tolerance: float
) -> None:
    icc, primaries, decode = CASES[case]
    white = np.iinfo(dtype).max
    pixels = RNG.integers(0, white, (30, 40, 3), dtype=dtype, endpoint=True)
    picture = read_picture(with_icc(pixels, icc, tmp_path / "a.png"))
    wanted = by_hand(pixels / white, primaries, decode) * white
    assert picture.pixels.dtype == dtype
    difference = np.abs(picture.pixels - wanted)
    # Profiles hold colours to 1/65536, which the slope of sRGB near black multiplies.
    assert difference.max() <= tolerance * (1 if dtype == np.uint8 else 4)
    assert difference.mean() <= tolerance / 3
    assert picture.icc == icc
    assert picture.notes == ()
    assert picture_info(tmp_path / "a.png").has_icc


def test_a_saturated_adobe_green_becomes_brighter_in_srgb_numbers(tmp_path: Path) -> None:
    pixels = np.full((4, 4, 3), (100, 200, 100), np.uint8)
    red, green, _ = read_picture(with_icc(pixels, ADOBE, tmp_path / "a.png")).pixels[0, 0]
    assert red < 50
    assert green > 200


@pytest.mark.parametrize("icc", [ADOBE, P3], ids=["adobe", "p3"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.uint8, 2), (np.uint16, 40)])
def test_the_store_writes_colours_back_in_their_own_space(
    tmp_path: Path, icc: bytes, dtype: type, tolerance: int
) -> None:
    # Colours well inside sRGB: nothing is clipped on the way.
    white = int(np.iinfo(dtype).max)
    pixels = RNG.integers(int(white * 0.4), int(white * 0.6), (16, 16, 3)).astype(dtype)
    picture = read_picture(with_icc(pixels, icc, tmp_path / "a.png"))
    assert not np.array_equal(picture.pixels, pixels)
    assert write_store_picture(picture, tmp_path / "b.png") == ()
    with Image.open(tmp_path / "b.png") as stored:
        assert stored.info["icc_profile"] == icc
        if dtype == np.uint8:
            assert np.abs(np.asarray(stored).astype(int) - pixels).max() <= tolerance
    again = read_picture(tmp_path / "b.png")
    assert again.icc == icc
    assert np.abs(again.pixels.astype(int) - picture.pixels).max() <= tolerance


def test_an_srgb_profile_changes_no_pixel(tmp_path: Path) -> None:
    for number, icc in enumerate((color_profile.srgb_profile(), rgb_profile(SRGB, srgb_curve()))):
        for dtype in (np.uint8, np.uint16):
            pixels = RNG.integers(0, np.iinfo(dtype).max, (20, 20, 3)).astype(dtype)
            path = with_icc(pixels, icc, tmp_path / f"{number}.png")
            picture = read_picture(path)
            np.testing.assert_array_equal(picture.pixels, pixels)
            assert picture.icc == icc


def test_a_gamma_2_2_profile_with_srgb_primaries_is_not_taken_for_srgb(tmp_path: Path) -> None:
    icc = rgb_profile(SRGB, gamma_curve(2.2))
    pixels = np.full((2, 2, 3), 10, np.uint8)
    assert read_picture(with_icc(pixels, icc, tmp_path / "a.png")).pixels[0, 0, 0] != 10


def test_a_grey_profile_is_honoured_at_both_depths(tmp_path: Path) -> None:
    icc = grey_profile(gamma_curve(1.0))
    for dtype, tolerance in ((np.uint8, 1), (np.uint16, 20)):
        white = np.iinfo(dtype).max
        values = np.linspace(0, white, 64).astype(dtype).reshape(8, 8)
        tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", iccprofile=icc)
        got = read_picture(tmp_path / "a.tif").pixels[..., 1]
        wanted = linear_to_srgb(values / white) * white
        assert np.abs(got - wanted).max() <= tolerance


def test_a_grey_profile_cannot_be_written_to_and_that_is_said(tmp_path: Path) -> None:
    icc = grey_profile(gamma_curve(1.8))
    values = np.full((4, 4), 90, np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack", iccprofile=icc)
    picture = read_picture(tmp_path / "a.tif")
    notes = write_store_picture(picture, tmp_path / "b.png")
    assert any("sRGB" in note for note in notes)
    np.testing.assert_array_equal(read_picture(tmp_path / "b.png").pixels, picture.pixels)


@pytest.mark.parametrize(
    "broken",
    [
        b"rubbish",
        P3[:200],
        P3[:132] + b"\xff" * 300,
        b"\0" * 128 + P3[128:],
        P3.replace(b"para", b"oops"),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_broken_profile_is_ignored_and_said(tmp_path: Path, broken: bytes, dtype: type) -> None:
    pixels = np.full((5, 5, 3), 77, dtype)
    picture = read_picture(with_icc(pixels, broken, tmp_path / "a.png"))
    np.testing.assert_array_equal(picture.pixels, pixels)
    assert picture.icc is None
    assert any("profile" in note for note in picture.notes)


def test_a_profile_of_another_space_is_ignored_and_said(tmp_path: Path) -> None:
    pixels = np.full((5, 5, 3), 77, np.uint8)
    cmyk = P3[:16] + b"CMYK" + P3[20:]
    picture = read_picture(with_icc(pixels, cmyk, tmp_path / "a.png"))
    assert picture.icc is None
    assert any("CMYK" in note for note in picture.notes)


def test_cmyk_without_a_profile_is_converted_and_said(tmp_path: Path) -> None:
    inks = np.zeros((4, 4, 4), np.uint8)
    inks[0, 0] = (255, 0, 0, 0)
    inks[1, 1] = (0, 0, 0, 255)
    Image.fromarray(inks, "CMYK").save(tmp_path / "a.tif")
    picture = read_picture(tmp_path / "a.tif")
    assert picture.pixels[0, 0].tolist() == [0, 255, 255]
    assert picture.pixels[1, 1].tolist() == [0, 0, 0]
    assert picture.pixels[2, 2].tolist() == [255, 255, 255]
    assert any("approximate" in note for note in picture.notes)


@settings(max_examples=60, deadline=None)
@given(position=st.integers(0, len(P3) - 1), value=st.integers(0, 255), cut=st.integers(0, 40))
def test_no_profile_makes_the_reader_fail(position: int, value: int, cut: int) -> None:
    data = bytearray(P3)
    data[position] = value
    hostile = bytes(data[: len(data) - cut])
    for dtype in (np.uint8, np.uint16):
        found = color_profile.to_srgb(hostile, dtype, is_grey=False)
        rows = np.full((1, 2, 3), 9, dtype)
        if found.apply is not None:
            assert found.apply(rows).shape == rows.shape
        back = color_profile.from_srgb(hostile, dtype)
        if back.apply is not None:
            assert back.apply(rows).shape == rows.shape
    matrix_profile(hostile)


def srgb_of_lightness(lightness: float) -> float:
    """Return the sRGB value 0..255 of a grey of CIE L* 0..100."""
    root = (lightness + 16) / 116
    light = root**3 if lightness > 8 else lightness / 903.3
    return float(linear_to_srgb(np.array(light))) * 255


def test_cmyk_goes_through_its_embedded_profile(tmp_path: Path) -> None:
    inks = np.zeros((1, 3, 4), np.uint8)
    inks[0, 1] = (0, 0, 0, 128)
    inks[0, 2] = (0, 0, 0, 64)
    icc = table_profile(b"CMYK", 4)
    Image.fromarray(inks, "CMYK").save(tmp_path / "a.tif", icc_profile=icc)
    picture = read_picture(tmp_path / "a.tif")
    wanted = [
        255,
        srgb_of_lightness(100 * (1 - 128 / 255)),
        srgb_of_lightness(100 * (1 - 64 / 255)),
    ]
    assert np.abs(picture.pixels[0, :, 1] - np.array(wanted)).max() <= 3
    assert any("through its profile" in note for note in picture.notes)
    assert picture.icc == icc


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_table_profile_is_honoured_and_its_precision_said(tmp_path: Path, dtype: type) -> None:
    white = int(np.iinfo(dtype).max)
    pixels = np.zeros((1, 3, 3), dtype)
    pixels[0, 1] = white
    pixels[0, 2] = (white, white // 2, 0)
    icc = table_profile(b"RGB ", 3)
    picture = read_picture(with_icc(pixels, icc, tmp_path / "a.png"))
    wanted = np.array([0, 255, srgb_of_lightness(50)]) / 255
    assert np.abs(picture.pixels[0, :, 0] / white - wanted).max() <= 0.012
    assert any("8 bits" in note for note in picture.notes) == (dtype == np.uint16)
    # It has no tables for the way back.
    notes = write_store_picture(picture, tmp_path / "b.png")
    assert any("cannot be written to" in note for note in notes)
    np.testing.assert_array_equal(read_picture(tmp_path / "b.png").pixels, picture.pixels)


def test_lab_is_converted_and_said(tmp_path: Path) -> None:
    lab = np.zeros((1, 3, 3), np.uint8)
    lab[0, :, 0] = (0, 128, 255)
    Image.fromarray(lab, "LAB").save(tmp_path / "a.tif")
    picture = read_picture(tmp_path / "a.tif")
    wanted = [0, srgb_of_lightness(100 * 128 / 255), 255]
    assert np.abs(picture.pixels[0].mean(axis=1) - np.array(wanted)).max() <= 3
    assert picture.notes == ("Converted from Lab.",)
