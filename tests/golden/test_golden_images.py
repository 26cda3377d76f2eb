"""Results compared with pictures kept here, within a tolerance, since kernels differ by machine.

`GESSO_UPDATE_GOLDEN=1` writes them anew; a failure leaves the picture that was found in the
test's folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "engine" / "pipelines" / "style"))

from style_context import FakeJob
from toy_networks import photo

from engine.pipelines.style.stylize import stylize
from engine.runtime.sessions import Sessions
from engine.tasks.stylize import KeepColor, StyleUse, StylizeParams

pytestmark = pytest.mark.weights

FOLDER = Path(__file__).parent / "images"
LEAST_PSNR = 38.0
sessions = Sessions()

CASES = {
    "row": {"styles": ("built-in:nocturne",)},
    "row-half": {"styles": ("built-in:nocturne",), "strength": 0.5},
    "row-blend": {"styles": ("built-in:nocturne", "built-in:papyrus")},
    "picture": {"styles": ("picture",)},
    "picture-half": {"styles": ("picture",), "strength": 0.5},
    "both": {"styles": ("built-in:papyrus", "picture")},
    "luminance": {"styles": ("built-in:nocturne",), "keep_color": KeepColor.LUMINANCE},
    "matched": {"styles": ("picture",), "keep_color": KeepColor.MATCH},
    "broad": {"styles": ("built-in:nocturne",), "stroke": 16.0, "size": 400, "texture": 1.0},
}


@pytest.mark.parametrize("name", CASES)
def test_results_look_as_they_did(name, tmp_path):
    job = FakeJob(tmp_path, sessions=sessions)
    content = job.add(photo(120, 160))
    picture = job.add(photo(120, 160, seed=9)[::-1, :, ::-1])
    case = dict(CASES[name])
    uses = tuple(
        StyleUse(style=f"picture:{picture}" if style == "picture" else style)
        for style in case.pop("styles")
    )
    stylize(StylizeParams(content=content, styles=uses, **case), job)
    found = job.saved[-1].pixels
    path = FOLDER / f"{name}.png"
    if os.environ.get("GESSO_UPDATE_GOLDEN"):
        FOLDER.mkdir(exist_ok=True)
        Image.fromarray(found).save(path, optimize=True)
    expected = np.asarray(Image.open(path))
    assert found.shape == expected.shape
    error = np.mean((found.astype(float) - expected) ** 2)
    psnr = 10 * np.log10(255**2 / max(error, 1e-9))
    if psnr < LEAST_PSNR:
        Image.fromarray(found).save(tmp_path / f"{name}-found.png")
    assert psnr >= LEAST_PSNR, f"{psnr:.1f} dB; see {tmp_path}"
