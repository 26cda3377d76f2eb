"""From a slider's position to a value and back, linear or logarithmic; no widgets here."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.api import Field

POSITIONS = 1000


@dataclass(frozen=True)
class Scale:
    """The values of a slider.

    Attributes:
        low, high: both ends, inclusive.
        step: values are whole steps from `low`.
        is_log: equal ways on the slider are equal ratios.
    """

    low: float
    high: float
    step: float
    is_log: bool = False

    @classmethod
    def of(cls, field: Field) -> Scale:
        """Return the scale of a field with two bounds."""
        low = 0.0 if field.low is None else float(field.low)
        high = 1.0 if field.high is None else float(field.high)
        step = field.step or (1.0 if field.kind == "integer" else (high - low) / 100)
        return cls(low, high, step, field.scale == "log" and low > 0)

    @property
    def decimals(self) -> int:
        """Digits behind the point that a step needs."""
        return max(0, min(6, math.ceil(-math.log10(self.step) - 1e-9)))

    def snapped(self, value: float) -> float:
        """Return the nearest value that lies on a step."""
        steps = round((value - self.low) / self.step)
        return min(self.high, max(self.low, round(self.low + steps * self.step, 9)))

    def value_at(self, position: int) -> float:
        """Return the value of a position 0..1000."""
        share = position / POSITIONS
        if self.is_log:
            return self.snapped(self.low * (self.high / self.low) ** share)
        return self.snapped(self.low + (self.high - self.low) * share)

    def position_of(self, value: float) -> int:
        """Return the position 0..1000 that is nearest to a value."""
        value = min(self.high, max(self.low, value))
        if self.is_log:
            return round(POSITIONS * math.log(value / self.low) / math.log(self.high / self.low))
        return round(POSITIONS * (value - self.low) / (self.high - self.low))
