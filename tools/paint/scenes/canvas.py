"""A scene under construction: colours, stroke directions and labels, laid back to front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from tools.paint.colour import rgb
from tools.paint.fields import Array, blend_angles, grid

Point = tuple[float, float]


def curve(points: Sequence[Point], per_leg: int = 24) -> list[Point]:
    """Return a Catmull-Rom curve through the points, as a fine polyline."""
    knots = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, per_leg, endpoint=False)[:, None]
    legs = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(knots, knots[1:], knots[2:], knots[3:], strict=False)
    ]
    path = np.concatenate([*legs, knots[-1:]])
    return [(float(px), float(py)) for px, py in path]


class Scene:
    """Layers painted over each other.

    Attributes:
        size: side in pixels.
        x, y: pixel centres in 0..1.
        colour: (size, size, 3) sRGB in 0..1.
        angle: (size, size), along which a brush would go, radians.
        detail: (size, size) 0..1, where small strokes are worth it.
        label: (size, size) int, number of the layer on top.
    """

    def __init__(self, size: int, ground: str) -> None:
        self.size = size
        self.x, self.y = grid(size)
        self.colour = np.broadcast_to(rgb(ground), (size, size, 3)).astype(np.float32).copy()
        self.angle = np.zeros((size, size), np.float32)
        self.detail = np.zeros((size, size), np.float32)
        self.label = np.zeros((size, size), np.int32)
        self._count = 0

    def lay(
        self,
        mask: Array,
        colour: Array | str,
        angle: Array | float | None = None,
        detail: float | None = None,
    ) -> None:
        """Lay a colour where `mask` (0..1) says, with the brush's direction."""
        self._count += 1
        rows = np.flatnonzero(mask.max(axis=1) > 0)
        columns = np.flatnonzero(mask.max(axis=0) > 0)
        if not len(rows):
            return
        at = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        cover = mask[at]
        paint = rgb(colour) if isinstance(colour, str) else colour
        if paint.ndim == 3:
            paint = paint[at]
        weight = cover[..., None]
        self.colour[at] = self.colour[at] * (1 - weight) + paint * weight
        if angle is not None:
            field = np.broadcast_to(np.asarray(angle, np.float32), mask.shape)[at]
            self.angle[at] = blend_angles(self.angle[at], field, cover)
        if detail is not None:
            self.detail[at] = self.detail[at] * (1 - cover) + detail * cover
        self.label[at][cover > 0.5] = self._count

    def polygon(self, points: Sequence[Point]) -> Array:
        """Return the mask of a polygon given in 0..1, with soft edges."""
        return self._draw(points, None)

    def line(self, points: Sequence[Point], width: float) -> Array:
        """Return the mask of an open line, `width` in 0..1."""
        return self._draw(points, width)

    def _draw(self, points: Sequence[Point], width: float | None) -> Array:
        scale = 4
        corners = np.array(points, float) * self.size
        reach = 2 + (width or 0.0) * self.size
        low = np.clip(np.floor(corners.min(axis=0) - reach), 0, self.size).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0) + reach), 0, self.size).astype(int)
        mask = np.zeros((self.size, self.size), np.float32)
        if (high <= low).any():
            return mask
        wide, tall = (high - low).tolist()
        picture = Image.new("L", (wide * scale, tall * scale))
        pen = ImageDraw.Draw(picture)
        path = [(float(px), float(py)) for px, py in (corners - low) * scale]
        if width is None:
            pen.polygon(path, fill=255)
        else:
            pen.line(path, fill=255, width=max(1, round(width * self.size * scale)), joint="curve")
        small = picture.resize((wide, tall), Image.Resampling.BOX)
        mask[low[1] : high[1], low[0] : high[0]] = np.asarray(small, np.float32) / 255
        return mask

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, turn: float = 0.0) -> Array:
        """Return the mask of an ellipse with an edge one pixel soft."""
        mask = np.zeros((self.size, self.size), np.float32)
        reach = max(rx, ry) + 2 / self.size
        left, right = (int(np.clip(e * self.size, 0, self.size)) for e in (cx - reach, cx + reach))
        top, foot = (int(np.clip(e * self.size, 0, self.size)) for e in (cy - reach, cy + reach))
        at = (slice(top, foot + 1), slice(left, right + 1))
        x, y = self.x[at], self.y[at]
        c, s = np.cos(turn), np.sin(turn)
        u = ((x - cx) * c + (y - cy) * s) / rx
        v = (-(x - cx) * s + (y - cy) * c) / ry
        gap = (np.sqrt(u * u + v * v) - 1) * min(rx, ry) * self.size
        mask[at] = np.clip(0.5 - gap, 0, 1)
        return mask

    def dots(self, discs: Sequence[tuple[float, float, float]]) -> Array:
        """Return the mask of many discs (x, y, radius) at once."""
        side = self.size * 2
        picture = Image.new("L", (side, side))
        pen = ImageDraw.Draw(picture)
        for px, py, radius in discs:
            box = ((px - radius) * side, (py - radius) * side)
            pen.ellipse((*box, (px + radius) * side, (py + radius) * side), fill=255)
        small = picture.resize((self.size, self.size), Image.Resampling.BOX)
        return np.asarray(small, np.float32) / 255

    def below(self, height: Array) -> Array:
        """Return the mask of what lies below a skyline; `height` is (size,) over x in 0..1."""
        return np.clip((self.y - height[None, :]) * self.size + 0.5, 0, 1).astype(np.float32)
