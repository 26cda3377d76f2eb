"""A picture at the size in which it is worked on, read in strips as float32 planes."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.assets.pictures import Picture
from engine.ops.resize import Filter, resize, resize_rows
from engine.ops.strips import reflect_rows
from engine.pipelines.style.painting import Painting

Planes = NDArray[np.float32]


class Rows(Protocol):
    """A picture that is read in strips."""

    height: int
    width: int

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom` as (3, rows, width) float32 0..1."""

    def resized(self, height: int, width: int) -> Rows:
        """Return the same picture at another size."""


class PictureRows:
    """Rows of a picture, resized, as (3, rows, width) float32 0..1."""

    def __init__(self, picture: Picture, height: int, width: int) -> None:
        self._picture = picture
        self.height = height
        self.width = width

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom`, clipped to 0..1."""
        source = (self._picture.height, self._picture.width)
        planes = resize_rows(self._read, source, (self.height, self.width), top, bottom)
        if source != (self.height, self.width):
            np.clip(planes, 0.0, 1.0, out=planes)
        return planes

    def resized(self, height: int, width: int) -> PictureRows:
        """Return the same picture at another size."""
        return PictureRows(self._picture, height, width)

    def _read(self, top: int, bottom: int) -> Planes:
        return planes_of(self._picture.pixels[top:bottom], self._picture.white)


def planes_of(pixels: NDArray[np.generic], white: int) -> Planes:
    """Return (h, w, 3) integers as (3, h, w) float32 0..1."""
    planes: Planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype=np.float32)
    planes *= np.float32(1.0 / white)
    return planes


def pixels_of(planes: Planes, white: int) -> NDArray[Any]:
    """Return (3, h, w) float32 0..1 as (h, w, 3) integers, rounded."""
    scaled = planes * np.float32(white)
    scaled += np.float32(0.5)
    np.clip(scaled, 0.0, np.float32(white), out=scaled)
    dtype = np.uint8 if white == 255 else np.uint16
    return np.ascontiguousarray(scaled.transpose(1, 2, 0)).astype(dtype)


class HeldRows:
    """Planes in memory as a source."""

    def __init__(self, planes: Planes) -> None:
        self._planes = planes
        self.height = int(planes.shape[1])
        self.width = int(planes.shape[2])

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom`."""
        return self._planes[:, top:bottom]

    def resized(self, height: int, width: int) -> HeldRows:
        """Return the same picture at another size."""
        return HeldRows(np.clip(resize(self._planes, height, width), 0.0, 1.0))


class UnderpaintedRows:
    """A photograph over which a coarse painting of it has been laid."""

    def __init__(self, photo: Rows, painting: Painting, share: float) -> None:
        """Prepare.

        Args:
            photo: the photograph, at the size that is wanted.
            painting: of any size.
            share: of the painting, 0..1.
        """
        self._photo = photo
        self._painting = painting
        self._share = np.float32(share)
        self.height = photo.height
        self.width = photo.width

    def rows(self, top: int, bottom: int) -> Planes:
        """Return rows `top`..`bottom`."""
        painted = painted_rows(self._painting, self.height, self.width, top, bottom)
        photo = self._photo.rows(top, bottom)
        return np.clip(photo + self._share * (painted - photo), 0.0, 1.0)

    def resized(self, height: int, width: int) -> UnderpaintedRows:
        """Return the same picture at another size."""
        photo = self._photo.resized(height, width)
        return UnderpaintedRows(photo, self._painting, float(self._share))


def painted_rows(
    painting: Painting,
    height: int,
    width: int,
    top: int,
    bottom: int,
    kernel: Filter = Filter.LANCZOS,
) -> Planes:
    """Return rows `top`..`bottom` of a painting at another size; they may overshoot 0..1."""
    size = (painting.height, painting.width)
    return resize_rows(painting.rows, size, (height, width), top, bottom, kernel)


class PaddedRows:
    """Rows with the right and lower border reflected until both sides fit a network.

    Both the whole run and the staged run read their input here, so that they pad alike.
    """

    def __init__(
        self, source: Rows, multiple: int, smallest: int, *, least: tuple[int, int] = (0, 0)
    ) -> None:
        """Pad a source.

        Args:
            source: what to read.
            multiple: height and width become multiples of this.
            smallest: and at least this, itself a multiple.
            least: height and width at least.
        """
        self._source = source
        self.height = max(-(-source.height // multiple) * multiple, smallest, least[0])
        self.width = max(-(-source.width // multiple) * multiple, smallest, least[1])
        self._columns = reflect_rows(0, self.width, source.width)

    def rows(self, index: NDArray[np.int64]) -> Planes:
        """Return the rows in `index`, each 0..height, as (3, n, width)."""
        real = reflect_rows(0, self.height, self._source.height)[index]
        low, high = int(real.min()), int(real.max()) + 1
        planes = self._source.rows(low, high)
        if not (len(real) == high - low and np.array_equal(real, np.arange(low, high))):
            planes = planes[:, real - low]
        if self.width != self._source.width:
            planes = planes[:, :, self._columns]
        return np.ascontiguousarray(planes)
