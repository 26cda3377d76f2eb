from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_factory import chunk
from PIL import Image, PngImagePlugin

from engine.assets.codecs import xmp
from engine.assets.codecs.exif import comment_block
from engine.assets.recipe import (
    ForeignRecipe,
    Recipe,
    digital_source_type,
    parameters_text,
    read_foreign_recipe,
    read_recipe,
)
from engine.spec.results import Ran

RECIPE = Recipe(
    task="stylize",
    params={"strength": 0.8, "styles": [{"style": "built-in:wave", "weight": 1.0}]},
    options={"device": "auto"},
    inputs=("Köln ☀.jpg",),
    models={"magenta/any": "ab" * 32},
    ran=(Ran(device="CPU", provider="onnxruntime"),),
    created="2026-11-22T04:00:00+00:00",
    width=640,
    height=480,
)

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def png_with(path: Path, **texts: str) -> Path:
    info = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        info.add_itxt(key, text)
    Image.new("RGB", (4, 4)).save(path, pnginfo=info)
    return path


def test_a_recipe_survives_json() -> None:
    assert Recipe.from_json(RECIPE.to_json()) == RECIPE


@given(params=st.dictionaries(st.text(max_size=8), plain, max_size=4), name=st.text(max_size=20))
def test_any_recipe_survives_json_and_xmp(params: dict[str, object], name: str) -> None:
    recipe = Recipe(task="stylize", params=params, created=name)
    try:
        text = recipe.to_json()
    except UnicodeEncodeError:
        return  # lone surrogates are no text
    assert Recipe.from_json(text) == recipe
    found = xmp.properties(xmp.packet(recipe=text, source_type="s", creator_tool="c"))
    assert Recipe.from_json(found[xmp.RECIPE]) == recipe


@pytest.mark.parametrize("name", ["/home/me/secret/a.png", "C:\\Users\\me\\a.png", "x/y/a.png"])
def test_folders_never_enter_a_recipe(name: str) -> None:
    text = Recipe(task="stylize", inputs=(name,)).to_json()
    assert json.loads(text)["inputs"] == ["a.png"]


def test_fields_of_a_newer_version_are_passed_over() -> None:
    data = json.loads(RECIPE.to_json()) | {"schema": 9, "mood": {"calm": True}}
    data["ran"][0]["watts"] = 12
    recipe = Recipe.from_json(json.dumps(data))
    assert recipe.schema == 9
    assert recipe.params == RECIPE.params


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"task": 3}', "[" * 100_000, "{}"])
def test_what_is_no_recipe_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="recipe"):
        Recipe.from_json(text)


def test_a_recipe_is_found_in_png_text(tmp_path: Path) -> None:
    path = png_with(tmp_path / "a.png", gesso=RECIPE.to_json())
    assert read_recipe(path) == RECIPE
    assert read_foreign_recipe(path) is None


@pytest.mark.parametrize("suffix", [".jpg", ".webp", ".tif", ".png"])
def test_a_recipe_is_found_in_xmp(tmp_path: Path, suffix: str) -> None:
    packet = xmp.packet(recipe=RECIPE.to_json())
    path = tmp_path / f"a{suffix}"
    image = Image.new("RGB", (4, 4))
    if suffix == ".tif":
        image.save(path, tiffinfo={700: packet})
    elif suffix == ".png":
        png_with(path, **{"XML:com.adobe.xmp": packet.decode()})
    else:
        image.save(path, xmp=packet)
    assert read_recipe(path) == RECIPE


A1111 = "a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"
GRAPH = '{"3": {"class_type": "KSampler", "inputs": {"seed": 5}}}'


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({"parameters": A1111}, ForeignRecipe(kind="A1111", text=A1111)),
        ({"prompt": GRAPH, "workflow": "{}"}, ForeignRecipe(kind="ComfyUI", text=GRAPH)),
        ({"workflow": GRAPH}, ForeignRecipe(kind="ComfyUI", text=GRAPH)),
        ({"invokeai_metadata": GRAPH}, ForeignRecipe(kind="InvokeAI", text=GRAPH)),
        (
            {"fooocus_scheme": "fooocus", "parameters": GRAPH},
            ForeignRecipe(kind="Fooocus", text=GRAPH),
        ),
        ({"Comment": "holiday"}, None),
    ],
)
def test_other_programs_recipes_are_found(
    tmp_path: Path, texts: dict[str, str], wanted: ForeignRecipe | None
) -> None:
    path = png_with(tmp_path / "a.png", **texts)
    assert read_foreign_recipe(path) == wanted
    assert read_recipe(path) is None


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_a1111_text_is_found_in_the_user_comment(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    Image.new("RGB", (4, 4)).save(path, exif=comment_block(A1111 + " ☀"))
    assert read_foreign_recipe(path) == ForeignRecipe(kind="A1111", text=A1111 + " ☀")


def test_comfyui_graphs_are_found_in_webp_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = f"prompt:{GRAPH}"
    exif[0x010F] = "workflow:{}"
    Image.new("RGB", (4, 4)).save(tmp_path / "a.webp", exif=exif)
    assert read_foreign_recipe(tmp_path / "a.webp") == ForeignRecipe(kind="ComfyUI", text=GRAPH)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><l>&j;</l>"
)


@pytest.mark.parametrize(
    "packet", [BOMB, b"<", b"\xff" * 100, b"<a>" * 50_000, xmp.packet(recipe="{no json"), b"\0" * 9]
)
def test_hostile_xmp_yields_nothing(tmp_path: Path, packet: bytes) -> None:
    path = tmp_path / "a.webp"
    Image.new("RGB", (4, 4)).save(path, xmp=packet)
    assert read_recipe(path) is None


def test_a_text_that_expands_without_end_yields_nothing(tmp_path: Path) -> None:
    import zlib

    bomb = zlib.compress(b" " * 200_000_000)
    path = png_with(tmp_path / "a.png")
    data = path.read_bytes()
    body = chunk(b"iTXt", b"gesso\0\1\0\0\0" + bomb)
    path.write_bytes(data[:33] + body + data[33:])
    assert read_recipe(path) is None


def test_the_parameters_text_reads_like_the_one_galleries_show() -> None:
    text = parameters_text(
        msgspec.structs.replace(RECIPE, params={"strength": 0.8, "note": "a, b"})
    )
    first, last = text.split("\n")
    assert first == "stylize"
    assert last.startswith('Task: stylize, Strength: 0.8, Note: "a, b", Size: 640x480')
    assert "Model hash: ababababab" in last
    assert "Version: Gesso " in last


def test_a_stylised_photograph_is_a_composite_with_trained_media() -> None:
    root = "http://cv.iptc.org/newscodes/digitalsourcetype/"
    assert digital_source_type("stylize") == root + "compositeWithTrainedAlgorithmicMedia"
    assert digital_source_type("imagine") == root + "trainedAlgorithmicMedia"
