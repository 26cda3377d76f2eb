"""The graph of a whole network, on which ways of running the network are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pipelines.job import JobContext
from engine.pipelines.style.canary import canary_picture
from engine.pipelines.style.networks import graphs
from engine.pipelines.style.networks.layers import StyleNetwork
from engine.pipelines.style.networks.store import stored_graph
from engine.runtime.sessions import Graph


def whole(network: StyleNetwork, job: JobContext) -> Graph:
    """Return the graph of a network, built if need be.

    Its canary is a finished painting in a real style, so the error that is measured is one that
    would be seen. The network's stages name this graph as their `like`.
    """
    path, digest = stored_graph(
        job.graphs,
        f"style.{network.family}-{network.digest[:16]}-v{graphs.BUILDER}",
        lambda: graphs.whole_graph(network),
    )

    def canary() -> dict[str, NDArray[np.float32]]:
        style = network.typical
        if style is None:
            ones = np.ones(network.style_size, np.float32)
            style = np.stack([ones, np.zeros_like(ones)])
        return {"image": canary_picture()[None], "scale": style[0], "shift": style[1]}

    return Graph(path=path, digest=digest, kind=f"style.{network.family}/once", canary=canary)
