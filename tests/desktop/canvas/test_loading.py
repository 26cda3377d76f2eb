from __future__ import annotations

import threading

import pytest
import shiboken6
from PIL import Image
from PySide6.QtGui import QColor, QImage

from desktop.canvas import loading
from desktop.canvas.loading import PictureLoader, read_pyramid
from desktop.canvas.pyramid import SMALLEST_PX, Pyramid


def picture(path, size=(40, 20), **settings):
    image = Image.new("RGB", size, (200, 30, 10))
    image.paste((10, 30, 200), (0, 0, size[0] // 2, size[1]))
    image.save(path, **settings)
    return path


def test_levels_halve_down_to_a_screenful(qapp):
    image = QImage(3000, 1700, QImage.Format.Format_RGB32)
    image.fill(QColor(50, 60, 70))
    pyramid = Pyramid.of(image)
    sizes = [(level.width(), level.height()) for level in pyramid.levels]
    assert sizes == [(3000, 1700), (1500, 850), (750, 425), (375, 212)]
    assert max(sizes[-1]) <= SMALLEST_PX
    assert pyramid.levels[-1].pixelColor(100, 100) == QColor(50, 60, 70)
    assert max(pyramid.thumbnail(64).width(), pyramid.thumbnail(64).height()) == 64


def test_a_photograph_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    pyramid, message = read_pyramid(picture(tmp_path / "p.jpg", exif=exif, quality=95))
    assert not message
    assert (pyramid.width, pyramid.height) == (20, 40)
    assert pyramid.levels[0].pixelColor(10, 5).blue() > 150


def test_a_reduced_reading_knows_the_real_size(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = picture(tmp_path / "p.jpg", (800, 400), exif=exif)
    pyramid, _ = read_pyramid(path, max_px=100)
    assert (pyramid.width, pyramid.height) == (400, 800)
    assert (pyramid.levels[0].width(), pyramid.levels[0].height()) == (50, 100)


def test_alpha_is_noticed_only_where_it_is_used(tmp_path):
    Image.new("RGBA", (4, 4), (1, 2, 3, 255)).save(tmp_path / "opaque.png")
    Image.new("RGBA", (4, 4), (1, 2, 3, 100)).save(tmp_path / "clear.png")
    assert not read_pyramid(tmp_path / "opaque.png")[0].has_alpha
    assert read_pyramid(tmp_path / "clear.png")[0].has_alpha


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_no_picture_is_said_in_a_sentence(tmp_path, content):
    path = tmp_path / "я.png"
    path.write_bytes(content)
    pyramid, message = read_pyramid(path)
    assert pyramid is None
    assert "я.png" in message


def test_the_window_never_decodes(qtbot, tmp_path, monkeypatch):
    threads = []
    original = loading.read_pyramid
    monkeypatch.setattr(
        loading,
        "read_pyramid",
        lambda *a, **k: (threads.append(threading.get_ident()), original(*a, **k))[1],
    )
    loader = PictureLoader()
    with qtbot.waitSignal(loader.loaded, timeout=5000) as loaded:
        loader.load("content", picture(tmp_path / "p.png"))
    assert loaded.args[0] == "content"
    assert (loaded.args[1].width, loaded.args[1].height) == (40, 20)
    assert threads != [threading.get_ident()]
    loader.wait()


def test_the_newest_request_wins(qtbot, tmp_path):
    loader = PictureLoader()
    heard = []
    loader.loaded.connect(lambda key, pyramid: heard.append((key, pyramid.width)))
    with qtbot.waitSignal(loader.loaded, timeout=5000):
        for width in (10, 20, 30, 40):
            loader.load("content", picture(tmp_path / f"{width}.png", (width, 5)))
    loader.wait()
    qtbot.wait(50)
    assert heard == [("content", 40)]


def test_a_request_that_was_taken_back_is_not_heard_of(qtbot, tmp_path):
    loader = PictureLoader()
    heard = []
    loader.loaded.connect(lambda *a: heard.append(a))
    loader.load("content", picture(tmp_path / "p.png"))
    loader.forget("content")
    loader.wait()
    qtbot.wait(50)
    assert heard == []


@pytest.mark.timeout(30)
def test_closing_while_pictures_are_read_neither_waits_nor_stands_still(qapp, tmp_path):
    path = picture(tmp_path / "p.jpg", (2000, 1500))
    for _ in range(20):
        loader = PictureLoader()
        loader.load("content", path)
        background = loader._background
        shiboken6.delete(loader)
        del loader
        assert background.wait(10)
