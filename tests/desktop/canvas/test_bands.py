from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColorSpace, QImage

from desktop.canvas.bands import BAND_PX, in_bands
from desktop.canvas.convert import array_of, for_display, image_of
from desktop.canvas.pyramid import Pyramid


def noise(width, height, channels=4, seed=0):
    shape = (height, width, channels) if channels > 1 else (height, width)
    return image_of(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


@pytest.mark.parametrize("size", [(1000, 1201), (777, 999), (3, 200_000), (200_000, 3), (5, 5)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_bands_give_the_same_as_the_whole(qapp, size, channels):
    image = noise(*size, channels)
    wanted = QImage.Format.Format_ARGB32_Premultiplied
    assert in_bands(image, lambda band: band.convertToFormat(wanted)) == image.convertToFormat(
        wanted
    )


def test_indexed_pictures_keep_their_colours(qapp):
    image = noise(900, 900, 3).convertToFormat(QImage.Format.Format_Indexed8)
    assert for_display(image) == image.convertToFormat(QImage.Format.Format_RGB32)


def test_another_colour_space_is_converted_in_every_band(qapp):
    image = noise(900, 900, 3)
    image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb))
    srgb = QColorSpace(QColorSpace.NamedColorSpace.SRgb)
    whole = image.convertedToColorSpace(srgb).convertToFormat(QImage.Format.Format_RGB32)
    assert np.array_equal(array_of(for_display(image)), array_of(whole))


@pytest.mark.parametrize("size", [(1600, 1200), (1601, 1203)])
def test_a_level_in_bands_is_the_level_of_the_whole(qapp, size):
    image = noise(*size).convertToFormat(QImage.Format.Format_RGB32)
    assert image.width() * image.height() > 4 * BAND_PX
    level = Pyramid.of(image).levels[1]
    whole = image.scaled(
        size[0] // 2,
        size[1] // 2,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    assert level.size() == whole.size()
    if size[1] % 2 == 0:
        difference = array_of(level).astype(int) - array_of(whole)
        assert np.abs(difference).max() <= 1


def test_other_threads_go_on_while_a_large_picture_is_prepared(qapp):
    """The lock is free often enough: no wait of this thread is as long as the whole work."""
    image = noise(4000, 3000)
    shares = []
    for _ in range(3):
        ended = []

        def prepare(ended=ended):
            started = time.perf_counter()
            Pyramid.of(image)
            ended.append(time.perf_counter() - started)

        thread = threading.Thread(target=prepare)
        longest, last = 0.0, time.perf_counter()
        thread.start()
        while not ended:
            time.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
        thread.join()
        shares.append(longest / ended[0])
    assert min(shares) < 0.25
