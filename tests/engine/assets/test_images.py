from __future__ import annotations

import errno
import io
import os
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from picture_factory import chunk, plain_png
from PIL import Image

from engine.assets import reading
from engine.assets.images import picture_info, read_picture, thumbnail, write_store_picture
from engine.assets.pictures import Picture
from engine.errors import AssetError

quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
RNG = np.random.default_rng(7)


def noise(*shape: int, dtype: type = np.uint8) -> np.ndarray:
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    dtype = draw(st.sampled_from((np.uint8, np.uint16)))
    shape = (draw(st.integers(1, 40)), draw(st.integers(1, 40)))
    pixels = draw(hnp.arrays(dtype, (*shape, 3)))
    alpha = draw(st.none() | hnp.arrays(dtype, shape))
    return Picture(pixels, alpha)


@quick
@given(picture=pictures())
def test_the_store_gives_back_what_it_got(picture: Picture, tmp_path: Path) -> None:
    path = tmp_path / "stored.png"
    assert write_store_picture(picture, path) == ()
    back = read_picture(path)
    assert back.pixels.dtype == picture.pixels.dtype
    np.testing.assert_array_equal(back.pixels, picture.pixels)
    if picture.alpha is None:
        assert back.alpha is None
    else:
        assert back.alpha is not None
        np.testing.assert_array_equal(back.alpha, picture.alpha)


@pytest.mark.parametrize("width", [1, 2, 700, 20_000])
def test_the_store_joins_its_strips_into_one_stream(tmp_path: Path, width: int) -> None:
    picture = Picture(noise(300, width, 3))
    write_store_picture(picture, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as independent:
        np.testing.assert_array_equal(np.asarray(independent), picture.pixels)


def test_the_store_keeps_the_resolution(tmp_path: Path) -> None:
    write_store_picture(Picture(noise(4, 5, 3), dpi=(300.0, 150.0)), tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").dpi == pytest.approx((300, 150), abs=0.02)


@pytest.mark.parametrize("filters", range(6))
@pytest.mark.parametrize("color", [0, 2, 4, 6])
def test_16_bit_png_is_exact_for_every_colour_type_and_filter(
    tmp_path: Path, color: int, filters: int
) -> None:
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    samples = noise(23, 17, channels, dtype=np.uint16)
    path = tmp_path / "a.png"
    path.write_bytes(plain_png(samples, color, filters=filters))
    picture = read_picture(path)
    assert picture.pixels.dtype == np.uint16
    colors = samples[..., : 1 if channels < 3 else 3]
    np.testing.assert_array_equal(picture.pixels, np.broadcast_to(colors, (23, 17, 3)))
    if channels in (2, 4):
        assert picture.alpha is not None
        np.testing.assert_array_equal(picture.alpha, samples[..., -1])
    else:
        assert picture.alpha is None


def interlaced_16(samples: np.ndarray) -> bytes:
    """Return a 16-bit RGB PNG in the seven passes of Adam7, unfiltered."""
    import zlib

    height, width = samples.shape[:2]
    data = b""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2))
    for top, left, down, across in (*passes, (1, 0, 2, 1)):
        part = samples[top::down, left::across]
        if part.size:
            data += b"".join(b"\0" + row.astype(">u2").tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 1)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (8, 8), (23, 17)])
def test_16_bit_interlaced_png_is_exact(tmp_path: Path, size: tuple[int, int]) -> None:
    samples = noise(*size, 3, dtype=np.uint16)
    (tmp_path / "a.png").write_bytes(interlaced_16(samples))
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png").pixels, samples)


def test_the_transparent_colour_of_16_bit_png_is_compared_at_16_bits(tmp_path: Path) -> None:
    samples = np.full((2, 3, 3), 0x1234, np.uint16)
    samples[0, 0] = 0x1235  # the same high byte
    key = chunk(b"tRNS", struct.pack(">3H", 0x1234, 0x1234, 0x1234))
    (tmp_path / "a.png").write_bytes(plain_png(samples, 2, key))
    alpha = read_picture(tmp_path / "a.png").alpha
    assert alpha is not None
    assert alpha.tolist() == [[65535, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_every_orientation_comes_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    upright = np.zeros((32, 48, 3), np.uint8)
    upright[:16, :24] = (255, 0, 0)  # top left
    upright[:16, 24:] = (0, 255, 0)  # top right
    upright[16:, :24] = (0, 0, 255)  # bottom left
    turn_back = {5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, orientation)
    stored = reading.upright(upright, turn_back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {".webp": {"lossless": True}, ".jpg": {"quality": 95, "subsampling": 0}}
    path = tmp_path / f"a{suffix}"
    Image.fromarray(stored).save(path, exif=exif.tobytes(), **options.get(suffix, {}))
    picture = read_picture(path)
    assert np.abs(picture.pixels.astype(int) - upright).max() < 12
    info = picture_info(path)
    assert (info.width, info.height) == (48, 32)
    with Image.open(io.BytesIO(thumbnail(path, 48))) as small:
        assert small.size == (48, 32)
        assert np.abs(np.asarray(small).astype(int)[8, 8] - (255, 0, 0)).max() < 30


def test_orientation_2_to_8_are_those_of_the_standard(tmp_path: Path) -> None:
    corners = np.array([[1, 2], [3, 4]])
    wanted = {
        1: [[1, 2], [3, 4]],
        2: [[2, 1], [4, 3]],
        3: [[4, 3], [2, 1]],
        4: [[3, 4], [1, 2]],
        5: [[1, 3], [2, 4]],
        6: [[3, 1], [4, 2]],
        7: [[4, 2], [3, 1]],
        8: [[2, 4], [1, 3]],
    }
    assert {k: reading.upright(corners, k).tolist() for k in wanted} == wanted


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".png", {}),
        (".tif", {}),
        (".tif", {"compression": "tiff_lzw"}),
        (".bmp", {}),
        (".ppm", {}),
        (".webp", {"lossless": True}),
        (".jp2", {"irreversible": False}),
    ],
)
def test_lossless_formats_are_read_exactly(
    tmp_path: Path, suffix: str, options: dict[str, object]
) -> None:
    pixels = noise(31, 29, 3)
    path = saved(tmp_path / f"a{suffix}", Image.fromarray(pixels), **options)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, pixels)
    assert picture.alpha is None
    assert picture.notes == ()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_becomes_three_channels(tmp_path: Path, mode: str) -> None:
    rgba = Image.fromarray(noise(20, 30, 4))
    image = (
        Image.fromarray(noise(20, 30, dtype=np.uint16)) if mode == "I;16" else rgba.convert(mode)
    )
    path = saved(tmp_path / "a.tif", image)
    picture = read_picture(path)
    assert picture.pixels.shape == (20, 30, 3)
    assert (picture.alpha is not None) == (mode in ("LA", "RGBA"))
    if mode in ("1", "L", "I;16"):
        np.testing.assert_array_equal(
            picture.pixels[..., 1], np.asarray(image) * (255 if mode == "1" else 1)
        )
    if mode == "CMYK":
        assert any("CMYK" in note for note in picture.notes)


def test_palette_transparency_becomes_alpha(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1], [2, 0]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    path = saved(tmp_path / "a.png", image, transparency=bytes([0, 128, 255]))
    picture = read_picture(path)
    assert picture.pixels.tolist() == [[[10, 20, 30], [40, 50, 60]], [[70, 80, 90], [10, 20, 30]]]
    assert picture.alpha is not None
    assert picture.alpha.tolist() == [[0, 128], [255, 0]]
    assert picture_info(path).has_alpha


def test_grey_and_rgb_png_with_a_transparent_colour_keep_it(tmp_path: Path) -> None:
    grey = saved(tmp_path / "g.png", Image.fromarray(np.array([[5, 9]], np.uint8)), transparency=9)
    rgb = Image.fromarray(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8))
    path = saved(tmp_path / "c.png", rgb, transparency=(4, 5, 6))
    for file in (grey, path):
        alpha = read_picture(file).alpha
        assert alpha is not None
        assert alpha.tolist() == [[255, 0]]


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("channels", [3, 4])
def test_16_bit_tiff_is_exact(
    tmp_path: Path, byteorder: str, compression: str | None, planar: str, channels: int
) -> None:
    samples = noise(37, 41, channels, dtype=np.uint16)
    data = samples if planar == "contig" else np.ascontiguousarray(samples.transpose(2, 0, 1))
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path,
        data,
        byteorder=byteorder,
        compression=compression,
        photometric="rgb",
        planarconfig=planar,
        rowsperstrip=8,
        extrasamples=["unassalpha"] if channels == 4 else None,
    )
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels, samples[..., :3])
    if channels == 4:
        assert picture.alpha is not None
        np.testing.assert_array_equal(picture.alpha, samples[..., 3])


@pytest.mark.parametrize("predictor", [1, 2])
def test_16_bit_tiff_tiles_and_predictor_are_exact(tmp_path: Path, predictor: int) -> None:
    samples = noise(50, 70, 3, dtype=np.uint16)
    tifffile.imwrite(
        tmp_path / "a.tif",
        samples,
        tile=(16, 32),
        compression="zlib",
        predictor=predictor == 2,
        photometric="rgb",
    )
    np.testing.assert_array_equal(read_picture(tmp_path / "a.tif").pixels, samples)


def lzw(data: bytes) -> bytes:
    """Return TIFF LZW of `data` that resets its table before codes outgrow nine bits."""
    bits = ""
    for start in range(0, len(data), 200):
        bits += f"{256:09b}"
        bits += "".join(f"{byte:09b}" for byte in data[start : start + 200])
    bits += f"{257:09b}"
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_tiff_in_lzw_is_exact(tmp_path: Path, order: str, channels: int) -> None:
    samples = noise(13, 11, channels, dtype=np.uint16)
    data = lzw(samples.astype(f"{order}u2").tobytes())
    extra = [(338, 3, 1, 2)] if channels == 4 else []
    entries = [
        (256, 3, 1, 11), (257, 3, 1, 13), (258, 3, channels, None), (259, 3, 1, 5),
        (262, 3, 1, 2 if channels > 1 else 1), (273, 4, 1, 8), (277, 3, 1, channels),
        (278, 3, 1, 13), (279, 4, 1, len(data)), *extra,
    ]  # fmt: skip
    bits_at = 8 + len(data)
    directory_at = bits_at + 2 * channels
    directory_at += directory_at % 2
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", directory_at) + data
    out += struct.pack(f"{order}{channels}H", *[16] * channels)
    out = out.ljust(directory_at, b"\0") + struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        if value is None and channels > 2:
            body = struct.pack(f"{order}I", bits_at)
        else:
            number = 16 if value is None else value
            body = struct.pack(f"{order}{'H' if kind == 3 else 'I'}", number).ljust(4, b"\0")
        out += struct.pack(f"{order}HHI", tag, kind, count) + body
    path = tmp_path / "a.tif"
    path.write_bytes(out + b"\0\0\0\0")
    picture = read_picture(path)
    np.testing.assert_array_equal(
        picture.pixels, np.broadcast_to(samples[..., : min(channels, 3)], (13, 11, 3))
    )
    if channels == 4:
        assert picture.alpha is not None
        np.testing.assert_array_equal(picture.alpha, samples[..., 3])


def test_premultiplied_alpha_is_divided_out(tmp_path: Path) -> None:
    samples = np.zeros((1, 2, 4), np.uint16)
    samples[0, 0] = (16384, 8192, 0, 32768)
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="rgb", extrasamples=["assocalpha"])
    picture = read_picture(tmp_path / "a.tif")
    assert np.abs(picture.pixels[0, 0].astype(int) - (32767, 16384, 0)).max() <= 1
    assert picture.pixels[0, 1].tolist() == [0, 0, 0]


def test_float_tiff_between_0_and_1_is_taken_as_it_is(tmp_path: Path) -> None:
    values = np.linspace(0, 1, 300, dtype=np.float32).reshape(10, 10, 3)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", compression="zlib")
    picture = read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(picture.pixels, np.rint(values.astype(float) * 65535))
    assert picture.notes == ()


def test_float_tiff_with_nan_and_infinity_is_mapped_and_said(tmp_path: Path) -> None:
    values = np.array([[-2.0, 0.0, 6.0, np.nan, np.inf, -np.inf]], np.float32)
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="minisblack")
    picture = read_picture(tmp_path / "a.tif")
    assert picture.pixels[0, :, 0].tolist() == [0, 16384, 65535, 0, 65535, 0]
    assert any("-2" in note and "6" in note for note in picture.notes)
    assert any("no numbers" in note for note in picture.notes)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_the_floating_point_predictor_is_undone(tmp_path: Path, order: str, dtype: str) -> None:
    values = RNG.random((9, 8, 3)).astype(f"{order}{dtype}")
    size = values.dtype.itemsize
    rows = values.astype(f">{dtype}").view(np.uint8).reshape(9, 24, size)
    planes = rows.transpose(0, 2, 1).reshape(9, -1, 3)
    # Adobe's Technical Note 3: bytes by significance, then differences at the pixel's stride.
    packed = np.diff(planes, axis=1, prepend=np.zeros((9, 1, 3), np.uint8))
    out = io.BytesIO()
    tifffile.imwrite(
        out, values, photometric="rgb", byteorder=order, metadata=None, extratags=[(65000, 3, 1, 3)]
    )
    data = bytearray(out.getvalue())
    at = data.index(values.tobytes())
    data[at : at + packed.nbytes] = packed.tobytes()
    # tifffile writes no predictor tag by itself; a private tag is renamed to it.
    entry = f"{order}HHI"
    data = data.replace(struct.pack(entry, 65000, 3, 1), struct.pack(entry, 317, 3, 1))
    (tmp_path / "a.tif").write_bytes(data)
    wanted = np.rint(values.astype(float) * 65535)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.tif").pixels, wanted)


def test_multi_page_tiff_gives_its_first_page_and_says_so(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.full((4, 4, 3), v, np.uint8)) for v in (10, 20, 30)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    picture = read_picture(tmp_path / "a.tif")
    assert picture.pixels[0, 0, 0] == 10
    assert picture.notes == ("First of 3 pages.",)
    assert picture_info(tmp_path / "a.tif").frames == 3


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
def test_animations_give_their_first_frame_and_say_so(tmp_path: Path, suffix: str) -> None:
    frames = [Image.fromarray(np.full((16, 16, 3), v, np.uint8)) for v in (40, 120, 200)]
    path = tmp_path / f"a{suffix}"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    picture = read_picture(path)
    assert abs(int(picture.pixels[8, 8, 0]) - 40) < 6
    assert picture.notes == ("First of 3 frames of an animation.",)
    assert picture_info(path).frames == 3


def test_the_content_decides_and_a_wrong_name_is_said(tmp_path: Path) -> None:
    image = Image.fromarray(noise(8, 8, 3))
    path = tmp_path / "photo.png"
    image.save(path, "JPEG")
    assert read_picture(path).notes == ("“photo.png” is a JPEG file by its content, "
                                        "whatever its name says.",)  # fmt: skip
    assert picture_info(path).format == "JPEG"


@pytest.mark.parametrize("name", ["Фото ☀ 写真.png", "a" * 200 + ".png", "two words.PNG", "📷.png"])
def test_unusual_names_are_read(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path / name, Image.fromarray(noise(3, 3, 3)))
    assert read_picture(path).width == 3


def test_a_side_of_65535_pixels_works(tmp_path: Path) -> None:
    pixels = noise(2, 65_535, 3)
    write_store_picture(Picture(pixels), tmp_path / "a.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png").pixels, pixels)
    assert picture_info(tmp_path / "a.png").width == 65_535


def test_a_truncated_file_is_refused_with_how_much_is_there_or_taken_on_demand(
    tmp_path: Path,
) -> None:
    whole = io.BytesIO()
    Image.fromarray(noise(400, 400, 3)).save(whole, "JPEG", quality=95)
    path = tmp_path / "a.jpg"
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(AssetError, match=r"about \d+% of the picture is there") as caught:
        read_picture(path)
    assert 30 <= int(str(caught.value).split("about ")[1].split("%")[0]) <= 70
    picture = read_picture(path, accept_truncated=True)
    assert picture.pixels[:100].std() > 10
    assert any("not whole" in note for note in picture.notes)


def test_too_many_pixels_are_refused_before_decoding(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png", Image.fromarray(noise(100, 100, 3)))
    with pytest.raises(AssetError, match="the limit is"):
        read_picture(path, max_pixels=9_999)
    assert read_picture(path, max_pixels=10_000).width == 100


def test_info_tells_depth_alpha_and_format(tmp_path: Path) -> None:
    samples = noise(6, 9, 4, dtype=np.uint16)
    (tmp_path / "a.png").write_bytes(plain_png(samples, 6))
    info = picture_info(tmp_path / "a.png")
    assert (info.width, info.height, info.depth, info.has_alpha) == (9, 6, 16, True)
    assert (info.mode, info.format, info.frames, info.has_icc) == ("RGB", "PNG", 1, False)
    assert info.size_bytes == (tmp_path / "a.png").stat().st_size
    assert not info.has_recipe


def test_a_thumbnail_of_a_large_jpeg_is_quick(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 3000, dtype=np.float32)
    pixels = np.clip(ramp[None, :, None] + RNG.normal(0, 6, (2000, 3000, 3)), 0, 255)
    path = saved(tmp_path / "a.jpg", Image.fromarray(pixels.astype(np.uint8)), quality=90)
    started = time.perf_counter()
    data = thumbnail(path, 256)
    seconds = time.perf_counter() - started
    with Image.open(io.BytesIO(data)) as small:
        assert small.format == "JPEG"
        assert small.size == (256, 171)
    started = time.perf_counter()
    read_picture(path)
    assert seconds < time.perf_counter() - started


def test_a_thumbnail_keeps_alpha_as_png(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.webp", Image.fromarray(noise(50, 80, 4)), lossless=True)
    with Image.open(io.BytesIO(thumbnail(path, 40))) as small:
        assert (small.format, small.mode, small.size) == ("PNG", "RGBA", (40, 25))


@pytest.mark.parametrize("color", [0, 2, 6])
def test_a_thumbnail_of_16_bits_looks_like_the_picture(tmp_path: Path, color: int) -> None:
    samples = np.full((30, 30, {0: 1, 2: 3, 6: 4}[color]), 40_000, np.uint16)
    (tmp_path / "a.png").write_bytes(plain_png(samples, color))
    with Image.open(io.BytesIO(thumbnail(tmp_path / "a.png", 10))) as small:
        assert np.abs(np.asarray(small.convert("RGB")).astype(int) - 156).max() <= 2


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"what was there before")
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(AssetError, match="disk is full"):
            write_store_picture(Picture(noise(500, 500, 3)), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"what was there before"
    assert os.listdir(tmp_path) == ["a.png"]  # noqa: PTH208


def test_no_space_while_syncing_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AssetError, match="disk is full"):
        write_store_picture(Picture(noise(5, 5, 3)), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="folder “gone” is not there"):
        write_store_picture(Picture(noise(5, 5, 3)), tmp_path / "gone" / "a.png")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png8", "png16", "tiff8", "tiff16"])
def test_100_megapixels_are_read_within_bounded_memory(tmp_path: Path, kind: str) -> None:
    import subprocess
    import sys

    path = tmp_path / ("a.png" if kind.startswith("png") else "a.tif")
    dtype = np.uint16 if kind.endswith("16") else np.uint8
    row = noise(1, 10_000, 3, dtype=dtype)
    pixels = np.broadcast_to(row, (10_000, 10_000, 3))
    if path.suffix == ".png":
        write_store_picture(Picture(pixels), path)
    else:
        tifffile.imwrite(path, pixels, photometric="rgb", rowsperstrip=100)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from engine.assets.images import read_picture\n"
        "p = read_picture(Path(sys.argv[1])); assert p.width == p.height == 10_000\n"
        "print(p.pixels.nbytes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
        cwd=Path(reading.__file__).parents[2],
    )
    held, peak = map(int, done.stdout.split())
    assert held == 300_000_000 * np.dtype(dtype).itemsize
    # The result, one decoder's copy of four bytes a pixel, and the interpreter.
    assert peak < held + 400_000_000 + 200_000_000
