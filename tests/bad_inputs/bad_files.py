"""Makes files that are broken, hostile or merely odd, each by a function of its own.

Every case is a `Case`: its name, a function that writes it into a folder and returns its path, and
whether a correct picture is the right answer (else only an `AssetError` is).
"""

from __future__ import annotations

import io
import os
import struct
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

IS_POSIX = os.name == "posix"
Maker = Callable[[Path], Path]


@dataclass(frozen=True)
class Case:
    name: str
    make: Maker
    is_readable: bool


CASES: list[Case] = []


def bad(make: Maker) -> Maker:
    CASES.append(Case(make.__name__, make, is_readable=False))
    return make


def odd(make: Maker) -> Maker:
    CASES.append(Case(make.__name__, make, is_readable=True))
    return make


def bad_on_posix(make: Maker) -> Maker:
    return bad(make) if IS_POSIX else make


def odd_on_linux(make: Maker) -> Maker:
    return odd(make) if sys.platform == "linux" else make


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    check = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def ihdr(width: int, height: int, depth: int = 8, color: int = 2, tail: bytes = b"\0\0\0") -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBB", width, height, depth, color) + tail)


END = chunk(b"IEND", b"")
ROWS = zlib.compress((b"\0" + bytes(range(24))) * 8)
GOOD = png(ihdr(8, 8), chunk(b"IDAT", ROWS), END)
RNG = np.random.default_rng(5)


def encoded(kind: str, size: int = 64, **options: object) -> bytes:
    out = io.BytesIO()
    pixels = RNG.integers(0, 255, (size, size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# What the file system can do


@bad
def missing(folder: Path) -> Path:
    return folder / "nothing.png"


@bad
def zero_bytes(folder: Path) -> Path:
    return put(folder, "empty.png", b"")


@bad
def a_folder(folder: Path) -> Path:
    (folder / "folder.png").mkdir()
    return folder / "folder.png"


@bad_on_posix
def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.png")
    return folder / "pipe.png"


@bad_on_posix
def a_device(folder: Path) -> Path:
    return Path("/dev/zero")


@bad_on_posix
def a_link_to_a_device(folder: Path) -> Path:
    (folder / "link.png").symlink_to("/dev/zero")
    return folder / "link.png"


@bad_on_posix
def a_link_to_nothing(folder: Path) -> Path:
    (folder / "link.png").symlink_to(folder / "gone.png")
    return folder / "link.png"


@bad_on_posix
def a_link_to_itself(folder: Path) -> Path:
    (folder / "link.png").symlink_to(folder / "link.png")
    return folder / "link.png"


@bad
def a_name_too_long(folder: Path) -> Path:
    return folder / ("n" * 300 + ".png")


@bad
def a_name_with_a_null(folder: Path) -> Path:
    return folder / "a\0b.png"


@bad_on_posix
def a_name_with_newlines(folder: Path) -> Path:
    return put(folder, "two\nlines\x1b[31m\u202egnp.png", b"no picture at all")


@bad
def a_file_below_a_file(folder: Path) -> Path:
    return put(folder, "a.png", GOOD) / "b.png"


@odd_on_linux
def a_name_that_is_not_utf8(folder: Path) -> Path:
    return put(folder, os.fsdecode(b"caf\xe9.png"), GOOD)


# What is no picture


@bad
def one_byte(folder: Path) -> Path:
    return put(folder, "a.jpg", b"\xff")


@bad
def text(folder: Path) -> Path:
    return put(folder, "a.png", b"This is a letter.\n" * 50)


@bad
def random_bytes(folder: Path) -> Path:
    return put(folder, "a.tif", RNG.bytes(5000))


@bad
def a_pdf(folder: Path) -> Path:
    return put(folder, "a.png", b"%PDF-1.7\n" + bytes(500))


@bad
def postscript(folder: Path) -> Path:
    return put(folder, "a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")


@bad
def a_photoshop_document(folder: Path) -> Path:
    return put(folder, "a.psd", b"8BPS\0\1" + bytes(500))


@bad
def an_svg(folder: Path) -> Path:
    return put(folder, "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")


@bad
def a_heic(folder: Path) -> Path:
    return put(folder, "a.jpg", b"\0\0\0\x18ftypheic" + bytes(200))


@bad
def an_archive(folder: Path) -> Path:
    return put(folder, "a.png", b"PK\x03\x04" + bytes(200))


# PNG


@bad
def png_signature_alone(folder: Path) -> Path:
    return put(folder, "a.png", png())


@bad
def png_half_a_header(folder: Path) -> Path:
    return put(folder, "a.png", GOOD[:20])


@bad
def png_without_pixels(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(8, 8), END))


@bad
def png_with_zero_width(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(0, 8), chunk(b"IDAT", ROWS), END))


@bad
def png_of_two_thousand_million_columns(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(2**31 - 1, 2**31 - 1), chunk(b"IDAT", ROWS), END))


@bad
def png_bomb_below_the_pixel_limit(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(19_000, 19_000), chunk(b"IDAT", ROWS), END))


@bad
def png_bomb_of_real_zeros(folder: Path) -> Path:
    data = zlib.compress(bytes(30_000_000), 9)
    return put(folder, "a.png", png(ihdr(60_000, 60_000), chunk(b"IDAT", data), END))


@bad
def png_of_depth_three(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(8, 8, 3, 0), chunk(b"IDAT", ROWS), END))


@bad
def png_of_colour_type_five(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(8, 8, 8, 5), chunk(b"IDAT", ROWS), END))


@bad
def png_with_a_wrong_header_checksum(folder: Path) -> Path:
    return put(folder, "a.png", GOOD[:29] + b"\0\0\0\0" + GOOD[33:])


@bad
def png_with_rubbish_pixels(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(8, 8), chunk(b"IDAT", RNG.bytes(300)), END))


@bad
def png_16_with_rubbish_pixels(folder: Path) -> Path:
    return put(folder, "a.png", png(ihdr(8, 8, 16), chunk(b"IDAT", RNG.bytes(300)), END))


@bad
def png_with_filter_nine(folder: Path) -> Path:
    rows = zlib.compress((b"\x09" + bytes(24)) * 8)
    return put(folder, "a.png", png(ihdr(8, 8), chunk(b"IDAT", rows), END))


@bad
def png_with_too_few_rows(folder: Path) -> Path:
    rows = zlib.compress((b"\0" + bytes(range(24))) * 3)
    return put(folder, "a.png", png(ihdr(8, 8), chunk(b"IDAT", rows), END))


@bad
def png_cut_in_its_pixels(folder: Path) -> Path:
    whole = encoded("PNG")
    return put(folder, "a.png", whole[: len(whole) // 2])


@bad
def png_palette_without_a_palette(folder: Path) -> Path:
    rows = zlib.compress((b"\0" + bytes(8)) * 8)
    return put(folder, "a.png", png(ihdr(8, 8, 8, 3), chunk(b"IDAT", rows), END))


@bad
def png_that_begins_with_pixels(folder: Path) -> Path:
    return put(folder, "a.png", png(chunk(b"IDAT", ROWS), ihdr(8, 8), END))


@bad
def png_with_a_chunk_of_four_gigabytes(folder: Path) -> Path:
    data = png(ihdr(8, 8), struct.pack(">I", 2**32 - 1) + b"tEXt", b"short")
    return put(folder, "a.png", data)


@odd
def png_without_an_end(folder: Path) -> Path:
    return put(folder, "a.png", GOOD[:-12])


@odd
def png_with_rubbish_behind_it(folder: Path) -> Path:
    return put(folder, "a.png", GOOD + RNG.bytes(4000))


@odd
def png_with_a_text_bomb(folder: Path) -> Path:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    return put(folder, "a.png", png(ihdr(8, 8), bomb, chunk(b"IDAT", ROWS), bomb, END))


@odd
def png_with_a_profile_bomb(folder: Path) -> Path:
    bomb = chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(100_000_000), 9))
    return put(folder, "a.png", png(ihdr(8, 8), bomb, chunk(b"IDAT", ROWS), END))


@odd
def png_with_wrong_lengths_in_small_chunks(folder: Path) -> Path:
    small = [
        chunk(k, b"\1") for k in (b"pHYs", b"tRNS", b"acTL", b"iCCP", b"eXIf", b"iTXt", b"tEXt")
    ]
    return put(folder, "a.png", png(ihdr(8, 8), *small, chunk(b"IDAT", ROWS), END))


@odd
def png_with_hostile_exif(folder: Path) -> Path:
    exif = b"II*\0\x08\0\0\0\xff\xff" + b"\x12\x01\x03\0\xff\xff\xff\xff\x08\0\0\0" * 40
    return put(folder, "a.png", png(ihdr(8, 8), chunk(b"eXIf", exif), chunk(b"IDAT", ROWS), END))


@odd
def png_that_claims_four_thousand_million_frames(folder: Path) -> Path:
    frames = chunk(b"acTL", struct.pack(">II", 2**32 - 1, 0))
    return put(folder, "a.png", png(ihdr(8, 8), frames, chunk(b"IDAT", ROWS), END))


@odd
def png_with_absurd_resolution(folder: Path) -> Path:
    dots = chunk(b"pHYs", struct.pack(">IIB", 2**32 - 1, 0, 1))
    return put(folder, "a.png", png(ihdr(8, 8), dots, chunk(b"IDAT", ROWS), END))


# JPEG


@bad
def jpeg_marker_alone(folder: Path) -> Path:
    return put(folder, "a.jpg", b"\xff\xd8\xff")


@bad
def jpeg_cut_in_its_header(folder: Path) -> Path:
    return put(folder, "a.jpg", encoded("JPEG")[:100])


@bad
def jpeg_cut_in_its_pixels(folder: Path) -> Path:
    whole = encoded("JPEG", 300)
    return put(folder, "a.jpg", whole[: len(whole) // 2])


@bad
def jpeg_of_zero_rows(folder: Path) -> Path:
    data = bytearray(encoded("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = b"\0\0\0\0"
    return put(folder, "a.jpg", bytes(data))


@bad
def jpeg_bomb(folder: Path) -> Path:
    data = bytearray(encoded("JPEG", 8))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    return put(folder, "a.jpg", bytes(data))


@bad
def jpeg_of_markers_only(folder: Path) -> Path:
    return put(folder, "a.jpg", b"\xff\xd8" + b"\xff\xe0\x00\x02" * 5000)


@odd
def jpeg_with_rubbish_exif(folder: Path) -> Path:
    return put(folder, "a.jpg", encoded("JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + bytes(50)))


@odd
def jpeg_with_orientation_ninety(folder: Path) -> Path:
    exif = Image.Exif()
    exif[0x0112] = 90
    return put(folder, "a.jpg", encoded("JPEG", exif=exif))


# TIFF


@bad
def tiff_header_alone(folder: Path) -> Path:
    return put(folder, "a.tif", b"II*\0")


@bad
def tiff_directory_out_of_the_file(folder: Path) -> Path:
    return put(folder, "a.tif", b"II*\0" + struct.pack("<I", 2**31))


@bad
def tiff_directory_that_is_the_header(folder: Path) -> Path:
    return put(folder, "a.tif", b"II*\0" + struct.pack("<I", 0) + bytes(64))


def tiff_bytes(pixels: np.ndarray, **options: object) -> bytearray:
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, photometric="rgb", metadata=None, **options)
    return bytearray(out.getvalue())


def with_tag(data: bytearray, tag: int, value: int) -> bytes:
    """Return a little-endian TIFF with the value of one tag in its directory replaced."""
    at = struct.unpack_from("<I", data, 4)[0]
    for index in range(struct.unpack_from("<H", data, at)[0]):
        entry = at + 2 + 12 * index
        if struct.unpack_from("<H", data, entry)[0] == tag:
            kind = struct.unpack_from("<H", data, entry + 2)[0]
            struct.pack_into("<H" if kind == 3 else "<I", data, entry + 8, value)
    return bytes(data)


EIGHT = np.zeros((64, 64, 3), np.uint8)
DEEP = np.zeros((64, 64, 3), np.uint16)


@bad
def tiff_cut_in_its_pixels(folder: Path) -> Path:
    return put(folder, "a.tif", bytes(tiff_bytes(DEEP)[:9000]))


@bad
def tiff_bomb_by_its_size(folder: Path) -> Path:
    data = tiff_bytes(DEEP, byteorder="<")
    return put(folder, "a.tif", with_tag(bytearray(with_tag(data, 256, 60_000)), 257, 60_000))


@bad
def tiff_that_claims_more_rows_than_it_has(folder: Path) -> Path:
    return put(folder, "a.tif", with_tag(tiff_bytes(DEEP, byteorder="<"), 257, 3000))


@bad
def tiff_of_zero_width(folder: Path) -> Path:
    return put(folder, "a.tif", with_tag(tiff_bytes(EIGHT, byteorder="<"), 256, 0))


@bad
def tiff_with_strips_out_of_the_file(folder: Path) -> Path:
    return put(folder, "a.tif", with_tag(tiff_bytes(DEEP, byteorder="<"), 273, 2**31))


@bad
def tiff_in_an_unknown_compression(folder: Path) -> Path:
    return put(folder, "a.tif", with_tag(tiff_bytes(DEEP, byteorder="<"), 259, 40_000))


@bad
def tiff_with_rubbish_deflate(folder: Path) -> Path:
    data = tiff_bytes(DEEP, byteorder="<")
    at = 400
    data[at : at + 2000] = RNG.bytes(2000)
    return put(folder, "a.tif", with_tag(data, 259, 8))


@bad
def tiff_of_doubles_in_lzw(folder: Path) -> Path:
    data = tiff_bytes(DEEP.astype(np.float64), byteorder="<")
    return put(folder, "a.tif", with_tag(data, 259, 5))


@odd
def tiff_whose_pages_chase_their_tail(folder: Path) -> Path:
    data = tiff_bytes(EIGHT, byteorder="<")
    at = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, at)[0]
    struct.pack_into("<I", data, at + 2 + 12 * count, at)
    return put(folder, "a.tif", bytes(data))


@odd
def tiff_of_nothing_but_nan(folder: Path) -> Path:
    path = folder / "a.tif"
    tifffile.imwrite(path, np.full((8, 8), np.nan, np.float32))
    return path


# Others


@bad
def gif_header_alone(folder: Path) -> Path:
    return put(folder, "a.gif", b"GIF89a\x08\0\x08\0\0\0\0")


@bad
def gif_cut_in_its_pixels(folder: Path) -> Path:
    whole = encoded("GIF", 200)
    return put(folder, "a.gif", whole[: len(whole) // 2])


@bad
def gif_bomb(folder: Path) -> Path:
    data = bytearray(encoded("GIF"))
    data[6:10] = struct.pack("<HH", 65_535, 65_535)
    return put(folder, "a.gif", bytes(data))


@bad
def webp_header_alone(folder: Path) -> Path:
    return put(folder, "a.webp", b"RIFF\x10\0\0\0WEBPVP8 ")


@bad
def webp_bomb(folder: Path) -> Path:
    canvas = b"\x02\0\0\0" + (2**24 - 1).to_bytes(3, "little") * 2
    data = b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0" + canvas + bytes(40)
    return put(folder, "a.webp", data)


@bad
def webp_cut_in_its_pixels(folder: Path) -> Path:
    whole = encoded("WEBP", 200)
    return put(folder, "a.webp", whole[: len(whole) // 2])


@bad
def bmp_cut_in_its_pixels(folder: Path) -> Path:
    return put(folder, "a.bmp", encoded("BMP")[:2000])


@bad
def bmp_bomb(folder: Path) -> Path:
    data = bytearray(encoded("BMP"))
    struct.pack_into("<ii", data, 18, 2**30, 2**30)
    return put(folder, "a.bmp", bytes(data))


@bad
def avif_of_zeros(folder: Path) -> Path:
    return put(folder, "a.avif", b"\0\0\0\x18ftypavif" + bytes(300))


@bad
def jpeg_2000_of_zeros(folder: Path) -> Path:
    return put(folder, "a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(300))


@bad
def ppm_of_words(folder: Path) -> Path:
    return put(folder, "a.ppm", b"P6 many pixels 255 ")


@bad
def ppm_bomb(folder: Path) -> Path:
    return put(folder, "a.ppm", b"P6 100000 100000 255 abc")
