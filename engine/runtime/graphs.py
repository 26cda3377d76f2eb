"""Graphs, and what must be true of a file before onnxruntime may open it.

A model file comes from anywhere, so nothing in it may reach beyond its own folder or run code:
external data must lie beside the file, operators must be ones that onnxruntime brings itself,
and blobs compiled for a device (`EPContext`) are refused. The check reads the structure alone;
no external data is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import onnx
from numpy.typing import NDArray

from engine.errors import ModelError

Feeds = Mapping[str, NDArray[Any]]

_OWN_DOMAINS = frozenset(
    {
        "",
        "ai.onnx",
        "ai.onnx.ml",
        "com.microsoft",
        "com.microsoft.nchwc",
        "com.microsoft.experimental",
        "com.ms.internal.nhwc",
    }
)


@dataclass(frozen=True)
class Graph:
    """An ONNX graph that can be run.

    Attributes:
        path: the file.
        digest: SHA-256 of its bytes as hex; identifies it in caches.
        kind: what it does, for estimates and choices: "style.any/strip".
        canary: gives a small real input on which candidates are timed and compared. A run on it
            should take 10 to 200 ms on one core; the choice is measured in under 3 s.
        tolerance: largest root-mean-square difference from float32, relative to the output's
            standard deviation, that a faster candidate may have on the canary.
        like: another graph, which has no `like` itself, whose choice this one takes. Pieces of
            one network name the whole network: it is measured once, its error is that of a
            finished result, and no two pieces differ in precision. The canary of a piece then
            only shows that the choice can run it; where the choice is as exact as the reference,
            the two are timed on it.
    """

    path: Path
    digest: str
    kind: str
    canary: Callable[[], dict[str, NDArray[Any]]]
    tolerance: float = 0.02
    like: Graph | None = None


def check_file(path: Path) -> int:
    """Check that a file is an ONNX graph that may be opened; return its size with external data.

    Raises:
        ModelError: it is missing, damaged, not ONNX, reads files outside its folder or needs code
            that onnxruntime does not bring.
    """
    try:
        size = path.stat().st_size
        model = onnx.load(path, load_external_data=False)
    except FileNotFoundError as error:
        raise ModelError(
            f"The model file {path.name} is missing from {path.parent}.",
            hint="Add the model again.",
        ) from error
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}.") from error
    except Exception as error:  # protobuf has its own tree of errors, without types
        raise _damaged(path) from error
    # An empty file, and much that is not ONNX at all, is a valid message without fields.
    if not model.graph.node or not model.graph.output:
        raise _damaged(path)
    _check_operators(path, model)
    external = {data for tensor in _tensors(model) for data in _external_file(path, tensor)}
    return size + sum(data.stat().st_size for data in external)


def _damaged(path: Path) -> ModelError:
    return ModelError(
        f"{path.name} is not an ONNX model, or the file is incomplete.",
        hint="Copy or download it again.",
    )


def _check_operators(path: Path, model: onnx.ModelProto) -> None:
    own = _OWN_DOMAINS | {function.domain for function in model.functions}
    for node in _nodes(model):
        if node.domain not in own:
            raise ModelError(
                f"{path.name} uses the operator {node.op_type} of “{node.domain}”, which "
                "ONNX Runtime does not have.",
                hint="Code that comes with a model is never loaded. "
                "Export the model with standard operators.",
            )
        if node.op_type == "EPContext":
            raise ModelError(
                f"{path.name} holds a part that was compiled for one device.",
                hint="Use the model as it was before it was compiled.",
            )


def _external_file(path: Path, tensor: onnx.TensorProto) -> Iterator[Path]:
    if tensor.data_location != onnx.TensorProto.EXTERNAL:
        return
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    # Both kinds of path are looked at, so that a file that is refused here is refused anywhere.
    is_plain = not (
        PurePosixPath(location).is_absolute()
        or PureWindowsPath(location).drive
        or PureWindowsPath(location).root
        or ".." in PureWindowsPath(location).parts
    )
    data = path.parent / location
    # A model in a Hugging Face cache is a link to a file that lies beside its data's file.
    folders = (path.parent.resolve(), path.resolve().parent)
    if not location or not is_plain or not any(data.resolve().is_relative_to(f) for f in folders):
        raise ModelError(
            f"{path.name} wants to read “{location}”, which is outside its own folder.",
            hint="This is never allowed. Get the model from a source that you trust.",
        )
    if not data.is_file():
        raise ModelError(
            f"{location}, which holds weights of {path.name}, is missing from {path.parent}.",
            hint="Copy it there too.",
        )
    try:
        needed = int(entries.get("offset", "0")) + int(entries.get("length", "0"))
    except ValueError as error:
        raise _damaged(path) from error
    if needed > data.stat().st_size:
        raise ModelError(
            f"{location}, which holds weights of {path.name}, is incomplete.",
            hint="Copy or download it again.",
        )
    yield data


def _graphs(model: onnx.ModelProto) -> Iterator[onnx.GraphProto]:
    """Yield the graph and every graph inside a node's attributes, as loops and branches have."""
    waiting = [model.graph]
    for training in model.training_info:
        waiting += [training.initialization, training.algorithm]
    for function in model.functions:
        for node in function.node:
            waiting += _inner(node)
    while waiting:
        graph = waiting.pop()
        yield graph
        for node in graph.node:
            waiting += _inner(node)


def _inner(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    found: list[onnx.GraphProto] = []
    for attribute in node.attribute:
        if attribute.HasField("g"):
            found.append(attribute.g)
        found.extend(attribute.graphs)
    return found


def _nodes(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    for graph in _graphs(model):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def _tensors(model: onnx.ModelProto) -> Iterator[onnx.TensorProto]:
    sparse: list[onnx.SparseTensorProto] = []
    for graph in _graphs(model):
        yield from graph.initializer
        sparse.extend(graph.sparse_initializer)
    for node in _nodes(model):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("sparse_tensor"):
                sparse.append(attribute.sparse_tensor)
            sparse.extend(attribute.sparse_tensors)
    for tensor in sparse:
        yield tensor.values
        yield tensor.indices
