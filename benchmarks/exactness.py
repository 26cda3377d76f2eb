"""How far runs of the style networks are from the exact result, at once and in stages.

    python -m benchmarks.exactness                       # both networks at 1024 pixels
    python -m benchmarks.exactness --sizes 1024 4096 --picture photo.jpg

The exact result is worked out here with NumPy alone: every convolution and every statistic in
float64, maps rounded to float32 between layers. It takes about 2 minutes and 6 GB at 4096 pixels.
Each run is then compared with it: the largest difference of a value, and the root mean square,
both in steps of 255. Lower precision is compared with the exact result in the same way, so that
what stages add to the rounding of bfloat16 can be seen.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

# Before NumPy is imported: strips are what runs side by side, not parts of one small product.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from benchmarks.style import FAMILIES, Job, picture, style_of
from engine.pipelines.style.networks.layers import (
    Activation,
    Convolution,
    StyleNetwork,
)

WAYS = ("onnxruntime/float32", "OpenVINO/float32", "OpenVINO/bfloat16")
STRIP_VALUES = 8_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1024])
    parser.add_argument("--families", nargs="+", choices=tuple(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--picture", type=Path, help="take this picture, resized to a square")
    parser.add_argument("--one", nargs=4, metavar=("WAY", "KIND", "FAMILY", "FOLDER"))
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(*given.one)))
        return 0
    print(f"{'family':<8}{'px':>6}  {'run':<32}{'largest':>9}{'rms':>9}   in steps of 255")
    for px in given.sizes:
        for family in given.families:
            with tempfile.TemporaryDirectory() as folder:
                compare(family, px, given, Path(folder))
    return 0


def compare(family: str, px: int, given: argparse.Namespace, folder: Path) -> None:
    pixels = photograph(given.picture, px) if given.picture else picture(px)
    np.save(folder / "picture.npy", pixels)
    network, vector = style_of(family)
    began = time.perf_counter()
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1), np.float32) * np.float32(1 / 255)
    np.save(folder / "exact.npy", exact(network, vector, planes))
    print(f"{family:<8}{px:>6}  {'float64':<32}{time.perf_counter() - began:>9.0f} s", flush=True)
    for way in given.ways:
        for kind in ("once", "staged"):
            command = [sys.executable, "-m", "benchmarks.exactness"]
            done = subprocess.run(
                [*command, "--one", way, kind, family, str(folder)],
                capture_output=True,
                text=True,
                check=False,
                env={**os.environ, "GESSO_RUNTIME": way},
            )
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or ["ended by the system"])[-1]
                print(f"{family:<8}{px:>6}  {way + ' ' + kind:<32} did not run: {reason[:60]}")
                continue
            found = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{family:<8}{px:>6}  {way + ' ' + kind:<32}"
                f"{found['largest']:>9.3f}{found['rms']:>9.4f}",
                flush=True,
            )


def one(way: str, kind: str, family: str, folder: str) -> dict[str, float]:
    """Run one way in this process and compare it."""
    from engine.assets.pictures import Picture
    from engine.pipelines.style.buffers import Room
    from engine.pipelines.style.painters import VectorPainter
    from engine.pipelines.style.sources import PaddedRows, PictureRows
    from engine.spec.task import RunOptions

    pixels = np.load(Path(folder) / "picture.npy")
    height, width = pixels.shape[:2]
    job: Any = Job(Path(folder) / way.replace("/", "-"), RunOptions())
    network, vector = style_of(family)
    painter = VectorPainter(network, vector, Room(job.memory_bytes // 2))
    source = PictureRows(Picture(pixels=pixels), height, width)
    padded = PaddedRows(source, network.multiple, 16)
    if kind == "staged":
        painting = painter._staged(source, padded, job, job.options)
    else:
        painting = painter._whole(source, padded, job)
    truth = np.load(Path(folder) / "exact.npy", mmap_mode="r")
    largest, squares = 0.0, 0.0
    for top in range(0, height, 256):
        away = (painting.rows(top, min(height, top + 256)) - truth[:, top : top + 256]) * 255.0
        largest = max(largest, float(np.abs(away).max()))
        squares += float(np.sum(away.astype(np.float64) ** 2))
    return {"largest": largest, "rms": (squares / truth.size) ** 0.5}


def exact(network: StyleNetwork, vector: np.ndarray, planes: np.ndarray) -> np.ndarray:
    """Return what a network makes of `planes` (3, height, width), calculated in float64."""
    value = planes
    trunk = planes
    for index, layer in enumerate(network.layers):
        if layer.opens_block:
            trunk = value
        raw, mean, variance = convolved(layer, value)
        gain, bias = np.ones(layer.outputs), np.zeros(layer.outputs)
        if layer.is_normed:
            low, high = network.offsets[index]
            scale, shift = vector[:, low:high].astype(np.float64)
            gain = scale / np.sqrt(variance + network.epsilon)
            bias = shift - mean * gain
        for top in range(0, raw.shape[1], 64):
            rows = raw[:, top : top + 64] * gain[:, None, None] + bias[:, None, None]
            if layer.activation is Activation.RELU:
                rows = np.maximum(rows, 0.0)
            elif layer.activation is Activation.SIGMOID:
                rows = 1.0 / (1.0 + np.exp(-rows))
            if layer.closes_block:
                rows += trunk[:, top : top + 64]
            raw[:, top : top + 64] = rows
        value = raw
    return value


def convolved(layer: Convolution, value: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a layer's output before normalisation, with mean and variance of each channel."""
    kernel, stride, margin = layer.weight.shape[2], layer.stride, layer.padding
    height, width = (size * layer.upscale // stride for size in value.shape[1:])
    out = np.empty((layer.outputs, height, width), np.float32)
    step = max(1, STRIP_VALUES // (layer.inputs * kernel * width * stride))

    def work_out(top: int) -> np.ndarray:
        bottom = min(height, top + step)
        # Rows of the (doubled, reflected) input that these outputs look at.
        index = np.arange(top * stride - margin, (bottom - 1) * stride + margin + 1)
        last = value.shape[1] * layer.upscale - 1
        index = last - np.abs(last - np.abs(index))
        rows = value[:, index // layer.upscale].astype(np.float64)
        if layer.upscale > 1:
            rows = rows.repeat(layer.upscale, axis=2)
        rows = np.pad(rows, ((0, 0), (0, 0), (margin, margin)), mode="reflect")
        seen = sliding_window_view(rows, kernel, axis=2)[:, :, ::stride]
        columns = np.ascontiguousarray(seen.transpose(0, 3, 1, 2))
        result = np.zeros((layer.outputs, (bottom - top) * width))
        for row in range(kernel):
            part = columns[:, :, row : row + (bottom - top - 1) * stride + 1 : stride]
            weight = layer.weight[:, :, row].astype(np.float64).reshape(layer.outputs, -1)
            result += weight @ part.reshape(weight.shape[1], -1)
        if layer.bias is not None:
            result += layer.bias.astype(np.float64)[:, None]
        out[:, top:bottom] = result.reshape(layer.outputs, bottom - top, width)
        return result.sum(axis=1)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        sums = np.sum(list(pool.map(work_out, range(0, height, step))), axis=0)
    mean = sums / (height * width)
    # Around the mean, in a second pass, since squares of large values would lose the small ones.
    squares = np.zeros(layer.outputs)
    for top in range(0, height, 64):
        away = out[:, top : top + 64].astype(np.float64) - mean[:, None, None]
        squares += np.einsum("cyx,cyx->c", away, away)
    return out, mean, squares / (height * width)


def photograph(path: Path, px: int) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        box = (left, top, left + side, top + side)
        small = image.convert("RGB").resize((px, px), Image.Resampling.LANCZOS, box)
        return np.asarray(small)


if __name__ == "__main__":
    sys.exit(main())
