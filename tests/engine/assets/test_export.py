from __future__ import annotations

import os
import shutil
import tempfile
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from picture_factory import DISPLAY_P3, gamma_curve, rgb_profile, srgb_curve
from PIL import Image
from test_recipe import RECIPE

from engine.assets.codecs import xmp
from engine.assets.codecs.metadata import read_texts
from engine.assets.export import (
    ExportDepth,
    ExportFormat,
    ExportMetadata,
    ExportOptions,
    ExportProfile,
    export_picture,
)
from engine.assets.images import read_picture, write_store_picture
from engine.assets.pictures import Picture
from engine.assets.recipe import read_foreign_recipe, read_recipe
from engine.errors import AssetError, ParameterError

RNG = np.random.default_rng(11)
ALL = list(ExportFormat)
P3 = rgb_profile(DISPLAY_P3, srgb_curve())
COMPOSITE = b"compositeWithTrainedAlgorithmicMedia"


def noise(*shape: int, dtype: type = np.uint8) -> np.ndarray:
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def smooth(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 200 // width, y * 200 // height, x * 0 + 90], -1).astype(np.uint8)


def stored(folder: Path, picture: Picture) -> Path:
    path = folder / "stored.png"
    write_store_picture(picture, path)
    return path


def every_byte(path: Path) -> bytes:
    """Return a file's bytes and, behind them, whatever is compressed in its PNG chunks."""
    data = path.read_bytes()
    out, at = data, 8
    while data[:4] == b"\x89PNG" and at < len(data):
        size = int.from_bytes(data[at : at + 4])
        body = data[at + 8 : at + 8 + size]
        for start in range(min(len(body), 40)):
            try:
                out += zlib.decompress(body[start:])
            except zlib.error:
                continue
        at += size + 12
    return out


@pytest.mark.parametrize("kind", ALL)
def test_a_full_export_carries_the_recipe_and_the_marks(tmp_path: Path, kind: ExportFormat) -> None:
    source = stored(tmp_path, Picture(smooth(40, 60)))
    path = export_picture(source, tmp_path / "out", ExportOptions(format=kind), RECIPE)
    assert read_recipe(path) == RECIPE
    found = xmp.properties(read_texts(path).xmp)
    assert found[xmp.SOURCE_TYPE].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert found[xmp.CREATOR_TOOL] == f"Gesso {RECIPE.app_version}"
    if kind is ExportFormat.PNG:
        with Image.open(path) as independent:
            independent.load()
            assert independent.info["parameters"].startswith("built-in:wave\nTask: stylize")
    elif kind is not ExportFormat.TIFF:
        foreign = read_foreign_recipe(path)
        assert foreign is None or foreign.text.startswith("built-in:wave")
        assert read_texts(path).comment.startswith("built-in:wave\nTask: stylize")


@pytest.mark.parametrize("kind", ALL)
def test_a_provenance_export_carries_the_mark_alone(tmp_path: Path, kind: ExportFormat) -> None:
    source = stored(tmp_path, Picture(smooth(40, 60)))
    options = ExportOptions(format=kind, metadata=ExportMetadata.PROVENANCE)
    path = export_picture(source, tmp_path / "out", options, RECIPE)
    assert read_recipe(path) is None
    data = every_byte(path)
    assert COMPOSITE in data
    for word in (b"Gesso", b"gesso", b"strength", b"wave", b"parameters", b"jpg"):
        assert word not in data, word


@pytest.mark.parametrize("kind", ALL)
def test_an_export_without_metadata_carries_none(tmp_path: Path, kind: ExportFormat) -> None:
    # The recipe of the source, and the EXIF of the photograph before it, must not come through.
    full = export_picture(
        stored(tmp_path, Picture(smooth(40, 60), icc=P3, dpi=(300.0, 300.0))),
        tmp_path / "full.png",
        ExportOptions(),
        RECIPE,
    )
    options = ExportOptions(format=kind, metadata=ExportMetadata.NONE)
    path = export_picture(full, tmp_path / "out", options, RECIPE)
    data = every_byte(path)
    for word in (b"esso", b"wave", b"parameters", b"xpacket", b"Exif", b"exif", b"iTXt", b"tEXt",
                 b"DigitalSource", b"Pillow", b"tifffile", b"EXIF", b"XMP", b"http"):  # fmt: skip
        assert word not in data, word
    assert read_recipe(path) is None
    assert read_picture(path).icc == P3


@pytest.mark.parametrize("metadata", list(ExportMetadata))
def test_exif_of_the_original_is_never_carried(tmp_path: Path, metadata: ExportMetadata) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6
    Image.fromarray(smooth(20, 30)).save(tmp_path / "photo.jpg", exif=exif)
    options = ExportOptions(format=ExportFormat.JPEG, metadata=metadata)
    path = export_picture(tmp_path / "photo.jpg", tmp_path / "out.jpg", options, None)
    assert b"SecretCamera" not in path.read_bytes()
    assert read_picture(path).width == 20
    assert COMPOSITE not in path.read_bytes()


@pytest.mark.parametrize("kind", [ExportFormat.PNG, ExportFormat.TIFF])
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_lossless_exports_are_exact(
    tmp_path: Path, kind: ExportFormat, has_alpha: bool, dtype: type
) -> None:
    alpha = noise(30, 40, dtype=dtype) if has_alpha else None
    picture = Picture(noise(30, 40, 3, dtype=dtype), alpha, dpi=(300.0, 300.0))
    source = stored(tmp_path, picture)
    path = export_picture(source, tmp_path / "out", ExportOptions(format=kind), RECIPE)
    back = read_picture(path)
    np.testing.assert_array_equal(back.pixels, picture.pixels)
    assert back.dpi == pytest.approx((300, 300), abs=0.02)
    if alpha is not None:
        assert back.alpha is not None
        np.testing.assert_array_equal(back.alpha, alpha)


def test_lossless_webp_is_exact_even_where_it_is_transparent(tmp_path: Path) -> None:
    picture = Picture(noise(30, 40, 3), noise(30, 40))
    options = ExportOptions(format=ExportFormat.WEBP, lossless=True)
    back = read_picture(export_picture(stored(tmp_path, picture), tmp_path / "o", options, None))
    np.testing.assert_array_equal(back.pixels, picture.pixels)
    assert back.alpha is not None
    np.testing.assert_array_equal(back.alpha, picture.alpha)


@pytest.mark.parametrize("kind", [ExportFormat.JPEG, ExportFormat.WEBP])
def test_lossy_exports_look_alike_and_obey_quality(tmp_path: Path, kind: ExportFormat) -> None:
    picture = Picture(smooth(200, 300))
    source = stored(tmp_path, picture)
    sizes = []
    for quality in (30, 95):
        options = ExportOptions(format=kind, quality=quality)
        path = export_picture(source, tmp_path / f"q{quality}", options, None)
        sizes.append(path.stat().st_size)
    back = read_picture(path)
    assert np.abs(back.pixels.astype(int) - picture.pixels).mean() < 2
    assert sizes[0] < sizes[1]


def test_sixteen_bits_are_rounded_to_the_nearest_eight(tmp_path: Path) -> None:
    values = np.array([0, 128, 129, 257, 385, 386, 65406, 65407, 65535], np.uint16)
    picture = Picture(np.repeat(values[None, :, None], 3, axis=2))
    options = ExportOptions(depth=ExportDepth.EIGHT)
    back = read_picture(export_picture(stored(tmp_path, picture), tmp_path / "o", options, None))
    assert back.pixels[0, :, 0].tolist() == np.rint(values / 257).astype(int).tolist()
    assert back.pixels.dtype == np.uint8


def test_eight_bits_become_sixteen_when_asked(tmp_path: Path) -> None:
    source = stored(tmp_path, Picture(np.array([[[0, 100, 255]]], np.uint8)))
    options = ExportOptions(format=ExportFormat.TIFF, depth=ExportDepth.SIXTEEN)
    path = export_picture(source, tmp_path / "o", options, None)
    assert tifffile.imread(path).tolist() == [[[0, 25_700, 65_535]]]


@pytest.mark.parametrize("kind", [ExportFormat.JPEG, ExportFormat.WEBP])
def test_sixteen_bits_in_an_eight_bit_format_are_refused(
    tmp_path: Path, kind: ExportFormat
) -> None:
    options = ExportOptions(format=kind, depth=ExportDepth.SIXTEEN)
    with pytest.raises(ParameterError, match="8 bits") as caught:
        export_picture(stored(tmp_path, Picture(noise(4, 4, 3))), tmp_path / "o", options, None)
    assert caught.value.field == "depth"


def test_transparent_parts_lie_on_the_matte_in_jpeg(tmp_path: Path) -> None:
    alpha = np.zeros((16, 32), np.uint8)
    alpha[:, 16:] = 255
    picture = Picture(np.full((16, 32, 3), 10, np.uint8), alpha)
    options = ExportOptions(format=ExportFormat.JPEG, matte="#ff8000", quality=95)
    back = read_picture(export_picture(stored(tmp_path, picture), tmp_path / "o", options, None))
    assert np.abs(back.pixels[8, 4].astype(int) - (255, 128, 0)).max() < 4
    assert np.abs(back.pixels[8, 28].astype(int) - 10).max() < 4


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_size_scales_the_long_side_and_hidden_colours_do_not_bleed(
    tmp_path: Path, dtype: type
) -> None:
    white = np.iinfo(dtype).max
    pixels = np.zeros((40, 80, 3), dtype)
    pixels[:, :40] = (white, 0, 0)
    pixels[:, 40:] = (0, white, 0)
    alpha = np.zeros((40, 80), dtype)
    alpha[:, :40] = white
    source = stored(tmp_path, Picture(pixels, alpha))
    path = export_picture(source, tmp_path / "o", ExportOptions(size=20), None)
    back = read_picture(path)
    assert (back.width, back.height) == (20, 10)
    assert back.alpha is not None
    seen = back.alpha > 0
    assert back.pixels[seen][:, 1].max() <= white // 100


@pytest.mark.parametrize("kind", ALL)
def test_the_profile_is_kept_or_replaced_by_srgb(tmp_path: Path, kind: ExportFormat) -> None:
    picture = Picture(np.full((16, 16, 3), (150, 120, 130), np.uint8), icc=P3)
    source = stored(tmp_path, picture)
    kept = export_picture(source, tmp_path / "k", ExportOptions(format=kind, quality=100), None)
    options = ExportOptions(format=kind, quality=100, icc=ExportProfile.SRGB)
    plain = export_picture(source, tmp_path / "s", options, None)
    a, b = read_picture(kept), read_picture(plain)
    assert a.icc == P3
    assert b.icc is not None
    assert b.icc != P3
    assert np.abs(a.pixels.astype(int) - (150, 120, 130)).max() <= 4
    assert np.abs(b.pixels.astype(int) - (150, 120, 130)).max() <= 3
    with Image.open(kept) as raw:
        assert np.abs(np.asarray(raw)[8, 8].astype(int) - (150, 120, 130)).max() > 2


def test_a_profile_that_cannot_be_written_to_gives_srgb(tmp_path: Path) -> None:
    from picture_factory import grey_profile

    icc = grey_profile(gamma_curve(1.8))
    tifffile.imwrite(
        tmp_path / "g.tif", np.full((9, 9), 80, np.uint8), photometric="minisblack", iccprofile=icc
    )
    path = export_picture(tmp_path / "g.tif", tmp_path / "o", ExportOptions(), None)
    np.testing.assert_array_equal(
        read_picture(path).pixels, read_picture(tmp_path / "g.tif").pixels
    )


def test_a_file_that_is_there_is_numbered_around_or_replaced_on_demand(tmp_path: Path) -> None:
    source = stored(tmp_path, Picture(noise(4, 4, 3)))
    target = tmp_path / "mine.png"
    target.write_bytes(b"precious")
    first = export_picture(source, target, ExportOptions(), None)
    second = export_picture(source, target, ExportOptions(), None)
    assert (first.name, second.name) == ("mine (2).png", "mine (3).png")
    assert target.read_bytes() == b"precious"
    replaced = export_picture(source, target, ExportOptions(overwrite=True), None)
    assert replaced == target
    assert read_picture(target).width == 4
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "mine (2).png", "mine (3).png", "mine.png", "stored.png",
    ]  # fmt: skip


def test_exports_at_the_same_time_never_take_the_same_name(tmp_path: Path) -> None:
    source = stored(tmp_path, Picture(noise(8, 8, 3)))
    names: list[str] = []

    def run() -> None:
        names.append(export_picture(source, tmp_path / "x.png", ExportOptions(), None).name)

    threads = [threading.Thread(target=run) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(names)) == 12


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("a.png", ExportFormat.JPEG, "a.jpg"),
        ("a.jpeg", ExportFormat.JPEG, "a.jpeg"),
        ("a", ExportFormat.WEBP, "a.webp"),
        ("v1.2", ExportFormat.TIFF, "v1.2.tif"),
        ("A.TIFF", ExportFormat.TIFF, "A.TIFF"),
    ],
)
def test_the_suffix_is_the_formats(
    tmp_path: Path, name: str, kind: ExportFormat, wanted: str
) -> None:
    source = stored(tmp_path, Picture(noise(4, 4, 3)))
    assert export_picture(source, tmp_path / name, ExportOptions(format=kind), None).name == wanted


@pytest.mark.parametrize(
    ("kind", "limit"), [(ExportFormat.JPEG, 65_500), (ExportFormat.WEBP, 16_383)]
)
def test_sides_that_a_format_cannot_hold_are_refused_with_advice(
    tmp_path: Path, kind: ExportFormat, limit: int
) -> None:
    source = stored(tmp_path, Picture(np.zeros((1, limit + 1, 3), np.uint8)))
    with pytest.raises(AssetError, match=f"{limit:,}.*PNG or TIFF"):
        export_picture(source, tmp_path / "o", ExportOptions(format=kind), None)
    path = export_picture(source, tmp_path / "o", ExportOptions(format=kind, size=limit), None)
    assert read_picture(path).width == limit


@pytest.mark.parametrize(
    "bad", [{"quality": 0}, {"quality": 101}, {"size": -1}, {"matte": "red"}, {"size": 70_000}]
)
def test_settings_out_of_range_are_refused(tmp_path: Path, bad: dict[str, object]) -> None:
    source = stored(tmp_path, Picture(noise(4, 4, 3)))
    with pytest.raises(ParameterError) as caught:
        export_picture(source, tmp_path / "o", ExportOptions(**bad), None)
    assert caught.value.field == next(iter(bad))


@pytest.mark.parametrize("kind", ALL)
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, kind: ExportFormat) -> None:
    source = stored(tmp_path, Picture(noise(300, 300, 3)))
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(AssetError, match="disk is full"):
            export_picture(source, tmp_path / "out", ExportOptions(format=kind), RECIPE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [p.name for p in tmp_path.iterdir()] == ["stored.png"]


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """A folder that this process, which may be root's, cannot write to."""
    folder = Path(tempfile.mkdtemp())
    (folder / "locked").mkdir()
    write_store_picture(Picture(noise(4, 4, 3)), folder / "stored.png")
    for path in (folder, folder / "stored.png"):
        path.chmod(0o755)
    (folder / "locked").chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if user == 0:
            os.seteuid(0)
        (folder / "locked").chmod(0o755)
        shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX permissions")
def test_a_read_only_folder_is_named(read_only_folder: Path) -> None:
    with pytest.raises(AssetError, match="“locked” is read-only"):
        export_picture(
            read_only_folder / "stored.png",
            read_only_folder / "locked" / "a.png",
            ExportOptions(),
            None,
        )


def test_a_recipe_too_long_for_jpeg_is_left_out_but_the_mark_stays(tmp_path: Path) -> None:
    import msgspec

    long = msgspec.structs.replace(RECIPE, params={"note": "x" * 100_000})
    source = stored(tmp_path, Picture(noise(4, 4, 3)))
    path = export_picture(source, tmp_path / "o", ExportOptions(format=ExportFormat.JPEG), long)
    assert read_recipe(path) is None
    assert COMPOSITE in path.read_bytes()
    png = export_picture(source, tmp_path / "o", ExportOptions(), long)
    assert read_recipe(png) == long


@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("picture", ["photograph", "stripes", "checks", "flat"])
def test_png_exports_are_exact_whatever_filter_is_chosen(
    tmp_path: Path, picture: str, has_alpha: bool
) -> None:
    y, x = np.mgrid[0:900, 0:1100]
    values = {
        "photograph": smooth(900, 1100)[..., 0] + RNG.integers(0, 9, (900, 1100)),
        "stripes": x % 7 * 30,
        "checks": (x // 40 + y // 40) % 2 * 200,
        "flat": x * 0 + 9,
    }[picture].astype(np.uint8)
    pixels = np.stack([values, values // 2, 255 - values], -1)
    source = stored(tmp_path, Picture(pixels, values if has_alpha else None))
    path = export_picture(source, tmp_path / "o", ExportOptions(), None)
    with Image.open(path) as independent:
        got = np.asarray(independent)
    np.testing.assert_array_equal(got[..., :3], pixels)
    if has_alpha:
        np.testing.assert_array_equal(got[..., 3], values)
    if picture != "photograph":
        assert path.stat().st_size < 30_000


def test_a_move_that_fails_leaves_no_empty_file_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = stored(tmp_path, Picture(noise(4, 4, 3)))

    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(AssetError, match="read-only"):
        export_picture(source, tmp_path / "mine.png", ExportOptions(), None)
    assert [path.name for path in tmp_path.iterdir()] == ["stored.png"]
