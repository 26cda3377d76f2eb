"""Reading the chunks of a PNG file around its pixels, within limits (ISO/IEC 15948)."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass, field
from typing import BinaryIO

from engine.assets.codecs.frame import DamagedError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 1_000_000
_MAX_SMALL_CHUNK = 16 << 20
_MAX_TEXT = 8 << 20
_MAX_PROFILE = 8 << 20
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Left, top, across, down of each pass (ISO/IEC 15948, 8.2).
_ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


@dataclass
class PngHeader:
    """The chunks of a PNG file but for its pixels.

    Attributes:
        width, height: in pixels.
        depth: bits of a sample.
        color: colour type: 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGB with alpha.
        is_interlaced: Adam7.
        head: IHDR, PLTE and tRNS as stored, complete with lengths and checksums.
        first_data, end_data: where the IDAT chunks begin and end in the file.
        data_bytes: compressed pixels, in all IDAT chunks.
        frames: of an animation, else 1.
        transparency: contents of tRNS, or None.
        icc: the decompressed profile, or None.
        exif: contents of eXIf, or b"".
        dpi: from pHYs.
        text: keyword -> text of tEXt, zTXt and iTXt; the first of each keyword.
        has_palette: a palette of valid length was met.
        is_complete: the IEND chunk was met.
        notes: sentences for the user.
    """

    width: int
    height: int
    depth: int
    color: int
    is_interlaced: bool
    head: bytes = b""
    first_data: int = 0
    end_data: int = 0
    data_bytes: int = 0
    frames: int = 1
    transparency: bytes | None = None
    icc: bytes | None = None
    exif: bytes = b""
    dpi: tuple[float, float] | None = None
    text: dict[str, str] = field(default_factory=dict)
    has_palette: bool = False
    is_complete: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def has_alpha(self) -> bool:
        """Whether any pixel can be transparent."""
        return self.color in (4, 6) or self.transparency is not None

    @property
    def inflated_bytes(self) -> int:
        """Bytes of all rows once inflated, with a filter byte each; by passes if interlaced."""
        bits = self.depth * CHANNELS[self.color]
        if not self.is_interlaced:
            return ((self.width * bits + 7) // 8 + 1) * self.height
        total = 0
        for left, top, across, down in _ADAM7:
            columns = -(-(self.width - left) // across) if self.width > left else 0
            rows = -(-(self.height - top) // down) if self.height > top else 0
            total += ((columns * bits + 7) // 8 + 1) * rows if columns else 0
        return total

    @property
    def raw_bytes(self) -> int:
        """Bytes of all rows once inflated, without the filter bytes."""
        return (self.width * self.depth * CHANNELS[self.color] + 7) // 8 * self.height


def read_header(file: BinaryIO) -> PngHeader:
    """Walk the chunks of a PNG file without inflating its pixels.

    Raises:
        DamagedError: it has no valid header.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(8)
    header: PngHeader | None = None
    head = [SIGNATURE]
    for _ in range(_MAX_CHUNKS):
        start = file.tell()
        lead = file.read(8)
        if len(lead) < 8:
            break
        length, kind = struct.unpack(">I4s", lead)
        if header is None:
            if kind != b"IHDR" or length != 13:
                raise DamagedError("its first chunk is not a header")
            body = file.read(17)
            header = _parse_ihdr(body)
            head.append(lead + body)
            continue
        if kind == b"IEND":
            header.is_complete = True
            break
        if kind == b"IDAT":
            header.first_data = header.first_data or start
            header.data_bytes += length
            # A length beyond the end of the file would have it all allocated at once.
            header.end_data = min(start + length + 12, size)
        if kind in _WANTED and length <= _MAX_SMALL_CHUNK:
            body = file.read(length + 4)
            if len(body) < length + 4:
                break
            if _decoder_needs(header, kind, length):
                head.append(lead + body)
                header.has_palette |= kind == b"PLTE"
            _take(header, kind, body[:-4])
            # No frame takes less than its control chunk.
            header.frames = min(header.frames, 1 + size // 38)
        else:
            file.seek(length + 4, io.SEEK_CUR)
    if header is None:
        raise DamagedError("it ends within its header")
    header.head = b"".join(head)
    return header


_WANTED = frozenset(
    (b"PLTE", b"tRNS", b"iCCP", b"eXIf", b"pHYs", b"acTL", b"tEXt", b"zTXt", b"iTXt")
)


def _decoder_needs(header: PngHeader, kind: bytes, length: int) -> bool:
    """Return whether a chunk is to be shown to the decoder: valid palettes and transparency."""
    if kind == b"PLTE":
        return header.color == 3 and 0 < length <= 768 and length % 3 == 0
    return kind == b"tRNS" and _is_transparency(header, length)


def _is_transparency(header: PngHeader, length: int) -> bool:
    wanted = {0: (2, 2), 2: (6, 6), 3: (1, 256)}.get(header.color, (1, 0))
    return wanted[0] <= length <= wanted[1]


def _parse_ihdr(body: bytes) -> PngHeader:
    if len(body) < 17:
        raise DamagedError("it ends within its header")
    width, height, depth, color, compression, filtering, interlace = struct.unpack(
        ">IIBBBBB", body[:13]
    )
    if zlib.crc32(b"IHDR" + body[:13]) != struct.unpack(">I", body[13:])[0]:
        raise DamagedError("the checksum of its header is wrong")
    if not 0 < width < 1 << 31 or not 0 < height < 1 << 31:
        raise DamagedError(f"it says it is {width} × {height} pixels")
    if depth not in _DEPTHS.get(color, ()) or compression or filtering or interlace > 1:
        raise DamagedError("its header asks for something that PNG does not have")
    return PngHeader(width, height, depth, color, bool(interlace))


def _take(header: PngHeader, kind: bytes, body: bytes) -> None:
    match kind:
        case b"tRNS" if _is_transparency(header, len(body)):
            header.transparency = body
        case b"iCCP":
            _, _, packed = body.partition(b"\0")
            header.icc = inflate(packed[1:], _MAX_PROFILE)
            if header.icc is None:
                header.notes.append("The colour profile was damaged and was ignored.")
        case b"eXIf":
            header.exif = body
        case b"pHYs" if len(body) == 9 and body[8] == 1:
            x, y = struct.unpack(">II", body[:8])
            if 0 < x < 10**7 and 0 < y < 10**7:
                header.dpi = (round(x * 0.0254, 2), round(y * 0.0254, 2))
        case b"acTL" if len(body) == 8:
            header.frames = max(1, struct.unpack(">I", body[:4])[0])
        case b"tEXt" | b"zTXt" | b"iTXt":
            entry = _text(kind, body)
            if entry and len(header.text) < 64:
                header.text.setdefault(*entry)
        case _:
            pass


def _text(kind: bytes, body: bytes) -> tuple[str, str] | None:
    keyword, _, rest = body.partition(b"\0")
    key = keyword.decode("latin-1")
    if kind == b"tEXt":
        return key, rest[:_MAX_TEXT].decode("latin-1")
    if kind == b"zTXt":
        data = inflate(rest[1:], _MAX_TEXT)
        return (key, data.decode("latin-1")) if data is not None else None
    packed = rest[:1] == b"\1"
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        return None
    text = inflate(parts[2], _MAX_TEXT) if packed else parts[2][:_MAX_TEXT]
    return (key, text.decode("utf-8", "replace")) if text is not None else None


def inflate(data: bytes, limit: int) -> bytes | None:
    """Return `data` decompressed, or None if it is damaged or larger than `limit` bytes."""
    try:
        machine = zlib.decompressobj()
        out = machine.decompress(data, limit)
    except zlib.error:
        return None
    return out if machine.eof else None
