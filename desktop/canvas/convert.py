"""Between Qt's pictures and arrays, without copies where memory allows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColorSpace, QImage

from desktop.canvas.bands import in_bands

Bytes = NDArray[np.uint8]

_CHANNELS = {
    QImage.Format.Format_Grayscale8: 1,
    QImage.Format.Format_Alpha8: 1,
    QImage.Format.Format_Indexed8: 1,
    QImage.Format.Format_RGB888: 3,
    QImage.Format.Format_RGBA8888: 4,
    QImage.Format.Format_RGBA8888_Premultiplied: 4,
    QImage.Format.Format_RGBX8888: 4,
}


class _Pixels:
    """Keeps a picture alive as long as an array looks into it."""

    def __init__(self, image: QImage, channels: int) -> None:
        self._image = image
        self._bits = image.constBits()
        shape: tuple[int, ...] = (image.height(), image.width())
        strides: tuple[int, ...] = (image.bytesPerLine(), channels)
        if channels > 1:
            shape, strides = (*shape, channels), (*strides, 1)
        address = np.frombuffer(self._bits, np.uint8).__array_interface__["data"][0]
        self.__array_interface__ = {
            "version": 3,
            "typestr": "|u1",
            "shape": shape,
            "strides": strides,
            "data": (address, True),
        }


def array_of(image: QImage) -> Bytes:
    """Return a picture's pixels as a read-only view that keeps the picture alive.

    Returns:
        (height, width) uint8 for grey pictures, else (height, width, 3 or 4) uint8; formats with
        another layout are converted to RGBA first.
    """
    if image.format() not in _CHANNELS:
        image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    if image.isNull():
        return np.zeros((0, 0), np.uint8)
    return np.asarray(_Pixels(image, _CHANNELS[image.format()]))


def image_over(pixels: Bytes) -> QImage:
    """Return a picture that looks into `pixels`, which must outlive it and every copy of it.

    Args:
        pixels: (height, width) grey or (height, width, 3 or 4) RGB(A), uint8, rows contiguous.

    Raises:
        ValueError: the array has another form.
    """
    formats = {
        1: QImage.Format.Format_Grayscale8,
        3: QImage.Format.Format_RGB888,
        4: QImage.Format.Format_RGBA8888,
    }
    channels = 1 if pixels.ndim == 2 else pixels.shape[-1]
    inner = pixels.strides[1:] == ((1,) if pixels.ndim == 2 else (channels, 1))
    if pixels.dtype != np.uint8 or channels not in formats or pixels.ndim > 3 or not inner:
        raise ValueError(f"Cannot show an array of {pixels.dtype} {pixels.shape}.")
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], formats[channels])


def image_of(pixels: Bytes) -> QImage:
    """Return a picture of `pixels` with memory of its own; see `image_over`."""
    return image_over(np.ascontiguousarray(pixels)).copy()


def image_from_rgba(rgba: bytes, width: int, height: int) -> QImage:
    """Return the picture in a live result's bytes, ready to be painted.

    Args:
        rgba: height x width x 4 bytes, sRGB, not premultiplied.
        width: columns.
        height: rows.

    Raises:
        ValueError: the bytes are of another number.
    """
    if len(rgba) != width * height * 4:
        raise ValueError(f"{len(rgba)} bytes are no {width} × {height} picture.")
    return for_display(QImage(rgba, width, height, width * 4, QImage.Format.Format_RGBA8888))


def for_display(image: QImage) -> QImage:
    """Return a picture as the screen wants it: 8 bit, sRGB, 32 bits a pixel, own memory."""
    space = image.colorSpace()
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    if space.isValid() and space != srgb:
        image = in_bands(image, lambda band: band.convertedToColorSpace(srgb))
    wanted = QImage.Format.Format_RGB32
    if image.hasAlphaChannel() and not _is_opaque(image):
        wanted = QImage.Format.Format_ARGB32_Premultiplied
    if image.format() == wanted:
        return image
    return in_bands(image, lambda band: band.convertToFormat(wanted))


def _is_opaque(image: QImage) -> bool:
    """Return whether an alpha channel is there but unused."""
    if image.depth() != 32:
        return False
    # The alpha is the fourth byte in these, whatever the order of the others.
    if image.format() not in (QImage.Format.Format_ARGB32, QImage.Format.Format_RGBA8888):
        image = in_bands(image, lambda band: band.convertToFormat(QImage.Format.Format_RGBA8888))
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return bool(rows[..., 3].min(initial=255) == 255)


def encoded_png(image: QImage) -> bytes:
    """Return a picture as the bytes of a PNG file, packed quickly rather than tightly."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 80)  # type: ignore[call-overload] # devices are accepted
    buffer.close()
    return bytes(data.data())


def decoded(data: bytes) -> QImage:
    """Return the picture in the bytes of a small file; null if there is none."""
    return QImage.fromData(data)


def grey_array(image: QImage) -> Bytes:
    """Return a writable copy of a picture's brightness, (height, width) uint8."""
    grey: NDArray[Any] = array_of(image.convertToFormat(QImage.Format.Format_Grayscale8))
    return np.array(grey)
