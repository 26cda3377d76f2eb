"""`python -m tools.paint --out resources/styles` paints everything again."""

from __future__ import annotations

import argparse
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from tools.paint.catalogue import PAINTINGS, Painting
from tools.paint.index import write_index
from tools.paint.thumbnails import built_in_thumbnails, painting_thumbnails

MOST_BYTES = 500_000


def render(painting: Painting, size: int) -> Image.Image:
    """Paint one picture; the same seed and size give the same pixels."""
    pixels = painting.paint(size, np.random.default_rng(painting.seed))
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8))


def encoded(picture: Image.Image) -> bytes:
    """Return a JPEG of quality 92, made smaller until it fits `MOST_BYTES`."""
    side = picture.width
    while True:
        buffer = BytesIO()
        scaled = picture.resize((side, side), Image.Resampling.LANCZOS)
        scaled.save(buffer, "JPEG", quality=92, optimize=True, subsampling=2)
        if buffer.tell() <= MOST_BYTES or side <= 256:
            return buffer.getvalue()
        side -= 32


def main() -> None:
    """Paint the pictures, crop their thumbnails and write the index."""
    parser = argparse.ArgumentParser(prog="python -m tools.paint", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the styles")
    parser.add_argument("--only", nargs="*", default=[], help="keys of the paintings to remake")
    parser.add_argument("--size", type=int, default=1024, help="side in pixels")
    options = parser.parse_args()
    known = {painting.key for painting in PAINTINGS}
    unknown = sorted(set(options.only) - known)
    if unknown:
        parser.error(
            f"no painting is called {', '.join(unknown)}; there are {', '.join(sorted(known))}"
        )
    options.out.mkdir(parents=True, exist_ok=True)
    for painting in PAINTINGS:
        if options.only and painting.key not in options.only:
            continue
        start = time.perf_counter()
        data = encoded(render(painting, options.size))
        (options.out / f"{painting.key}.jpg").write_bytes(data)
        took = time.perf_counter() - start
        print(f"{painting.key:18} {len(data) / 1000:6.0f} kB {took:6.1f} s", flush=True)
    painting_thumbnails(options.out)
    built_in_thumbnails(options.out)
    write_index(options.out)


if __name__ == "__main__":
    main()
