import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from engine.cli.commands.bench import test_picture as make_picture
from engine.cli.commands.doctor import Finding, model_findings, package_versions
from engine.cli.commands.jobs import find_job
from engine.cli.commands.stylize import content_of
from engine.cli.demo import fitting
from engine.cli.main import main
from engine.cli.session import estimate_text, progress_text, with_names
from engine.errors import AssetError, ModelError, ParameterError
from engine.models.info import ModelInfo
from engine.models.manifest import ModelState
from engine.models.styles import StyleInfo, StyleKind
from engine.spec.job import Estimate, Job, JobState, Progress


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GESSO_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def job(job_id: str, **changes: Any) -> Job:
    return Job(id=job_id, task="stylize", params={}, **changes)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_models_are_listed_for_people_and_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    listed = told(capsys, "models", "list")["models"]
    assert {"magenta-any", "magenta-26"} <= {model["id"] for model in listed}
    assert main(["models", "list"]) == 0
    assert "magenta-any" in capsys.readouterr().out


def test_a_model_is_shown_with_origin_licence_and_digests(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = told(capsys, "models", "show", "magenta-26")
    assert shown["manifest"]["files"][0]["sha256"].startswith("0a2a0c94")
    assert "as far as he can tell" in shown["model"]["note"]
    assert "Apache License" in told(capsys, "models", "licences", "--text", "magenta-26")["text"]
    assert told(capsys, "models", "licences")["licences"][0]["attributions"]


def test_an_unknown_model_ends_with_the_code_of_models_also_in_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["models", "show", "magenta-27", "--json"]) == 4
    streams = capsys.readouterr()
    assert json.loads(streams.out)["error"]["hint"] == "Did you mean 'magenta-26'?"
    assert "magenta-27" in streams.err


def test_styles_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(told(capsys, "styles")["styles"], list)
    assert main(["styles"]) == 0


def test_an_error_that_nobody_foresaw_is_one_sentence_unless_debugged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("engine.cli.commands.styles.all_styles", break_down)
    assert main(["styles"]) == 1
    calm = capsys.readouterr().err
    assert "division by zero" in calm
    assert "Traceback" not in calm
    monkeypatch.setattr("engine.logs.to_stderr", lambda level: None)
    assert main(["styles", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_job_is_found_by_the_beginning_or_the_end_of_its_id() -> None:
    jobs = (job("18ea-a1"), job("18ea-b2"))
    assert find_job(jobs, "18ea-a1") == find_job(jobs, "a1") == jobs[0]
    with pytest.raises(ParameterError, match="fits 2 jobs"):
        find_job(jobs, "18ea")
    with pytest.raises(ParameterError, match="no job"):
        find_job(jobs, "zzz")


def test_progress_counts_work_in_words() -> None:
    running = job("x", state=JobState.RUNNING,
                  progress=Progress(fraction=0.5, note="Painting", done=3, total=6))  # fmt: skip
    assert progress_text(running) == " 50% Painting 3/6"
    assert progress_text(job("x")) == "waiting"


def test_an_estimate_says_how_well_it_is_known() -> None:
    known = estimate_text(Estimate(seconds=3.21, peak_mb=600, runs=4))
    assert known == "About 3.2 s and 629.1 MB, by 4 earlier runs on this machine."
    assert "guess" in estimate_text(Estimate(seconds=1, peak_mb=1))


def test_messages_name_the_users_file_rather_than_the_stores() -> None:
    error = with_names(AssetError("abc.png is damaged.", asset="abc.png"), {"abc.png": "cat.png"})
    assert isinstance(error, AssetError)
    assert error.message == "cat.png is damaged."


def test_the_demo_prefers_a_painting_in_the_medium_that_was_not_shown_yet() -> None:
    def style(key: str, kind: StyleKind, medium: str = "", **changes: Any) -> StyleInfo:
        words = {"en": medium} if medium else {}
        return StyleInfo(
            id=f"{kind.value}:{key}", key=key, kind=kind, titles={}, medium=words, **changes
        )

    styles = [
        style("mine", StyleKind.MODEL),
        style("gone", StyleKind.PAINTING, "Oil", reason="Not there."),
        style("row", StyleKind.BUILT_IN),
        style("ink", StyleKind.PAINTING, "Ink"),
        style("oil", StyleKind.PAINTING, "Oil"),
    ]
    assert fitting(styles, "oil", set()) == "painting:oil"
    assert fitting(styles, "oil", {"painting:oil"}) == "painting:ink"
    assert fitting(styles, "", set()) == "built-in:row"
    with pytest.raises(ModelError, match="No style can be used"):
        fitting(styles[:2], "oil", set())


def test_a_broken_model_of_the_user_is_no_serious_finding() -> None:
    models = tuple(
        ModelInfo(id=i, name=i, state=ModelState.DAMAGED, reason="Broken.", origin=origin)
        for i, origin in (("ours", "package"), ("mine", "folder"))
    )
    assert [f.is_serious for f in model_findings(models)] == [True, False]


def test_two_runtimes_in_one_environment_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "1.0")
    findings: list[Finding] = []
    package_versions(findings)
    assert len(findings) == 1
    assert "overwrite each other" in findings[0].what
    assert "pip uninstall" in findings[0].remedy


def test_the_test_picture_is_a_png_of_that_size() -> None:
    data = make_picture(70)
    assert struct.unpack(">II", data[16:24]) == (70, 70)
    start = data.index(b"IDAT")
    size = int.from_bytes(data[start - 4 : start], "big")
    assert len(zlib.decompress(data[start + 4 : start + 4 + size])) == 70 * (3 * 70 + 1)


def test_standard_input_is_not_waited_for_when_nothing_is_piped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    with pytest.raises(AssetError, match="nothing is piped into it"):
        content_of(None, "-")  # type: ignore[arg-type]
