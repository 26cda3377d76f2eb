from pathlib import Path

from engine.cli.batch_state import STATE_NAME, BatchState, settings_digest, stamp_of


def finish(folder: Path, source: Path, settings: str = "s") -> Path:
    target = folder / f"{source.stem}-out.png"
    target.write_bytes(b"result")
    BatchState(folder).record(source, stamp_of(source), settings, target)
    return target


def test_a_finished_picture_is_known_to_a_later_run(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"photo")
    target = finish(tmp_path, source)
    state = BatchState(tmp_path)
    assert state.is_done(source, "s")
    assert state.output_of(source) == target


def test_it_is_done_again_when_settings_photo_or_result_changed(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"photo")
    target = finish(tmp_path, source)
    assert not BatchState(tmp_path).is_done(source, "other")
    source.write_bytes(b"another photo")
    assert not BatchState(tmp_path).is_done(source, "s")
    finish(tmp_path, source)
    target.unlink()
    assert not BatchState(tmp_path).is_done(source, "s")


def test_a_line_cut_short_by_a_power_cut_loses_only_itself(tmp_path: Path) -> None:
    first, second = tmp_path / "a.jpg", tmp_path / "b.jpg"
    for source in (first, second):
        source.write_bytes(b"photo")
    finish(tmp_path, first)
    with (tmp_path / STATE_NAME).open("a") as file:
        file.write('{"input": "/half')
    finish(tmp_path, second)
    state = BatchState(tmp_path)
    assert state.is_done(first, "s")
    assert state.is_done(second, "s")


def test_a_record_cannot_point_outside_the_folder(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    source.write_bytes(b"photo")
    BatchState(tmp_path).record(source, stamp_of(source), "s", Path("/etc/hostname"))
    assert BatchState(tmp_path).output_of(source) == tmp_path / "hostname"


def test_the_digest_depends_on_values_and_not_on_their_order() -> None:
    assert settings_digest({"a": 1, "b": 2}) == settings_digest({"b": 2, "a": 1})
    assert settings_digest({"a": 1}) != settings_digest({"a": 2})
