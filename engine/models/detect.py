"""Recognising a model by the inputs and outputs of its graph.

Pure: a `Signature` in, a description of what it can be used for out. The signature is read by
`engine.pipelines.inspect_model`, in a worker.

Known so far, all networks that take one picture and give one back:
- the fast-neural-style networks of the ONNX model zoo (Johnson et al. 2016): 1 x 3 x H x W, 0..255
- AnimeGAN and its descendants (Chen et al. 2019): 1 x H x W x 3, -1..1
- exports with a sigmoid at the end: 0..1
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine.errors import ModelError
from engine.models.manifest import ModelKind

Size = int | str | None


class Tensor(msgspec.Struct, frozen=True, kw_only=True):
    """One input or output of a graph.

    Attributes:
        name: as the graph has it.
        dtype: "float32", "uint8", …; "" if the graph does not say.
        shape: sizes, names of free sizes, None for free sizes without a name; None if even the
            number of dimensions is open.
    """

    name: str
    dtype: str = ""
    shape: tuple[Size, ...] | None = None


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """What came out when a small picture with values 0..255 went in.

    Attributes:
        low, high: range of the output for a picture given as 0..255.
        shape: of the output.
        input_shape: of the picture that went in.
    """

    low: float
    high: float
    shape: tuple[int, ...]
    input_shape: tuple[int, ...]


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a graph says about itself.

    Attributes:
        name: of the file, without folder.
        size: bytes of the file, without external data.
        sha256: of the file.
        inputs, outputs: without weights that are listed as inputs.
        opset: version of the standard operators.
        producer: the program that exported it.
        metadata: the file's own notes.
        external: relative paths of files with weights outside this one.
        size_multiple: what height and width must divide by, as the strides of the graph say.
        probe: what it did with a small picture; None if it was not run.
    """

    name: str
    size: int
    sha256: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    opset: int = 0
    producer: str = ""
    metadata: dict[str, str] = {}
    external: tuple[str, ...] = ()
    size_multiple: int = 1
    probe: Probe | None = None


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What a graph can be used for.

    Attributes:
        kind: what tasks ask for.
        arch: the pipeline that runs it.
        contract: what that pipeline must know (see `image_contract`).
        summary: one sentence for the user.
    """

    kind: ModelKind
    arch: str
    contract: dict[str, Any]
    summary: str


def recognise(signature: Signature) -> Recognised:
    """Return what the graph can be used for.

    The contract of "image-to-image": `input` and `output` (names), `layout` ("NCHW" or "NHWC")
    and `range` (two numbers) of both, `size_multiple`, and `height` and `width` where the graph
    takes one size only.

    Raises:
        ModelError: it is something else, or a style network that cannot be run; the message says
            which of the two.
    """
    picture = _only_picture(signature)
    result = _only_output(signature)
    layout = _layout(picture, "input")
    output_layout = _output_layout(result, layout, signature.probe)
    _check_types(picture, result)
    height, width = _sides(picture, layout)
    _check_scale(picture, result, layout, output_layout, signature.probe)
    if output_layout != layout:
        raise _unsupported(f"it takes {layout} and gives {output_layout}")
    contract: dict[str, Any] = {
        "input": picture.name,
        "output": result.name,
        "layout": layout,
        "range": list(_range(layout, signature.probe)),
        "size_multiple": max(1, signature.size_multiple),
    }
    if isinstance(height, int) and isinstance(width, int):
        contract |= {"height": height, "width": width}
    elif isinstance(height, int) or isinstance(width, int):
        raise _unsupported("it fixes one side of the picture and leaves the other free")
    return Recognised(
        kind=ModelKind.STYLE,
        arch="image-to-image",
        contract=contract,
        summary=_summary(contract),
    )


def picture_shape(tensor: Tensor, side: int, multiple: int = 1) -> tuple[int, ...]:
    """Return a concrete shape for a picture input, about `side` pixels where it is free.

    Raises:
        ModelError: it is not a picture.
    """
    layout = _layout(tensor, "input")
    height, width = _sides(tensor, layout)
    free = max(multiple, side - side % max(1, multiple))
    rows = height if isinstance(height, int) else free
    columns = width if isinstance(width, int) else free
    return (1, 3, rows, columns) if layout == "NCHW" else (1, rows, columns, 3)


def _only_picture(signature: Signature) -> Tensor:
    if len(signature.inputs) != 1:
        names = ", ".join(t.name for t in signature.inputs) or "none"
        raise _not_mine(
            signature, f"it has {_count(len(signature.inputs), 'input')} ({names}), not one picture"
        )
    picture = signature.inputs[0]
    if picture.shape is not None and len(picture.shape) != 4:
        raise _not_mine(
            signature, f"its input has {_count(len(picture.shape), 'dimension')}, a picture has 4"
        )
    return picture


def _only_output(signature: Signature) -> Tensor:
    if len(signature.outputs) != 1:
        raise _not_mine(
            signature, f"it has {_count(len(signature.outputs), 'output')}, not one picture"
        )
    result = signature.outputs[0]
    if result.shape is not None and len(result.shape) != 4:
        raise _not_mine(
            signature, f"its output has {_count(len(result.shape), 'dimension')}, a picture has 4"
        )
    return result


def _layout(tensor: Tensor, what: str) -> str:
    shape = tensor.shape
    if shape is None:
        raise _unsupported(f"its {what} does not say how many dimensions it has")
    if isinstance(shape[0], int) and shape[0] != 1:
        raise _unsupported(f"it takes {shape[0]} pictures at once")
    if shape[1] == 3:
        return "NCHW"
    if shape[3] == 3:
        return "NHWC"
    stated = [s for s in (shape[1], shape[3]) if isinstance(s, int)]
    if stated:
        raise ModelError(
            f"This is not a style network: the picture at its {what} has "
            f"{_count(min(stated), 'channel')}, not three."
        )
    raise _unsupported(f"its {what} does not say which axis holds the colours")


def _output_layout(result: Tensor, layout: str, probe: Probe | None) -> str:
    if probe is not None:
        if len(probe.shape) != 4 or 3 not in (probe.shape[1], probe.shape[3]):
            raise ModelError(
                f"This is not a style network: a picture came out with shape {probe.shape}."
            )
        return "NCHW" if probe.shape[1] == 3 else "NHWC"
    if result.shape is None or not any(isinstance(s, int) for s in result.shape[1:]):
        return layout
    return _layout(result, "output")


def _check_types(picture: Tensor, result: Tensor) -> None:
    for tensor, what in ((picture, "input"), (result, "output")):
        if tensor.dtype not in ("", "float32"):
            raise _unsupported(
                f"its {what} is {tensor.dtype}, and Gesso gives and takes float32 pictures"
            )


def _check_scale(
    picture: Tensor, result: Tensor, layout: str, output_layout: str, probe: Probe | None
) -> None:
    before = _sides(picture, layout)
    after = _sides(result, output_layout) if result.shape is not None else (None, None)
    if probe is not None:
        before = _probed_sides(probe.input_shape, layout)
        after = _probed_sides(probe.shape, output_layout)
    for old, new in zip(before, after, strict=True):
        # A few rows more or less come from paddings and are cropped or repeated away.
        if isinstance(old, int) and isinstance(new, int) and not 0.8 < new / max(1, old) < 1.25:
            raise ModelError(
                "This is not a style network: it changes the size of the picture "
                f"from {before[0]} x {before[1]} to {after[0]} x {after[1]}."
            )


def _sides(tensor: Tensor, layout: str) -> tuple[Size, Size]:
    if tensor.shape is None:
        return None, None
    return tensor.shape[2:4] if layout == "NCHW" else tensor.shape[1:3]  # type: ignore[return-value]


def _probed_sides(shape: tuple[int, ...], layout: str) -> tuple[Size, Size]:
    return (shape[2], shape[3]) if layout == "NCHW" else (shape[1], shape[2])


def _range(layout: str, probe: Probe | None) -> tuple[float, float]:
    """Return the range of values, which these networks share between input and output."""
    if probe is None:
        return (0.0, 255.0) if layout == "NCHW" else (-1.0, 1.0)
    if probe.high > 2.0 or probe.low < -2.0:
        return (0.0, 255.0)
    if probe.low < -0.02:
        return (-1.0, 1.0)
    return (0.0, 1.0)


def _summary(contract: dict[str, Any]) -> str:
    low, high = contract["range"]
    where = "pictures of any size"
    if "height" in contract:
        where = f"pictures of {contract['width']} x {contract['height']} pixels"
    return f"A style network for {where} ({contract['layout']}, {low:g} to {high:g})."


def _count(number: int, word: str) -> str:
    words = {0: "no", 1: "one", 2: "two", 3: "three", 4: "four"}
    return f"{words.get(number, str(number))} {word}{'' if number == 1 else 's'}"


def _not_mine(signature: Signature, why: str) -> ModelError:
    return ModelError(
        f"{signature.name} is not a style network: {why}.",
        hint="Gesso takes ONNX files that turn one picture into another.",
    )


def _unsupported(why: str) -> ModelError:
    return ModelError(
        f"This may be a style network, but it cannot be run: {why}.",
        hint="Export it again with a batch of one, three colours and float32 at both ends.",
    )
