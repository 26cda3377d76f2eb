"""The maths of looking at a picture, without a window.

Scale is screen pixels for one picture pixel. A point of the scene is a pair of floats in picture
pixels; the middle of the window looks at `center`.
"""

from __future__ import annotations

import math

Point = tuple[float, float]

MIN_SCALE = 0.005
MAX_SCALE = 64.0
WHEEL_STEP = 1.2
NEAREST_ABOVE = 2.0
GRID_ABOVE = 8.0


def clamp_scale(scale: float) -> float:
    """Return the nearest scale that the view allows."""
    return min(MAX_SCALE, max(MIN_SCALE, scale))


def fit_scale(size: Point, window: Point, margin: float = 0.0) -> float:
    """Return the scale at which a picture of `size` just fits into `window`."""
    width, height = max(1.0, window[0] - 2 * margin), max(1.0, window[1] - 2 * margin)
    return clamp_scale(min(width / max(1.0, size[0]), height / max(1.0, size[1])))


def stepped_scale(scale: float, steps: float) -> float:
    """Return the scale `steps` wheel notches further in; 100 % is never stepped over."""
    target = clamp_scale(scale * WHEEL_STEP**steps)
    if (scale < 1.0 < target and not math.isclose(scale, 1.0)) or (target < 1.0 < scale):
        return 1.0
    return target


def zoom_about(center: Point, anchor: Point, old: float, new: float) -> Point:
    """Return the center that keeps `anchor` where it is on the screen while the scale changes."""
    ratio = old / new
    return (
        anchor[0] + (center[0] - anchor[0]) * ratio,
        anchor[1] + (center[1] - anchor[1]) * ratio,
    )


def to_scene(position: Point, center: Point, scale: float, window: Point) -> Point:
    """Return the point of the scene under a position in the window."""
    return (
        center[0] + (position[0] - window[0] / 2) / scale,
        center[1] + (position[1] - window[1] / 2) / scale,
    )


def to_window(point: Point, center: Point, scale: float, window: Point) -> Point:
    """Return where a point of the scene appears in the window."""
    return (
        window[0] / 2 + (point[0] - center[0]) * scale,
        window[1] / 2 + (point[1] - center[1]) * scale,
    )


def clamped_center(center: Point, size: Point) -> Point:
    """Return the nearest center that lies on the picture, so that it can never be lost."""
    return (min(size[0], max(0.0, center[0])), min(size[1], max(0.0, center[1])))


def pyramid_level(scale: float, levels: int) -> int:
    """Return the smallest level that still has a pixel for each of the screen's.

    Level n is 2**n times smaller than the picture; drawn from the level returned, a reduction is
    never by more than two, which bilinear sampling does without aliasing.
    """
    if scale >= 1.0:
        return 0
    return max(0, min(levels - 1, math.floor(-math.log2(max(scale, 1e-9)) + 1e-9)))
