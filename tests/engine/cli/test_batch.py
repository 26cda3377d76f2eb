from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.cli.batch_state import BatchState, stamp_of
from engine.cli.commands.batch import plan


def name_of(*, name: str, counter: int) -> str:
    del counter
    return f"{name}-ember"


def targets(sources: list[Path], folder: Path, wanted: str = "") -> list[str]:
    state = BatchState(folder)
    return [piece.target.name for piece in plan(sources, folder, name_of, wanted, state)]


def test_photos_of_one_name_get_results_of_their_own(tmp_path: Path) -> None:
    sources = [Path("a/x.jpg"), Path("b/x.jpg"), Path("c/x.png")]
    assert targets(sources, tmp_path) == ["x-ember.jpg", "x-ember-2.jpg", "x-ember.png"]
    assert targets(sources, tmp_path, "tif") == ["x-ember.tif", "x-ember-2.tif", "x-ember-3.tif"]


def test_a_photo_keeps_the_name_that_an_earlier_run_gave_it(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "x.jpg", tmp_path / "b" / "x.jpg"
    for source in (first, second):
        source.parent.mkdir()
        source.write_bytes(b"x")
    state = BatchState(tmp_path)
    state.record(second, stamp_of(second), "s", tmp_path / "x-ember-2.jpg")
    assert targets([second, first], tmp_path) == ["x-ember-2.jpg", "x-ember.jpg"]
    assert targets([second], tmp_path, "png") == ["x-ember.png"]


@given(
    st.lists(st.sampled_from(["a/x.jpg", "b/x.jpg", "x.png", "y.jpg", "x-ember.jpg"]), unique=True)
)
def test_no_two_results_share_a_file(names: list[str]) -> None:
    folder = Path("no-such-folder")
    made = targets([Path(name) for name in names], folder)
    assert len(set(made)) == len(names)
