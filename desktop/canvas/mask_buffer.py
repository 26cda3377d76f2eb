"""A mask's pixels, the strokes that change them, and the way back.

A stroke is a swept disc: its coverage at a pixel depends on the distance to the nearest point of
the path (a capsule for each segment), so it is free of the beads that stamping leaves and does not
depend on how often the pointer was sampled. Within one stroke coverages combine by maximum, so a
stroke that crosses itself does not grow darker than its opacity.

Each change keeps the rectangle it touched, before and after, compressed. Pages name the state
that results by the asset it was saved as; undo then brings the pixels back from here instead of
reading the file again.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop.canvas.convert import Bytes

MAX_SIDE = 4096
STEPS_KEPT = 100

Point = tuple[float, float]


@dataclass(frozen=True)
class Rect:
    """Whole pixels: columns `left`..`right` and rows `top`..`bottom`, ends excluded."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no pixel in it."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Return the index of these pixels in an array."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def united(self, other: Rect) -> Rect:
        """Return the smallest rectangle around both."""
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Rect(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


NOTHING = Rect(0, 0, 0, 0)


@dataclass(frozen=True)
class Brush:
    """How a stroke paints.

    Attributes:
        size: diameter in the mask's pixels.
        hardness: 0 fades from the centre, 1 has a sharp, smoothed edge.
        opacity: 0..1, the most that one stroke changes.
        erases: paints black instead of white.
    """

    size: float = 60.0
    hardness: float = 0.8
    opacity: float = 1.0
    erases: bool = False


@dataclass(frozen=True)
class _Change:
    rect: Rect
    before: bytes
    after: bytes


class MaskBuffer:
    """The pixels of one mask, 0 black to 255 white."""

    def __init__(self, pixels: Bytes, token: str = "") -> None:
        """Take over `pixels`, (height, width) uint8, writable and contiguous."""
        self.pixels = pixels
        self._changes: list[_Change] = []
        self._position = 0
        self._tokens: dict[int, str] = {0: token}
        self._base = np.empty(0, np.uint8)
        self._coverage = np.empty(0, np.uint8)
        self._touched = NOTHING
        self._last: tuple[Point, float] | None = None
        self._brush = Brush()

    @classmethod
    def empty(cls, width: int, height: int, value: int = 0) -> MaskBuffer:
        """Return a mask for a picture of this size, reduced to at most 4096 pixels a side."""
        factor = min(1.0, MAX_SIDE / max(width, height))
        shape = (max(1, round(height * factor)), max(1, round(width * factor)))
        return cls(np.full(shape, value, np.uint8))

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def is_painting(self) -> bool:
        """Whether a stroke is under way."""
        return self._last is not None

    # ---- strokes ----

    def begin(self, brush: Brush, point: Point, pressure: float = 1.0) -> Rect:
        """Put the brush down; returns what changed."""
        self._brush = brush
        self._base = self.pixels.copy()
        self._coverage = np.zeros_like(self.pixels)
        self._touched = NOTHING
        radius = self._radius(pressure)
        self._last = (point, radius)
        return self._sweep(point, point, radius, radius)

    def move(self, point: Point, pressure: float = 1.0) -> Rect:
        """Draw on to `point`; returns what changed."""
        if self._last is None:
            return NOTHING
        start, start_radius = self._last
        radius = self._radius(pressure)
        length = math.dist(start, point)
        # A long segment's bounding box is mostly empty; pieces keep it small.
        pieces = max(1, math.ceil(length / (4 * max(radius, start_radius, 8.0))))
        changed = NOTHING
        for piece in range(pieces):
            low, high = piece / pieces, (piece + 1) / pieces
            changed = changed.united(
                self._sweep(
                    _between(start, point, low),
                    _between(start, point, high),
                    start_radius + (radius - start_radius) * low,
                    start_radius + (radius - start_radius) * high,
                )
            )
        self._last = (point, radius)
        return changed

    def end(self) -> bool:
        """Lift the brush; False if the stroke changed nothing."""
        if self._last is None:
            return False
        self._last = None
        touched, base = self._touched, self._base
        self._base = self._coverage = np.empty(0, np.uint8)
        if touched.is_empty or np.array_equal(base[touched.slices], self.pixels[touched.slices]):
            return False
        self._remember(touched, base)
        return True

    def cancel(self) -> Rect:
        """Give up the stroke under way; returns what changed back."""
        if self._last is None:
            return NOTHING
        self._last = None
        touched = self._touched
        self.pixels[touched.slices] = self._base[touched.slices]
        return touched

    def _radius(self, pressure: float) -> float:
        # A light touch still leaves a mark.
        return max(0.5, self._brush.size / 2 * (0.1 + 0.9 * min(1.0, max(0.0, pressure))))

    def _sweep(self, start: Point, end: Point, start_radius: float, end_radius: float) -> Rect:
        reach = max(start_radius, end_radius) + 1
        rect = self._clipped(
            min(start[0], end[0]) - reach,
            min(start[1], end[1]) - reach,
            max(start[0], end[0]) + reach,
            max(start[1], end[1]) + reach,
        )
        if rect.is_empty:
            return NOTHING
        coverage = _capsule(rect, start, end, start_radius, end_radius, self._brush.hardness)
        kept = self._coverage[rect.slices]
        np.maximum(kept, coverage, out=kept)
        base = self._base[rect.slices].astype(np.float32)
        share = kept.astype(np.float32) * (self._brush.opacity / 255)
        target = 0.0 if self._brush.erases else 255.0
        base += (target - base) * share
        self.pixels[rect.slices] = (base + 0.5).astype(np.uint8)
        self._touched = self._touched.united(rect)
        return rect

    def _clipped(self, left: float, top: float, right: float, bottom: float) -> Rect:
        return Rect(
            max(0, math.floor(left)),
            max(0, math.floor(top)),
            min(self.width, math.ceil(right)),
            min(self.height, math.ceil(bottom)),
        )

    # ---- whole-mask changes ----

    def invert(self) -> bool:
        """Swap black and white."""
        return self._replace(255 - self.pixels)

    def fill(self, value: int) -> bool:
        """Set every pixel; False if they all were so."""
        return self._replace(np.full_like(self.pixels, value))

    def _replace(self, pixels: Bytes) -> bool:
        if np.array_equal(pixels, self.pixels):
            return False
        base = self.pixels.copy()
        self.pixels[:] = pixels
        self._remember(Rect(0, 0, self.width, self.height), base)
        return True

    # ---- the way back ----

    def name_state(self, token: str) -> None:
        """Say under which name, mostly an asset id, the pixels are known now."""
        self._tokens[self._position] = token

    def rename_state(self, old: str, new: str) -> None:
        """Say that the state called `old` is called `new` from now on, wherever one is now."""
        self._tokens = {p: new if t == old else t for p, t in self._tokens.items()}

    @property
    def token(self) -> str:
        """The name of the present state, or empty."""
        return self._tokens.get(self._position, "")

    def go_to(self, token: str) -> Rect | None:
        """Bring back the state of that name; None if it is not remembered.

        Returns:
            What changed; an empty rectangle if that state is the present one.
        """
        known = [position for position, name in self._tokens.items() if name == token]
        if not token or not known:
            return None
        target = min(known, key=lambda position: abs(position - self._position))
        changed = NOTHING
        while self._position > target:
            self._position -= 1
            changed = changed.united(self._put(self._changes[self._position], forward=False))
        while self._position < target:
            changed = changed.united(self._put(self._changes[self._position], forward=True))
            self._position += 1
        return changed

    def _put(self, change: _Change, *, forward: bool) -> Rect:
        rect = change.rect
        data = zlib.decompress(change.after if forward else change.before)
        shape = (rect.bottom - rect.top, rect.right - rect.left)
        self.pixels[rect.slices] = np.frombuffer(data, np.uint8).reshape(shape)
        return rect

    def _remember(self, rect: Rect, base: Bytes) -> None:
        del self._changes[self._position :]
        self._tokens = {p: t for p, t in self._tokens.items() if p <= self._position}
        self._changes.append(
            _Change(
                rect,
                zlib.compress(base[rect.slices].tobytes(), 1),
                zlib.compress(self.pixels[rect.slices].tobytes(), 1),
            )
        )
        self._position += 1
        surplus = len(self._changes) - STEPS_KEPT
        if surplus > 0:
            del self._changes[:surplus]
            self._position -= surplus
            self._tokens = {p - surplus: t for p, t in self._tokens.items() if p >= surplus}


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _capsule(
    rect: Rect, start: Point, end: Point, start_radius: float, end_radius: float, hardness: float
) -> Bytes:
    """Return how far a disc swept from `start` to `end` covers each pixel of `rect`, 0..255."""
    x = np.arange(rect.left, rect.right, dtype=np.float32)[None, :] + np.float32(0.5 - start[0])
    y = np.arange(rect.top, rect.bottom, dtype=np.float32)[:, None] + np.float32(0.5 - start[1])
    dx, dy = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    squared = float(dx * dx + dy * dy)
    radius: Any = np.float32(start_radius)
    if squared > 1e-12:
        along = np.clip((x * dx + y * dy) / np.float32(squared), 0, 1)
        distance = np.hypot(x - along * dx, y - along * dy)
        if start_radius != end_radius:
            radius = np.float32(start_radius) + along * np.float32(end_radius - start_radius)
    else:
        distance = np.hypot(x, y)
    # The edge is centred on the radius where it is sharp, and lies inside it where it is soft;
    # at least one pixel wide, so that it is smooth.
    soft = np.maximum(radius * np.float32(1 - hardness), 1)
    covered = (radius - distance) / soft + np.float32(0.5) / soft
    np.clip(covered, 0, 1, out=covered)
    if hardness < 1:
        covered = covered * covered * (3 - 2 * covered)
    result: Bytes = (covered * 255 + 0.5).astype(np.uint8)
    return result
