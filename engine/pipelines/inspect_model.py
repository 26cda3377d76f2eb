"""Read what an ONNX file says about itself, and try it on a small picture.

The file is a stranger's. It is parsed without touching the files that it names; those must lie
in its own folder. Operators outside the standard are refused rather than loaded. The trial run
tells apart what the shapes do not: whether the network works in 0..255, 0..1 or -1..1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.errors import Cancelled, EngineError, ModelError
from engine.models.detect import Probe, Signature, Tensor, picture_shape, recognise
from engine.models.safe_paths import inside
from engine.models.verification import sha256_of
from engine.pipelines.job import JobContext
from engine.runtime.sessions import Graph
from engine.spec.results import TextResult
from engine.spec.task import DeviceChoice, PrecisionChoice, RunOptions
from engine.tasks.inspect_model import InspectModelParams

if TYPE_CHECKING:
    import onnx

LARGEST_BYTES = 2**31 - 1
"""A protobuf message cannot be larger; weights beyond that lie in files of their own."""

_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft"})
_PROBE_SIDE = 64
_LARGEST_MULTIPLE = 256
_DEEPEST = 32


def inspect_model(params: InspectModelParams, job: JobContext) -> TextResult:
    """Return the file's `Signature` as JSON.

    Raises:
        ModelError: it is no ONNX file, a damaged one, or one that must not be loaded.
    """
    path = Path(params.path)
    job.progress(0.0, "Reading the file")
    model = read_graph(path)
    job.progress(0.3, "Looking at its inputs")
    signature = signature_of(model, path)
    del model
    job.progress(0.5, "Trying it on a small picture")
    signature = _with_probe(signature, path, job)
    job.progress(1.0, "Read")
    return TextResult(text=msgspec.json.encode(signature).decode())


def read_graph(path: Path) -> onnx.ModelProto:
    """Return the parsed file, with nothing loaded from beside it.

    Raises:
        ModelError: it cannot be read, is too large, or is not an ONNX model.
    """
    import onnx

    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST_BYTES else b""
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.") from error
    if size > LARGEST_BYTES:
        raise ModelError(
            f"{path.name} is larger than two gigabytes, which no ONNX file can be.",
            hint="Save it with its weights in a second file beside it.",
        )
    try:
        model = onnx.load_model_from_string(data)
    except Exception as error:
        # Protobuf has errors of its own, and they differ between its two implementations.
        raise ModelError(
            f"{path.name} is not an ONNX model, or it is damaged.",
            hint="Download or export it again.",
        ) from error
    if not model.graph.node or not model.opset_import:
        raise ModelError(f"{path.name} is not an ONNX model: it holds no graph.")
    return model


def signature_of(model: onnx.ModelProto, path: Path) -> Signature:
    """Return what the parsed file says about itself.

    Raises:
        ModelError: it uses operators of its own, or weights that lie outside its folder or are
            missing.
    """
    _check_domains(model, path)
    weights = {w.name for w in model.graph.initializer}
    weights |= {w.values.name for w in model.graph.sparse_initializer}
    return Signature(
        name=path.name,
        size=path.stat().st_size,
        sha256=sha256_of(path),
        # Files of IR version 3 list their weights among the inputs.
        inputs=tuple(_tensor(v) for v in model.graph.input if v.name not in weights),
        outputs=tuple(_tensor(v) for v in model.graph.output),
        opset=max(
            (o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0
        ),
        producer=f"{model.producer_name} {model.producer_version}".strip()[:200],
        metadata={p.key[:200]: p.value[:2000] for p in list(model.metadata_props)[:100]},
        external=_external_files(model, path),
        size_multiple=size_multiple(model),
    )


def size_multiple(model: onnx.ModelProto) -> int:
    """Return what height and width must divide by so that every stride comes out even.

    Follows each tensor from the inputs and keeps the strongest reduction seen on the way.
    """
    reductions: dict[str, float] = {}
    strongest = 1.0
    for node in model.graph.node:
        reduction = max((reductions.get(name, 1.0) for name in node.input), default=1.0)
        strides = next((list(a.ints) for a in node.attribute if a.name == "strides"), [])
        # Whatever a damaged file claims, a stride is at least one and a sum stays finite.
        stride = min(max(1, *strides), _LARGEST_MULTIPLE) if strides else 1
        if node.op_type in ("Conv", "MaxPool", "AveragePool", "LpPool"):
            reduction = min(reduction * stride, _LARGEST_MULTIPLE)
        elif node.op_type == "ConvTranspose":
            reduction /= stride
        elif node.op_type in ("Resize", "Upsample", "DepthToSpace"):
            # Nearly always by two; an underestimate here only makes the result more careful.
            reduction = max(1.0, reduction / 2)
        strongest = max(strongest, reduction)
        reductions.update(dict.fromkeys(node.output, reduction))
    return int(2 ** math.ceil(math.log2(strongest)))


def _with_probe(signature: Signature, path: Path, job: JobContext) -> Signature:
    try:
        recognise(signature)
        shape = picture_shape(signature.inputs[0], _PROBE_SIDE, signature.size_multiple)
    except ModelError:
        # What it is not, `recognise` will say where the answer is shown.
        return signature
    options = RunOptions(device=DeviceChoice.CPU, precision=PrecisionChoice.FLOAT32)
    picture = _test_picture(shape)
    name = signature.inputs[0].name
    graph = Graph(path, signature.sha256, "inspect/probe", lambda: {name: picture})
    try:
        outputs = job.sessions.get(graph, options).run({name: picture}, job.token)
    except Cancelled:
        raise
    except EngineError as error:
        raise ModelError(
            f"{signature.name} was recognised, but it does not run: {error.message}",
            hint=error.hint,
        ) from error
    except Exception as error:
        # The runtime raises its own types; whichever it is, the file is what does not run.
        raise ModelError(
            f"{signature.name} was recognised, but it does not run: {_first_line(error)}",
            hint="Export it again, or try another file.",
        ) from error
    values = outputs[signature.outputs[0].name]
    if not np.isfinite(values).all():
        raise ModelError(
            f"{signature.name} was recognised, but it gives no numbers for a plain picture.",
            hint="Export it in float32.",
        )
    low, high = np.percentile(values.astype(np.float64), (0.5, 99.5))
    probe = Probe(low=float(low), high=float(high), shape=values.shape, input_shape=shape)
    return msgspec.structs.replace(signature, probe=probe)


def _test_picture(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a picture with values 0..255: ramps in the three colours over a checkerboard."""
    rows, columns = (shape[2], shape[3]) if shape[1] == 3 else (shape[1], shape[2])
    down = np.linspace(0, 255, rows, dtype=np.float32)[:, None]
    across = np.linspace(0, 255, columns, dtype=np.float32)[None, :]
    checks = ((np.arange(rows)[:, None] // 8 + np.arange(columns)[None, :] // 8) % 2) * 255.0
    planes = (down + 0 * across, across + 0 * down, checks.astype(np.float32))
    picture = np.stack(planes, axis=0 if shape[1] == 3 else -1)[None]
    return np.ascontiguousarray(picture, dtype=np.float32)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return text[0][:300] if text else type(error).__name__


def _check_domains(model: onnx.ModelProto, path: Path) -> None:
    own = {f.domain for f in model.functions}
    used = {node.domain for graph in _graphs(model) for node in graph.node}
    used |= {node.domain for function in model.functions for node in function.node}
    foreign = sorted(used - _DOMAINS - own)
    if foreign:
        raise ModelError(
            f"{path.name} uses operators that are not part of ONNX ({', '.join(foreign)}), "
            "which would need a foreign library.",
            hint="Export it with standard operators.",
        )


def _external_files(model: onnx.ModelProto, path: Path) -> tuple[str, ...]:
    """Return the files with weights beside the model, each checked to lie in its folder."""
    import onnx

    found: dict[str, None] = {}
    for tensor in _tensors(model):
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        location = next((e.value for e in tensor.external_data if e.key == "location"), "")
        file = inside(path.parent, location)
        if not file.is_file():
            raise ModelError(
                f"{path.name} keeps weights in {location!r}, which is not there.",
                hint="Put that file beside it and add it again.",
            )
        found[location] = None
    return tuple(found)


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    for graph in _graphs(model):
        yield from graph.initializer
        for sparse in graph.sparse_initializer:
            yield from (sparse.values, sparse.indices)
    nodes = [node for graph in _graphs(model) for node in graph.node]
    nodes += [node for function in model.functions for node in function.node]
    for node in nodes:
        for attribute in node.attribute:
            yield from (attribute.t, *attribute.tensors)
            for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                yield from (sparse.values, sparse.indices)


def _graphs(model: onnx.ModelProto) -> Iterator[onnx.GraphProto]:
    """Yield the main graph and every graph inside its nodes and functions."""
    waiting: list[tuple[Any, int]] = [(model.graph, 0)]
    waiting += [(function, 0) for function in model.functions]
    while waiting:
        graph, depth = waiting.pop()
        if depth > _DEEPEST:
            raise ModelError("The graph is nested too deeply to be a style network.")
        if hasattr(graph, "initializer"):
            yield graph
        for node in graph.node:
            for attribute in node.attribute:
                inner = [attribute.g] if attribute.HasField("g") else []
                waiting += [(g, depth + 1) for g in (*inner, *attribute.graphs)]


def _tensor(value: onnx.ValueInfoProto) -> Tensor:
    import onnx

    kind = value.type.tensor_type
    dtype = ""
    if kind.elem_type in onnx.TensorProto.DataType.values():
        dtype = onnx.TensorProto.DataType.Name(kind.elem_type).lower()
    elif kind.elem_type:
        dtype = f"of an unknown type ({kind.elem_type})"
    dtype = {"float": "float32", "double": "float64", "undefined": ""}.get(dtype, dtype)
    if not kind.HasField("shape"):
        return Tensor(name=value.name, dtype=dtype)
    return Tensor(name=value.name, dtype=dtype, shape=tuple(_size(d) for d in kind.shape.dim))


def _size(dimension: onnx.TensorShapeProto.Dimension) -> int | str | None:
    if dimension.HasField("dim_value"):
        # Some exporters write 0 or -1 for "free".
        return dimension.dim_value if dimension.dim_value > 0 else None
    return dimension.dim_param or None
