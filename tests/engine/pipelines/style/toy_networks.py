"""Style networks of a few kilobytes with the layers of the real ones, and pictures to paint."""

from __future__ import annotations

import numpy as np

from engine.pipelines.style.networks.layers import Activation, Convolution, StyleNetwork


def toy_network(*, first_normed: bool = True, channels=(8, 8, 8), blocks: int = 2, seed: int = 0):
    """Like `26` with `first_normed`, else like `any`, whose way down is not normalised."""
    noise = np.random.default_rng(seed)
    wide, middle, body = channels
    shapes = [(3, wide, 9), (wide, middle, 3), (middle, body, 3)]
    shapes += [(body, body, 3)] * (2 * blocks)
    shapes += [(body, 6, 3), (6, 4, 3), (4, 3, 9)]
    last = len(shapes) - 1
    layers = []
    for index, (inputs, outputs, kernel) in enumerate(shapes):
        weight = noise.normal(
            0, (inputs * kernel * kernel) ** -0.5, (outputs, inputs, kernel, kernel)
        )
        is_body = 3 <= index <= last - 3
        is_second = is_body and (index - 3) % 2 == 1
        is_normed = first_normed or index >= 3
        activation = Activation.NONE if is_second else Activation.RELU
        layers.append(
            Convolution(
                weight=weight.astype(np.float32),
                bias=None if is_normed else noise.normal(0, 0.1, outputs).astype(np.float32),
                stride=2 if index in (1, 2) else 1,
                upscale=2 if index in (last - 2, last - 1) else 1,
                is_normed=is_normed,
                activation=Activation.SIGMOID if index == last else activation,
                opens_block=is_body and not is_second,
                closes_block=is_second,
            )
        )
    return StyleNetwork("toy", tuple(layers))


def toy_vector(network, seed: int = 1):
    noise = np.random.default_rng(seed)
    scale = noise.uniform(0.5, 1.5, network.style_size)
    shift = noise.normal(0, 0.3, network.style_size)
    return np.stack([scale, shift]).astype(np.float32)


def photo(height: int, width: int, *, white: int = 255, seed: int = 0):
    """Smooth shapes, an edge and some grain: what photographs are made of."""
    noise = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    size = max(height, width)
    planes = [0.5 + 0.4 * np.sin(6.0 * x / size + k) * np.cos(4.0 * y / size - k) for k in range(3)]
    picture = np.stack(planes, axis=2)
    inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(height, width) / 3) ** 2
    picture[inside] = 0.7 * picture[inside][:, ::-1] + 0.2
    picture += noise.normal(0, 0.03, picture.shape)
    dtype = np.uint8 if white == 255 else np.uint16
    return np.round(np.clip(picture, 0, 1) * white).astype(dtype)
