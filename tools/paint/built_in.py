"""Names for the rows of the bundled 26-style network, which came without any.

Each was named after what the row does to the sample photographs. Row 23 is left out, since it
hardly changes a picture.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BuiltIn:
    """One row.

    Attributes:
        row: 0..25, the place in the network's style vector.
        key: unique name.
        title, title_zh: in English and Simplified Chinese.
        character, character_zh: one short phrase.
        abstract: whether it dissolves what the photograph shows.
    """

    row: int
    key: str
    title: str
    title_zh: str
    character: str
    character_zh: str
    abstract: bool = False


BUILT_IN = (
    BuiltIn(
        0, "apricot", "Apricot", "杏色", "soft strokes, peach and pale blue", "笔触柔和，杏黄与淡蓝"
    ),
    BuiltIn(1, "hornet", "Hornet", "胡蜂", "thick black lines, flat yellow", "粗黑线，平涂明黄"),
    BuiltIn(
        2,
        "driftwood",
        "Driftwood",
        "浮木",
        "dark contours, pale grey and sand",
        "深色轮廓，浅灰与沙色",
    ),
    BuiltIn(
        3,
        "carnival",
        "Carnival",
        "狂欢",
        "dashes of blue and orange on black",
        "黑底蓝橙短划",
        True,
    ),
    BuiltIn(4, "claret", "Claret", "红酒", "wine-red shadows, chalky lights", "酒红暗部，粉白亮部"),
    BuiltIn(
        5, "ember", "Ember", "余烬", "restless orange and slate strokes", "橙与石板灰的躁动笔触"
    ),
    BuiltIn(
        6,
        "starling",
        "Starling",
        "椋鸟",
        "indigo ground, speckled all over",
        "靛蓝底，满布斑点",
        True,
    ),
    BuiltIn(
        7, "enamel", "Enamel", "珐琅", "blocks of yellow, blue and black", "黄蓝黑大色块", True
    ),
    BuiltIn(
        8,
        "sherbet",
        "Sherbet",
        "果露",
        "white paper, magenta and lemon tints",
        "白底，洋红与柠檬色",
    ),
    BuiltIn(9, "lichen", "Lichen", "地衣", "mottled crimson and sea grey", "绛红与海灰斑驳", True),
    BuiltIn(
        10, "rosewood", "Rosewood", "紫檀", "brown on brown, carved contours", "褐色层叠，轮廓如刻"
    ),
    BuiltIn(11, "papyrus", "Papyrus", "纸莎草", "hatched ochre on grey paper", "灰纸赭石排线"),
    BuiltIn(12, "iris", "Iris", "鸢尾", "lilac light, violet shade", "丁香色光，紫罗兰影"),
    BuiltIn(
        13, "lagoon", "Lagoon", "泻湖", "teal and lime with brick accents", "青绿与柠檬绿，砖红点缀"
    ),
    BuiltIn(14, "frost", "Frost", "霜", "icy blue washes, fine lines", "冰蓝薄涂，细线"),
    BuiltIn(
        15,
        "leaded-glass",
        "Leaded Glass",
        "彩窗",
        "coloured outlines, pearly panes",
        "彩色轮廓，珠光玻片",
    ),
    BuiltIn(
        16,
        "twilight",
        "Twilight",
        "暮光",
        "slanted strokes, ultramarine and olive",
        "斜笔，群青与橄榄",
    ),
    BuiltIn(
        17,
        "basketry",
        "Basketry",
        "编织",
        "woven bars of red, blue and gold",
        "红蓝金编织条纹",
        True,
    ),
    BuiltIn(18, "fossil", "Fossil", "化石", "olive relief, etched furrows", "橄榄浮雕，蚀刻沟痕"),
    BuiltIn(
        19, "nocturne", "Nocturne", "夜曲", "hatched blue and moonlit yellow", "蓝色排线与月黄"
    ),
    BuiltIn(20, "garnet", "Garnet", "石榴石", "deep red out of black", "黑中透出深红"),
    BuiltIn(
        21,
        "coral",
        "Coral",
        "珊瑚",
        "flat pink and sky blue, heavy outlines",
        "粉与天蓝平涂，粗轮廓",
    ),
    BuiltIn(22, "poppy", "Poppy", "罂粟", "grey-violet shapes, sudden red", "灰紫形体，一抹艳红"),
    BuiltIn(24, "kelp", "Kelp", "海藻", "petrol-blue ink on cream", "奶油底上油蓝墨"),
    BuiltIn(
        25,
        "tapestry",
        "Tapestry",
        "挂毯",
        "close-knit strokes, rust and blue",
        "细密笔触，锈红与蓝",
    ),
)
