from __future__ import annotations

import io
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from bad_files import CASES, GOOD, Case, encoded, put, tiff_bytes
from PIL import Image

from engine.assets.images import picture_info, read_picture, thumbnail
from engine.assets.recipe import read_foreign_recipe, read_recipe
from engine.errors import AssetError

pytestmark = pytest.mark.timeout(10)


@pytest.fixture(autouse=True)
def two_more_gigabytes_at_most() -> Iterator[None]:
    """Bound the address space, so that a bomb that goes off fails its test and nothing else."""
    if not Path("/proc/self/statm").exists():
        yield
        return
    resource = pytest.importorskip("resource")
    with Path("/proc/self/statm").open() as statm:
        used = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + (2 << 30), limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


def check_sentence(error: AssetError) -> None:
    text = str(error)
    assert 10 < len(text) < 600
    assert text.isprintable(), repr(text)
    assert text[0] in "“T" or text[0].isupper()
    assert text.rstrip().endswith((".", "?"))


def test_there_are_at_least_forty_of_them() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_file_is_met_with_a_sentence_and_an_odd_one_is_read(
    case: Case, tmp_path: Path
) -> None:
    path = case.make(tmp_path)
    if case.is_readable:
        picture = read_picture(path)
        assert picture.pixels.shape == (picture.height, picture.width, 3)
        assert all(note.isprintable() for note in picture.notes)
        return
    with pytest.raises(AssetError) as caught:
        read_picture(path)
    check_sentence(caught.value)
    assert "not enough memory" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("tiff_of_doubles_in_lzw", "float64 samples are compressed .* TIFF with ZIP"),
        ("tiff_in_an_unknown_compression", r"TIFF 40000\) that Gesso does not read"),
        ("tiff_cut_in_its_pixels", r"about 3\d% of the picture is there"),
        ("bmp_cut_in_its_pixels", r"about 1\d% of the picture is there"),
        ("a_heic", "a HEIC picture, which Gesso does not read"),
        ("a_name_with_newlines", "“two�lines�.31m�gnp.png” is not a picture"),
        ("zero_bytes", "it has zero bytes"),
    ],
)
def test_the_sentence_says_what_is_wrong(name: str, words: str, tmp_path: Path) -> None:
    case = next(c for c in CASES if c.name == name)
    with pytest.raises(AssetError, match=words):
        read_picture(case.make(tmp_path))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_looks_without_decoding_fail_only_with_a_sentence(case: Case, tmp_path: Path) -> None:
    path = case.make(tmp_path)
    for look in (lambda: picture_info(path), lambda: thumbnail(path, 64)):
        try:
            look()
        except AssetError as error:
            check_sentence(error)
            assert not case.is_readable
    assert read_recipe(path) is None
    assert read_foreign_recipe(path) is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX permissions")
def test_a_file_without_permission_is_named() -> None:
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    path = put(folder, "secret.png", GOOD)
    path.chmod(0o000)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(AssetError, match=r"“secret\.png” may not be read"):
            read_picture(path)
    finally:
        if user == 0:
            os.seteuid(0)
        path.unlink()
        folder.rmdir()


def webp_with_everything() -> bytes:
    return encoded("WEBP", exif=Image.Exif().tobytes(), xmp=b"<x/>", lossless=True)


def png_16() -> bytes:
    import zlib

    from bad_files import chunk, ihdr, png

    rows = b"".join(bytes([y % 5]) + bytes(range(48)) for y in range(8))
    return png(ihdr(8, 8, 16), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))


SEEDS = {
    "png": GOOD,
    "png16": png_16(),
    "jpeg": encoded("JPEG", 24),
    "webp": webp_with_everything(),
    "gif": encoded("GIF", 24),
    "bmp": encoded("BMP", 12),
    "tiff": bytes(tiff_bytes(np.zeros((8, 8, 3), np.uint8))),
    "tiff16": bytes(tiff_bytes(np.zeros((8, 8, 3), np.uint16), compression="zlib")),
    "tiffloat": bytes(tiff_bytes(np.zeros((8, 8, 3), np.float32), compression="zlib")),
    "avif": encoded("AVIF", 24),
    "jp2": encoded("JPEG2000", 24),
    "ppm": encoded("PPM", 8),
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", SEEDS)
def test_random_damage_never_raises_anything_but_an_asset_error(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    rounds = int(os.environ.get("GESSO_FUZZ_ROUNDS", "60"))
    for _ in range(rounds):
        data = bytearray(SEEDS[kind])
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data))] = chance.choice((0, 255, chance.randrange(256)))
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        if chance.random() < 0.2:
            at = chance.randrange(len(data) + 1)
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(20)))
        path = put(tmp_path, f"a.{kind}", bytes(data))
        for look in (read_picture, picture_info, lambda p: thumbnail(p, 32)):
            try:
                look(path)
            except AssetError as error:
                check_sentence(error)
        read_recipe(path)
        read_foreign_recipe(path)


def test_seeds_of_the_damage_are_sound() -> None:
    for kind, data in SEEDS.items():
        with tempfile.NamedTemporaryFile(suffix=f".{kind}") as file:
            file.write(data)
            file.flush()
            assert read_picture(Path(file.name)).width > 0
            assert io.BytesIO(thumbnail(Path(file.name), 8)).getbuffer().nbytes > 0
