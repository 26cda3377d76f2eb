"""The paintings: what each shows, in which medium, from which seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tools.paint.crayon import crayon
from tools.paint.engraving import engraving
from tools.paint.fields import Array
from tools.paint.ink_wash import ink_wash
from tools.paint.mosaic import mosaic
from tools.paint.oil import oil
from tools.paint.pointillism import pointillism
from tools.paint.scenes.bay import bay
from tools.paint.scenes.carp import carp
from tools.paint.scenes.farm import farm
from tools.paint.scenes.harbour import harbour
from tools.paint.scenes.park import park
from tools.paint.scenes.table import lamplit, table
from tools.paint.scenes.wave import wave
from tools.paint.watercolour import watercolour
from tools.paint.woodcut import woodcut

Painter = Callable[[int, np.random.Generator], Array]


@dataclass(frozen=True)
class Painting:
    """One picture of the collection.

    Attributes:
        key: unique name; also the file's.
        title: English title. title_zh: in Simplified Chinese.
        medium: English name of the medium. medium_zh: in Simplified Chinese.
        character: one short phrase. character_zh: in Simplified Chinese.
        seed: of the random generator.
        paint: (size, rng) -> (size, size, 3) sRGB in 0..1.
        crop: (left, top, side) of the thumbnail, in 0..1.
    """

    key: str
    title: str
    title_zh: str
    medium: str
    medium_zh: str
    character: str
    character_zh: str
    seed: int
    paint: Painter
    crop: tuple[float, float, float]


def _evening_bay(size: int, rng: np.random.Generator) -> Array:
    return oil(bay(size, rng), size, rng)


def _lamplit_pears(size: int, rng: np.random.Generator) -> Array:
    scene = lamplit(table(size), rng)
    return oil(scene, size, rng, ground="#5a2f24", widths=(0.055, 0.032, 0.018, 0.0095), depth=3.6)


def _breaker(size: int, rng: np.random.Generator) -> Array:
    return woodcut(wave(size * 3 // 2, rng), size, rng)


def _harbour_morning(size: int, rng: np.random.Generator) -> Array:
    washes, lines = harbour(size * 3 // 2, rng)
    return watercolour(washes, lines, size, rng)


def _river_afternoon(size: int, rng: np.random.Generator) -> Array:
    return pointillism(park(size, rng), size, rng)


def _two_carp(size: int, rng: np.random.Generator) -> Array:
    return mosaic(carp(size, rng), size, rng)


def _patchwork_farm(size: int, rng: np.random.Generator) -> Array:
    return crayon(farm(size, rng), size, rng)


def _jug_and_pears(size: int, rng: np.random.Generator) -> Array:
    return engraving(table(size * 5 // 4), size, rng)


PAINTINGS = (
    Painting(
        "evening-bay",
        "Evening Bay",
        "海湾之夜",
        "Oil",
        "油画",
        "swirling impasto, cobalt and gold",
        "厚涂旋涡，钴蓝与金",
        1,
        _evening_bay,
        (0.34, 0.10, 0.55),
    ),
    Painting(
        "lamplit-pears",
        "Pears by Lamplight",
        "灯下梨影",
        "Oil",
        "油画",
        "broad knife strokes, warm light, violet shadow",
        "阔笔铺色，暖光紫影",
        8,
        _lamplit_pears,
        (0.30, 0.30, 0.60),
    ),
    Painting(
        "breaker",
        "The Breaker",
        "怒涛",
        "Woodcut",
        "木版画",
        "carved lines, indigo and vermilion",
        "刀痕利落，靛蓝与朱红",
        1,
        _breaker,
        (0.25, 0.05, 0.62),
    ),
    Painting(
        "harbour-morning",
        "Harbour Morning",
        "晨港",
        "Watercolour",
        "水彩",
        "granulating washes, soft edges",
        "水渍沉淀，边缘柔润",
        1,
        _harbour_morning,
        (0.10, 0.20, 0.58),
    ),
    Painting(
        "river-afternoon",
        "River Afternoon",
        "河畔午后",
        "Pointillism",
        "点彩",
        "dots of pure, complementary colour",
        "纯色与补色的细点",
        1,
        _river_afternoon,
        (0.36, 0.35, 0.52),
    ),
    Painting(
        "mist-peaks",
        "Peaks in Mist",
        "雾峰",
        "Ink wash",
        "水墨",
        "grey mist, dry brush, bare paper",
        "灰雾干笔，留白",
        1,
        ink_wash,
        (0.38, 0.30, 0.60),
    ),
    Painting(
        "two-carp",
        "Two Carp",
        "双鲤",
        "Mosaic",
        "马赛克",
        "square stones in dark grout",
        "方石嵌缝",
        1,
        _two_carp,
        (0.28, 0.38, 0.58),
    ),
    Painting(
        "patchwork-farm",
        "Patchwork Farm",
        "拼布农庄",
        "Crayon",
        "蜡笔",
        "waxy hatching on rough paper",
        "蜡质排线，粗纸纹理",
        1,
        _patchwork_farm,
        (0.36, 0.08, 0.60),
    ),
    Painting(
        "jug-and-pears",
        "Jug and Pears",
        "水罐与梨",
        "Engraving",
        "铜版画",
        "swelling lines, cross-hatched shadow",
        "线条起伏，交叉排线",
        1,
        _jug_and_pears,
        (0.10, 0.16, 0.58),
    ),
)
