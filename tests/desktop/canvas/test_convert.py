from __future__ import annotations

import gc

import numpy as np
import pytest
from PySide6.QtGui import QColor, QColorSpace, QImage

from desktop.canvas import convert


def test_an_array_looks_into_the_picture_and_keeps_it_alive():
    image = QImage(5, 3, QImage.Format.Format_RGB888)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(4, 2, QColor(1, 2, 3))
    pixels = convert.array_of(image)
    address = pixels.__array_interface__["data"][0]
    assert address == np.frombuffer(image.constBits(), np.uint8).__array_interface__["data"][0]
    del image
    gc.collect()
    assert pixels.shape == (3, 5, 3)
    assert pixels[0, 0].tolist() == [10, 20, 30]
    assert pixels[2, 4].tolist() == [1, 2, 3]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pixels_survive_the_way_there_and_back(channels):
    shape = (7, 11) if channels == 1 else (7, 11, channels)
    pixels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    assert (convert.array_of(convert.image_of(pixels)) == pixels).all()


def test_a_picture_over_an_array_shares_its_memory():
    pixels = np.zeros((4, 6), np.uint8)
    image = convert.image_over(pixels)
    pixels[3, 5] = 200
    assert image.pixelColor(5, 3).red() == 200


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2), np.float32),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((4, 4), np.uint8)[:, ::2],
    ],
)
def test_what_is_no_picture_is_refused(pixels):
    with pytest.raises(ValueError, match="Cannot show"):
        convert.image_over(pixels)


def test_a_live_result_becomes_a_picture_with_memory_of_its_own():
    rgba = bytes([255, 0, 0, 128] * 6)
    image = convert.image_from_rgba(rgba, 3, 2)
    assert image.pixelColor(2, 1).getRgb() == (255, 0, 0, 128)
    opaque = convert.image_from_rgba(bytes([9, 8, 7, 255] * 6), 3, 2)
    assert opaque.format() == QImage.Format.Format_RGB32
    with pytest.raises(ValueError, match="no 3 × 3"):
        convert.image_from_rgba(rgba, 3, 3)


def test_other_colour_spaces_are_shown_in_srgb():
    image = QImage(2, 2, QImage.Format.Format_RGB32)
    image.fill(QColor(0, 255, 0))
    image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb))
    shown = convert.for_display(image)
    assert shown.pixelColor(0, 0).green() == 255
    image.fill(QColor(120, 180, 90))
    assert convert.for_display(image).pixelColor(0, 0).red() < 100


def test_a_mask_survives_its_png():
    pixels = np.random.default_rng(2).integers(0, 256, (40, 30), np.uint8)
    image = convert.decoded(convert.encoded_png(convert.image_over(pixels)))
    assert image.format() == QImage.Format.Format_Grayscale8
    assert (convert.grey_array(image) == pixels).all()
