"""Reading TIFF: deep and floating-point pictures by their strips, the rest through libtiff.

TIFF 6.0, Adobe's Technical Note 3 (floating-point predictor). Pillow gives eight bits of a
16-bit colour picture; uncompressed and deflated strips and tiles are therefore read here, after
tifffile has parsed the tags. 16-bit pictures in other compressions (LZW, ...) are decoded twice
by libtiff, once for the high bytes and once for the low ones, as in `png_pixels`.
"""

from __future__ import annotations

import logging
import struct
import zlib
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from engine.assets.codecs.frame import DamagedError, Decoded, TruncatedError, UnsupportedError
from engine.assets.codecs.pillow_frame import load

_DEFLATE = (8, 32946)
_MAX_PAGES = 10_000
_MAX_SEGMENTS = 1_000_000


def count_pages(file: BinaryIO) -> int:
    """Return how many pages a TIFF has; walks the chain of directories only."""
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    is_big = head[2:4] in (b"+\0", b"\0+")
    try:
        offset = struct.unpack_from(order + ("Q" if is_big else "I"), head, 8 if is_big else 4)[0]
    except struct.error:
        return 1
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < _MAX_PAGES:
        seen.add(offset)
        try:
            file.seek(offset)
            entries = struct.unpack(order + ("Q" if is_big else "H"), file.read(8 if is_big else 2))
            file.seek(entries[0] * (20 if is_big else 12), 1)
            offset = struct.unpack(order + ("Q" if is_big else "I"), file.read(8 if is_big else 4))[
                0
            ]
        except (struct.error, OSError, ValueError, OverflowError):
            break
    return max(1, len(seen))


def first_page(file: BinaryIO) -> Any:
    """Return tifffile's description of the first page.

    Raises:
        DamagedError: there is none.
    """
    import tifffile

    # What tifffile logs of damaged tags is of no use to the user, and there can be much of it.
    logging.getLogger("tifffile").setLevel(logging.CRITICAL)
    file.seek(0)
    try:
        page: Any = tifffile.TiffFile(file).pages[0]
    except MemoryError:
        raise
    except Exception as error:
        raise DamagedError(f"its directory cannot be read ({str(error)[:120]})") from error
    if not isinstance(page.imagewidth, int) or not isinstance(page.imagelength, int):
        raise DamagedError("its directory does not say how large it is")
    return page


def is_deep(page: Any) -> bool:
    """Return whether the page needs this module: more than eight bits, or not integers."""
    return bits_of(page) > 8 or page.sampleformat == 3


def check_compression(page: Any) -> None:
    """Refuse compressions that neither this module nor libtiff knows.

    Raises:
        UnsupportedError: with the number of the compression.
    """
    from PIL.TiffImagePlugin import COMPRESSION_INFO

    if page.compression not in COMPRESSION_INFO:
        raise UnsupportedError(
            f"it is compressed in a way (TIFF {int(page.compression)}) that Gesso does not read"
        )


def bits_of(page: Any) -> int:
    """Return the bits of a sample, of the deepest one if they differ."""
    bits = page.bitspersample
    found = bits if isinstance(bits, tuple) else (bits,)
    return max((b for b in found if isinstance(b, int)), default=0)


def decode_deep(file: BinaryIO, page: Any, open_image: Any) -> Decoded:
    """Return a page of 16 bits or more as uint16.

    Args:
        file: the open file.
        page: from `first_page`.
        open_image: returns Pillow's image of the same file, for compressions not read here.

    Raises:
        ShallowError: Pillow is the better reader for this one.
        TruncatedError, DamagedError: it is not whole.
    """
    notes: list[str] = []
    photometric, samples = int(page.photometric), int(page.samplesperpixel)
    if photometric not in (0, 1, 2) or samples > 16:
        raise ShallowError
    dtype = page.dtype
    if dtype is None or dtype.kind not in "uif" or dtype.itemsize < 2:
        raise ShallowError
    orientation = orientation_of(page)
    compression, predictor = int(page.compression), int(page.predictor)
    if compression in (1, *_DEFLATE) and predictor in (1, 2, 3) and int(page.fillorder) == 1:
        stored = _segments(file, page)
    elif dtype == np.uint16 and int(page.planarconfig) == 1 and samples in (1, 3, 4):
        stored = _through_libtiff(open_image, samples)
        orientation = 1  # Pillow has turned it already
    else:
        raise UnsupportedError(
            f"its {dtype.name} samples are compressed in a way (TIFF {compression}) that "
            "Gesso does not read"
        )
    colors = 3 if photometric == 2 else 1
    if samples < colors:
        raise DamagedError(f"it says it is in colour but has {samples} channels")
    deep = _to_uint16(stored, colors, notes)
    if photometric == 0:
        deep[..., 0] = 65535 - deep[..., 0]
    pixels = deep[..., :colors] if colors == 3 else deep[..., 0]
    alpha = None
    extra = tuple(int(e) for e in (page.extrasamples or ()))
    if samples > colors and (extra[:1] in ((1,), (2,)) or not extra):
        alpha = np.ascontiguousarray(deep[..., colors])
        if extra[:1] == (1,):
            pixels = _unpremultiply(pixels, alpha)
    elif samples > colors:
        notes.append("Further channels beside the colours were left out.")
    return Decoded(np.ascontiguousarray(pixels), alpha, orientation=orientation, notes=notes)


def orientation_of(page: Any) -> int:
    """Return the orientation tag, 1..8; 1 where it is missing or nonsense."""
    tag = page.tags.get(274)
    value = tag.value if tag is not None else 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


class ShallowError(Exception):
    """Pillow reads this kind of page well enough."""


def _segments(file: BinaryIO, page: Any) -> NDArray[Any]:
    """Return all strips or tiles as one (height, width, samples) array of the stored dtype."""
    height, width, samples = int(page.imagelength), int(page.imagewidth), int(page.samplesperpixel)
    planes = samples if int(page.planarconfig) == 2 else 1
    depth = samples // planes
    tall, wide = (
        (int(page.tilelength), int(page.tilewidth))
        if page.is_tiled
        else (min(height, int(page.rowsperstrip)), width)
    )
    if not 0 < tall <= 1 << 20 or not 0 < wide <= 1 << 20:
        raise DamagedError(f"its tiles are {wide} × {tall} pixels")
    down, across = -(-height // tall), -(-width // wide)
    offsets, counts = page.dataoffsets, page.databytecounts
    if len(offsets) < down * across * planes or len(counts) < len(offsets):
        raise TruncatedError("parts of the picture are not in its directory")
    if down * across * planes > _MAX_SEGMENTS:
        raise DamagedError("it is cut into too many tiles")
    dtype = page.dtype.newbyteorder(page.parent.byteorder)
    out = np.empty((height, width, samples), page.dtype)
    for index in range(down * across * planes):
        plane, place = divmod(index, down * across)
        top, left = place // across * tall, place % across * wide
        rows = tall if page.is_tiled else min(tall, height - top)
        wanted = rows * wide * depth * dtype.itemsize
        file.seek(int(offsets[index]))
        data = file.read(min(int(counts[index]), 2 * wanted + 65536))
        if int(page.compression) in _DEFLATE:
            data = _inflate(data, wanted)
        if len(data) < wanted:
            share = (index + len(data) / wanted) / (down * across * planes)
            raise TruncatedError(f"it ends early, and about {share:.0%} of the picture is there")
        block = _unpredict(data[:wanted], int(page.predictor), dtype, rows, wide, depth)
        bottom, right = min(height, top + rows), min(width, left + wide)
        target = out[top:bottom, left:right, plane : plane + depth]
        target[...] = block[: bottom - top, : right - left]
    return out


def _inflate(data: bytes, wanted: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, wanted)
    except zlib.error as error:
        raise DamagedError(f"its compressed pixels are damaged ({error})") from error


def _unpredict(
    data: bytes, predictor: int, dtype: Any, rows: int, wide: int, depth: int
) -> NDArray[Any]:
    if predictor == 3:
        # The bytes of each row lie by significance, most first, each the difference to the last.
        flat = np.frombuffer(data, np.uint8).reshape(rows, wide * depth * dtype.itemsize)
        columns = flat.reshape(rows, -1, depth)
        summed = np.cumsum(columns, axis=1, dtype=np.uint8)
        planes = summed.reshape(rows, dtype.itemsize, wide * depth)
        big = np.ascontiguousarray(planes.transpose(0, 2, 1))
        return np.frombuffer(big, dtype.newbyteorder(">")).reshape(rows, wide, depth)
    block = np.frombuffer(data, dtype).reshape(rows, wide, depth)
    if predictor == 2:
        whole = np.dtype(f"u{dtype.itemsize}")
        summed = np.cumsum(block.astype(dtype.newbyteorder("=")).view(whole), axis=1, dtype=whole)
        return summed.view(dtype.newbyteorder("="))
    return block


def _through_libtiff(open_image: Any, samples: int) -> NDArray[Any]:
    """Return 16-bit chunky samples in any compression that libtiff knows."""
    first = open_image()
    tiles = first.tile
    if samples == 1:
        if first.mode not in ("I;16", "I;16B"):
            raise ShallowError
        load(first)
        return np.asarray(first).astype(np.uint16)[..., None]
    mode = "RGB" if samples == 3 else "RGBA"
    if not tiles or tiles[0][0] != "libtiff":
        raise ShallowError
    native, swapped = (";16L", ";16B") if np.little_endian else (";16B", ";16L")
    out: NDArray[np.uint16] | None = None
    for suffix, byte in ((native, 1), (swapped, 0)):
        im = open_image()
        # Four raw channels are wanted as they are: no premultiplication is undone at 8 bits.
        im._mode = mode
        tile = im.tile[0]
        im.tile = [tile._replace(args=(mode + suffix, *tile.args[1:]))]
        load(im)
        if out is None:
            out = np.empty((im.height, im.width, samples), np.uint16)
        parts = out.view(np.uint8).reshape(*out.shape, 2)
        place = byte if np.little_endian else 1 - byte
        step = max(1, 4_000_000 // im.width)
        for top in range(0, im.height, step):
            band = im.crop((0, top, im.width, min(im.height, top + step)))
            parts[top : top + step, :, :, place] = np.asarray(band)
    if out is None:  # pragma: no cover - the loop runs twice
        raise DamagedError("it holds no pixels")
    return out


def _to_uint16(stored: NDArray[Any], colors: int, notes: list[str]) -> NDArray[np.uint16]:
    """Return samples over 0..65535, in bands of rows so that no float copy of all is made."""
    if stored.dtype == np.uint16:
        return stored
    out = np.empty(stored.shape, np.uint16)
    low, high, is_odd = _range(stored[..., :colors])
    kind = stored.dtype.kind
    if kind == "u":
        low, high = 0.0, float(np.iinfo(stored.dtype).max)
    elif kind == "i" or not (low >= 0.0 and high <= 1.0):
        notes.append(
            f"The values {low:.4g} to {high:.4g} were mapped to black and white."
            if high > low
            else "All values are the same."
        )
    else:
        low, high = 0.0, 1.0
    if is_odd:
        notes.append("Values that are no numbers were replaced by black, infinite ones by limits.")
    scale = 65535.0 / (high - low) if high > low else 0.0
    step = max(1, 1_000_000 // max(1, stored.shape[1]))
    for top in range(0, stored.shape[0], step):
        band = stored[top : top + step].astype(np.float64)
        # Alpha has a range of its own: 0 to 1.
        colours = (band[..., :colors] - low) * scale
        out[top : top + step, :, :colors] = _round(colours)
        if stored.shape[2] > colors:
            white = 65535.0 if kind == "f" else 65535.0 / np.iinfo(stored.dtype).max
            out[top : top + step, :, colors:] = _round(band[..., colors:] * white)
    return out


def _round(values: NDArray[np.float64]) -> NDArray[np.uint16]:
    clean = np.nan_to_num(values, nan=0.0, posinf=65535.0, neginf=0.0)
    return np.rint(np.clip(clean, 0.0, 65535.0)).astype(np.uint16)


def _range(stored: NDArray[Any]) -> tuple[float, float, bool]:
    """Return the smallest and largest finite value, and whether there are others."""
    low, high, is_odd = np.inf, -np.inf, False
    step = max(1, 1_000_000 // max(1, stored.shape[1]))
    for top in range(0, stored.shape[0], step):
        band = stored[top : top + step].astype(np.float64)
        finite = np.isfinite(band)
        if not finite.all():
            is_odd = True
            band = band[finite]
        if band.size:
            low, high = min(low, float(band.min())), max(high, float(band.max()))
    return (low, high, is_odd) if high >= low else (0.0, 0.0, is_odd)


def _unpremultiply(pixels: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    out = np.empty_like(pixels)
    step = max(1, 1_000_000 // max(1, pixels.shape[1]))
    for top in range(0, pixels.shape[0], step):
        under = alpha[top : top + step].astype(np.float32)
        if pixels.ndim == 3:
            under = under[..., None]
        with np.errstate(all="ignore"):
            colour = pixels[top : top + step].astype(np.float32) * (65535 / under)
        out[top : top + step] = np.rint(np.clip(np.nan_to_num(colour), 0, 65535))
    return out


def icc_of(page: Any) -> bytes | None:
    """Return the embedded profile, or None."""
    tag = page.tags.get(34675)
    return bytes(tag.value) if tag is not None and isinstance(tag.value, bytes) else None


def dpi_of(page: Any) -> tuple[float, float] | None:
    """Return the resolution in dots per inch, or None."""
    try:
        x, y = (float(v) for v in page.get_resolution("inch"))
    except (TypeError, ValueError, ZeroDivisionError, AttributeError):
        return None
    unit = page.tags.get(296)
    is_absolute = unit is None or int(unit.value) in (2, 3)
    return (round(x, 2), round(y, 2)) if is_absolute and 1 < x < 1e5 and 1 < y < 1e5 else None
