"""Array operations with numpy alone."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatImage: TypeAlias = NDArray[np.float32]
"""(height, width, channels) float32 in 0..1, sRGB unless said otherwise."""

Plane: TypeAlias = NDArray[np.float32]
"""(height, width) float32 in 0..1: a mask, an alpha channel, a luminance."""
