"""Profiles and files made from first principles, so that tests do not check a codec with itself."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Primaries and white as CIE xy.
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
D65 = (0.3127, 0.3290)
D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


def _xyz(xy: tuple[float, float]) -> NDArray[Any]:
    x, y = xy
    return np.array([x / y, 1.0, (1 - x - y) / y])


def matrix_of(primaries: tuple[tuple[float, float], ...]) -> NDArray[Any]:
    """Return linear RGB -> XYZ relative to D50 (Lindbloom's derivation, Bradford adaptation)."""
    columns = np.stack([_xyz(p) for p in primaries], axis=1)
    scaled = columns * np.linalg.solve(columns, _xyz(D65))
    gains = (_BRADFORD @ D50) / (_BRADFORD @ _xyz(D65))
    return np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD @ scaled


def srgb_to_linear(v: NDArray[Any]) -> NDArray[Any]:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(v: NDArray[Any]) -> NDArray[Any]:
    v = np.clip(v, 0, 1)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def gamma_curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def srgb_curve() -> bytes:
    values = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0\0\x03\0\0" + struct.pack(">5i", *(round(v * 65536) for v in values))


def table_curve(gamma: float, entries: int = 1024) -> bytes:
    table = np.rint(np.linspace(0, 1, entries) ** gamma * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", entries) + table.tobytes()


def _profile(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    text = "made for a test".encode("utf-16-be")
    mluc = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"GB", len(text), 28) + text
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in D50))
    tags = [(b"desc", mluc), (b"cprt", mluc), (b"wtpt", white), *tags]
    table, data = b"", b""
    start = 132 + 12 * len(tags)
    for key, body in tags:
        table += struct.pack(">4sII", key, start + len(data), len(body))
        data += body + b"\0" * (-len(body) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12s4s4sIIIQI12s",
        start + len(data),
        b"\0\0\0\0",
        0x04200000,
        b"mntr",
        space,
        b"XYZ ",
        struct.pack(">6H", 2022, 1, 1, 0, 0, 0),
        b"acsp",
        b"\0\0\0\0",
        0,
        0,
        0,
        0,
        1,
        struct.pack(">3i", *(round(v * 65536) for v in D50)),
    ).ljust(128, b"\0")
    return head + struct.pack(">I", len(tags)) + table + data


def rgb_profile(primaries: tuple[tuple[float, float], ...], curve: bytes) -> bytes:
    matrix = matrix_of(primaries)
    tags = [
        (key, b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in matrix[:, i])))
        for i, key in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))
    ]
    return _profile(b"RGB ", tags + [(key, curve) for key in (b"rTRC", b"gTRC", b"bTRC")])


def grey_profile(curve: bytes) -> bytes:
    return _profile(b"GRAY", [(b"kTRC", curve)])


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def plain_png(
    samples: NDArray[Any], color: int, *chunks: bytes, depth: int | None = None, filters: int = 0
) -> bytes:
    """Return a PNG of (height, width, channels) samples with one filter, or 5 for all in turn."""
    height, width = samples.shape[:2]
    channels = samples.shape[2]
    bits = depth or 8 * samples.dtype.itemsize
    step = channels * samples.dtype.itemsize
    data = np.ascontiguousarray(samples.astype(samples.dtype.newbyteorder(">")))
    rows = data.view(np.uint8).reshape(height, -1).astype(int)
    out = b""
    for y in range(height):
        kind = filters if filters < 5 else y % 5
        up = rows[y - 1] if y else np.zeros_like(rows[0])
        left, corner = np.zeros_like(up), np.zeros_like(up)
        left[step:], corner[step:] = rows[y, :-step], up[:-step]
        out += (
            bytes([kind])
            + ((rows[y] - _predicted(kind, left, up, corner)) % 256).astype(np.uint8).tobytes()
        )
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IDAT", zlib.compress(out))
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def _predicted(kind: int, a: NDArray[Any], b: NDArray[Any], c: NDArray[Any]) -> NDArray[Any]:
    if kind == 4:
        p = a + b - c
        pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
        return np.where((pa <= pb) & (pa <= pc), a, np.where(pb <= pc, b, c))
    return (np.zeros_like(a), a, b, (a + b) // 2)[kind]


def table_profile(space: bytes, channels: int) -> bytes:
    """Return a profile of lut8 tables whose every colour is a grey: the mean of its channels.

    For CMYK, more ink is darker, and black ink counts for all three others.
    """
    corners = np.indices((2,) * channels).reshape(channels, -1)
    if channels == 4:
        lightness = (1 - corners[:3].mean(axis=0)) * (1 - corners[3])
    else:
        lightness = corners.mean(axis=0)
    grid = np.stack([np.rint(lightness * 255), *[np.full(corners.shape[1], 128)] * 2], axis=1)
    ramp = bytes(range(256))
    identity = struct.pack(">9i", *(65536 * v for v in (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    tables = ramp * channels + grid.astype(np.uint8).tobytes() + ramp * 3
    lut = b"mft1\0\0\0\0" + bytes([channels, 3, 2, 0]) + identity + tables
    profile = bytearray(_profile(space, [(b"A2B0", lut), (b"A2B1", lut)]))
    profile[20:24] = b"Lab "
    return bytes(profile)
