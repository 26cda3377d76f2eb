"""How a picture was made, as data inside the file.

Where it lies: PNG, an iTXt chunk with the keyword `gesso`; JPEG, WebP and TIFF, the property
`Recipe` of the namespace `urn:gesso:recipe:1:` in the XMP packet. Both hold the same JSON. It names
inputs by file name only, never by path.

Other programs' recipes are found for display: Stable Diffusion web UI's `parameters` (PNG text or
EXIF UserComment), Fooocus, ComfyUI's graphs and InvokeAI's metadata.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import msgspec

from engine import __version__
from engine.assets.codecs import xmp
from engine.assets.codecs.metadata import Texts, read_texts
from engine.spec.results import Ran

log = logging.getLogger(__name__)

KEYWORD = "gesso"
_MAX_JSON = 4 << 20
_MAX_FOREIGN = 4 << 20
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is needed to make a picture again.

    Attributes:
        schema: version of this record.
        app: "Gesso".
        app_version: of the program.
        task: id of the task.
        task_version: version of its declaration.
        params: the parameters as plain data, as `engine.spec.validate.dump_params` gives them.
        options: how it was run, as plain data.
        inputs: file names of the pictures that went in, without folders.
        models: "<model id>/<role>" -> SHA-256 of the file.
        ran: what calculated.
        created: time of the run, ISO 8601 with the offset to UTC.
        width, height: of the result in pixels.
    """

    schema: int = 1
    app: str = "Gesso"
    app_version: str = __version__
    task: str
    task_version: int = 1
    params: dict[str, Any] = {}
    options: dict[str, Any] = {}
    inputs: tuple[str, ...] = ()
    models: dict[str, str] = {}
    ran: tuple[Ran, ...] = ()
    created: str = ""
    width: int = 0
    height: int = 0

    def to_json(self) -> str:
        """Return the recipe as one line of JSON, folders cut off the names of inputs."""
        named = tuple(_file_name(name) for name in self.inputs)
        text = msgspec.json.encode(msgspec.structs.replace(self, inputs=named)).decode()
        # Two characters that JSON may hold as they are, but XML may not in any form.
        return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")

    @classmethod
    def from_json(cls, text: str | bytes) -> Recipe:
        """Return a recipe; fields that a newer Gesso added are passed over.

        Raises:
            ValueError: it is no recipe.
        """
        if len(text) > _MAX_JSON:
            raise ValueError("the recipe is too long")
        try:
            recipe = msgspec.json.decode(text, type=cls)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ValueError(f"not a recipe: {error}") from error
        return msgspec.structs.replace(recipe, inputs=tuple(map(_file_name, recipe.inputs)))


class ForeignRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Another program's record, for display only.

    Attributes:
        kind: "A1111", "ComfyUI", "InvokeAI" or "Fooocus".
        text: as it was written.
    """

    kind: str
    text: str


_SOURCE_TYPES = {
    "stylize": "compositeWithTrainedAlgorithmicMedia",
}


def digital_source_type(task: str) -> str:
    """Return the IPTC DigitalSourceType URI for results of a task.

    Edits of the user's own picture are composites with trained media; whatever is not known to be
    one is said to come from a trained model altogether.
    """
    return _IPTC + _SOURCE_TYPES.get(task, "trainedAlgorithmicMedia")


def read_recipe(path: Path) -> Recipe | None:
    """Return the recipe inside a picture, or None. Never raises, whatever the file holds."""
    texts = read_texts(path)
    text = texts.keyed.get(KEYWORD) or xmp.properties(texts.xmp).get(xmp.RECIPE, "")
    if not text:
        return None
    try:
        return Recipe.from_json(text)
    except ValueError as error:
        log.debug("recipe ignored: %s", error)
        return None


def read_foreign_recipe(path: Path) -> ForeignRecipe | None:
    """Return another program's recipe inside a picture, or None. Never raises."""
    texts = read_texts(path)
    if texts.keyed.get(KEYWORD):
        return None
    kind, text = _foreign(texts)
    if not text or len(text) > _MAX_FOREIGN:
        return None
    return ForeignRecipe(kind=kind, text=text)


def _foreign(texts: Texts) -> tuple[str, str]:
    keyed = texts.keyed
    if keyed.get("invokeai_metadata"):
        return "InvokeAI", keyed["invokeai_metadata"]
    scheme = keyed.get("fooocus_scheme") or texts.maker_note
    parameters = keyed.get("parameters") or texts.comment
    if parameters:
        is_fooocus = scheme.strip("\0") in ("fooocus", "a1111")
        if is_fooocus:
            return "Fooocus", parameters
        if "Steps: " in parameters or "parameters" in keyed:
            return "A1111", parameters
    for text in (keyed.get("prompt"), keyed.get("workflow"), texts.model, texts.make):
        graph = (text or "").removeprefix("prompt:").removeprefix("workflow:").lstrip()
        if graph.startswith("{"):
            return "ComfyUI", graph
    return "", ""


def parameters_text(recipe: Recipe) -> str:
    """Return the recipe in the manner of Stable Diffusion web UI, which galleries show.

    The first line takes the place of the prompt; the last holds `Key: value` pairs, values with
    commas or colons quoted.
    """
    params = recipe.params
    styles = params.get("styles") or ()
    named = [str(use.get("style", "")) for use in styles if isinstance(use, dict)]
    prompt = str(params.get("prompt") or ", ".join(filter(None, named)) or recipe.task)
    pairs: dict[str, object] = {"Task": recipe.task}
    pairs |= {
        key.replace("_", " ").capitalize(): value
        for key, value in params.items()
        if isinstance(value, int | float | str) and key not in ("prompt", "content", "type")
    }
    if recipe.width and recipe.height:
        pairs["Size"] = f"{recipe.width}x{recipe.height}"
    if recipe.models:
        model, digest = next(iter(recipe.models.items()))
        pairs |= {"Model": model, "Model hash": digest[:10]}
    pairs["Version"] = f"{recipe.app} {recipe.app_version}"
    return f"{prompt}\n" + ", ".join(f"{key}: {_quoted(value)}" for key, value in pairs.items())


def _quoted(value: object) -> str:
    text = " ".join(str(value).split())
    return msgspec.json.encode(text).decode() if any(c in text for c in ',:"') else text


def _file_name(name: str) -> str:
    # Bytes in a name that are no text have no form in JSON.
    text = name.encode("utf-8", "replace").decode()
    return text.replace("\\", "/").rstrip("/").rpartition("/")[2]
