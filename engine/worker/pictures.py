"""Decoded pictures, kept so that moving a slider decodes nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from engine.assets.pictures import Picture
from engine.spec.results import AssetId

BUDGET_BYTES = 256 * 2**20


class PictureCache:
    """The most recently used pictures, up to a number of bytes.

    Pictures larger than half the budget are not kept: one of them would push out the rest.
    An asset id stands for fixed bytes, so nothing here can go stale.
    """

    def __init__(self, read: Callable[[AssetId], Picture], budget: int = BUDGET_BYTES) -> None:
        self._read = read
        self._budget = budget
        self._kept: OrderedDict[AssetId, Picture] = OrderedDict()
        self._bytes = 0

    def get(self, asset: AssetId) -> Picture:
        """Return the picture, decoding it only if it is not here.

        Raises:
            AssetError: it is unknown or cannot be read.
        """
        if asset in self._kept:
            self._kept.move_to_end(asset)
            return self._kept[asset]
        picture = self._read(asset)
        size = size_bytes(picture)
        if size <= self._budget // 2:
            self._kept[asset] = picture
            self._bytes += size
            while self._bytes > self._budget:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= size_bytes(oldest)
        return picture


def size_bytes(picture: Picture) -> int:
    """Return the bytes of a picture's pixels and alpha."""
    alpha = 0 if picture.alpha is None else picture.alpha.nbytes
    return int(picture.pixels.nbytes + alpha)
