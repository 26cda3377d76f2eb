"""Changing large pictures band by band, so that the window goes on meanwhile.

Most of Qt's picture functions keep the interpreter's lock to themselves until they are done; on
another thread they stop the window all the same: 80 ms to convert twelve megapixels. Between two
bands the lock is given to whoever waits.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QImage

BAND_PX = 300_000
"""Pixels that are changed at once: a few milliseconds' work."""


def in_bands(image: QImage, change: Callable[[QImage], QImage], *, divisor: int = 1) -> QImage:
    """Return what `change` makes of a picture, without holding the interpreter for long.

    Args:
        image: any picture that is not null.
        change: makes a picture of the same width and format of each band; looks at no rows but
            the band's own, and divides its height by `divisor`, rounded down.
        divisor: how many rows become one.
    """
    rows = max(divisor, BAND_PX // image.width() // divisor * divisor)
    if image.height() <= rows:
        return change(image)
    source, stride = image.constBits(), image.bytesPerLine()
    result = QImage()
    done = 0
    for top in range(0, image.height() // divisor * divisor, rows):
        height = min(rows, image.height() - top)
        view = QImage(source[top * stride :], image.width(), height, stride, image.format())
        if image.colorCount():
            view.setColorTable(image.colorTable())
        view.setColorSpace(image.colorSpace())
        band = change(view)
        if result.isNull():
            result = QImage(band.width(), image.height() // divisor, band.format())
            result.setColorSpace(band.colorSpace())
            if band.colorCount():
                result.setColorTable(band.colorTable())
        size = band.height() * band.bytesPerLine()
        memoryview(result.bits())[done : done + size] = band.constBits()[:size]
        done += size
    return result
