from typing import Any

import pytest

from engine.errors import ModelError
from engine.models.detect import Probe, Signature, Tensor, picture_shape, recognise


def signature(
    input_shape: Any, output_shape: Any = None, *, dtype: str = "float32", **changes: Any
) -> Signature:
    values: dict[str, Any] = {
        "name": "toy.onnx",
        "size": 10,
        "sha256": "0" * 64,
        "inputs": (Tensor(name="x", dtype=dtype, shape=input_shape),),
        "outputs": (Tensor(name="y", dtype=dtype, shape=output_shape or input_shape),),
    }
    return Signature(**{**values, **changes})


def test_a_network_of_the_zoo_takes_0_to_255_and_keeps_its_fixed_size() -> None:
    contract = recognise(signature((1, 3, 224, 224), size_multiple=4)).contract
    assert contract["layout"] == "NCHW"
    assert contract["range"] == [0.0, 255.0]
    assert (contract["height"], contract["width"], contract["size_multiple"]) == (224, 224, 4)


def test_an_anime_network_has_its_colours_last_and_takes_minus_1_to_1() -> None:
    found = recognise(signature(("n", None, None, 3)))
    assert found.arch == "image-to-image"
    assert found.contract["layout"] == "NHWC"
    assert found.contract["range"] == [-1.0, 1.0]
    assert "height" not in found.contract


@pytest.mark.parametrize(
    ("low", "high", "span"),
    [(3.0, 251.0, [0.0, 255.0]), (-14.0, 270.0, [0.0, 255.0]), (-0.98, 0.97, [-1.0, 1.0]),
     (0.02, 1.0, [0.0, 1.0]), (-0.01, 1.01, [0.0, 1.0])],
)  # fmt: skip
def test_the_range_follows_what_really_came_out(low: float, high: float, span: list[float]) -> None:
    probe = Probe(low=low, high=high, shape=(1, 3, 64, 64), input_shape=(1, 3, 64, 64))
    assert recognise(signature((1, 3, "h", "w"), probe=probe)).contract["range"] == span


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (signature((1, 3, 8, 8), inputs=()), "no inputs"),
        (signature((1, 80)), "2 dimensions|two dimensions"),
        (signature((1, 1, 28, 28)), "one channel"),
        (signature((1, 3, 8, 8), (1, 1000)), "not a style network: its output"),
        (signature((1, 3, 64, 64), (1, 3, 256, 256)), "changes the size"),
        (
            signature((1, 3, 8, 8), inputs=(Tensor(name="a"), Tensor(name="b"))),
            "not a style network: it has two inputs",
        ),
    ],
)
def test_what_is_no_style_network_is_told_why(bad: Signature, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        recognise(bad)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (signature((4, 3, 8, 8)), "4 pictures at once"),
        (signature((1, 3, 8, 8), dtype="float16"), "float16"),
        (signature((None, None, None, None)), "which axis"),
        (signature((1, 3, 8, 8), (1, 8, 8, 3)), "takes NCHW and gives NHWC"),
        (signature((1, 3, 8, "w")), "fixes one side"),
        (signature((1, 3, 8, 8), inputs=(Tensor(name="x", dtype="float32"),)), "dimensions"),
    ],
)
def test_a_style_network_that_cannot_run_says_so_in_other_words(
    broken: Signature, message: str
) -> None:
    with pytest.raises(ModelError, match="may be a style network") as caught:
        recognise(broken)
    assert message in str(caught.value)


def test_a_free_size_becomes_a_multiple_for_the_trial() -> None:
    free = Tensor(name="x", shape=(1, 3, "h", "w"))
    assert picture_shape(free, 64, 24) == (1, 3, 48, 48)
    assert picture_shape(free, 64, 128) == (1, 3, 128, 128)
    assert picture_shape(Tensor(name="x", shape=("n", 256, "w", 3)), 64) == (1, 256, 64, 3)
