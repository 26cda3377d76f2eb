"""The command line as its users run it: whole processes, real workers, real networks."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.engine.models import toy_networks as toys

pytest.importorskip("engine.pipelines.style.stylize", reason="there is no style pipeline")
pytestmark = [pytest.mark.weights, pytest.mark.timeout(120)]

Gesso = Callable[..., "subprocess.CompletedProcess[bytes]"]


def photo(path: Path, size: tuple[int, int] = (96, 64), seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 255, (6, 9, 3), dtype=np.uint8))
    small.resize(size, Image.Resampling.BICUBIC).save(path)
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module, so that what a first run prepares is prepared once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "GESSO_HOME": str(home), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def gesso(tmp_path: Path, environment: dict[str, str]) -> Gesso:
    def run(*words: object, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "engine", *map(str, words)],
            input=data,
            capture_output=True,
            cwd=Path(__file__).parents[3],
            env=environment,
            timeout=100,
            check=False,
        )
        assert b"Traceback" not in done.stderr, done.stderr.decode()
        return done

    return run


def document(done: subprocess.CompletedProcess[bytes]) -> Any:
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def pixels(source: Path | bytes) -> Any:
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    return np.asarray(Image.open(file).convert("RGB"), np.int16)


def test_a_photo_is_repainted_and_its_recipe_repaints_it_alike(
    gesso: Gesso, tmp_path: Path
) -> None:
    source = photo(tmp_path / "cat.png")
    style = photo(tmp_path / "oil.png", seed=1)
    first, second = tmp_path / "first.png", tmp_path / "again.png"
    told = document(
        gesso("stylize", source, "--style", style, "--strength", "80%", "-o", first, "--json")
    )
    (made,) = told["results"]
    assert (made["width"], made["height"], made["output"]) == (96, 64, str(first))
    assert made["ran"][0]["device"] == "CPU"
    assert made["seconds"] > 0
    assert np.abs(pixels(first) - pixels(source)).mean() > 5

    document(gesso("stylize", source, "--recipe", first, "-o", second, "--json"))
    assert np.abs(pixels(first) - pixels(second)).max() <= 1

    (info,) = document(gesso("info", first, "--json"))["files"]
    assert info["recipe"]["params"]["strength"] == 0.8
    assert info["recipe"]["inputs"] == ["cat.png", "oil.png"]
    assert set(info["recipe"]["models"]) == {"magenta-any/predict", "magenta-any/transform"}


def test_metadata_none_leaves_no_recipe(gesso: Gesso, tmp_path: Path) -> None:
    source, target = photo(tmp_path / "cat.png"), tmp_path / "out.jpg"
    words = ("stylize", source, "--style", source, "-o", target)
    assert gesso(*words, "--metadata", "none").returncode == 0
    done = gesso("stylize", source, "--recipe", target)
    assert done.returncode == 2
    assert b"holds no settings" in done.stderr


def test_a_picture_goes_through_a_pipe(gesso: Gesso, tmp_path: Path) -> None:
    source = photo(tmp_path / "cat.jpg")
    done = gesso("stylize", "-", "--style", source, "--quiet", data=source.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert pixels(done.stdout).shape == (64, 96, 3)


def test_a_result_never_replaces_a_file_that_was_not_named(gesso: Gesso, tmp_path: Path) -> None:
    source = photo(tmp_path / "cat.jpg")
    (tmp_path / "cat-cat.jpg").write_bytes(b"precious")
    told = document(gesso("stylize", source, "--style", source, "--json"))
    assert (tmp_path / "cat-cat.jpg").read_bytes() == b"precious"
    assert Path(told["results"][0]["output"]).name == "cat-cat-2.jpg"


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (["{photo}"], 2, "No style was given"),
        (["{photo}", "--style", "no-such-style"], 2, "no style called"),
        (["{photo}", "--style", "{photo}", "-o", "x.gif"], 2, "does not write .gif"),
        (["{photo}", "{photo}", "--style", "{photo}", "-o", "x.png"], 2, "cannot all be written"),
        (["{photo}s", "--style", "{photo}"], 1, "Did you mean"),
        (["{junk}", "--style", "{photo}"], 1, "junk.jpg"),
        (["{photo}", "--style", "net.onnx"], 2, "gesso models add"),
        (["{photo}", "--style", "{photo}", "-o", "-", "--json"], 2, "cannot both"),
    ],
)
def test_what_cannot_be_done_is_told_calmly(
    words: list[str], code: int, text: str, gesso: Gesso, tmp_path: Path
) -> None:
    (tmp_path / "junk.jpg").write_bytes(b"junk")
    names = {"photo": photo(tmp_path / "cat.jpg"), "junk": tmp_path / "junk.jpg"}
    done = gesso("stylize", *(word.format(**names) for word in words))
    assert done.returncode == code
    assert text in done.stderr.decode()
    assert len(done.stderr.decode().splitlines()) <= 3
    assert done.stdout == b"" or "--json" in words


def test_a_batch_goes_on_after_a_bad_file_and_resumes_where_it_stopped(
    gesso: Gesso, tmp_path: Path
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(3):
        photo(folder / f"{number}.jpg", seed=number)
    (folder / "1bad.jpg").write_bytes(b"junk")
    style = photo(tmp_path / "oil.png", seed=9)
    words = ("batch", folder, "--style", style, "--out-dir", out, "--json")

    done = gesso(*words)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert rows[-1]["summary"] == {"done": 3, "skipped": 0, "failed": 1}
    assert sorted(p.name for p in out.glob("*.jpg")) == ["0-oil.jpg", "1-oil.jpg", "2-oil.jpg"]
    assert any("1bad.jpg" in row["failed"]["input"] for row in rows if "failed" in row)

    refused = gesso(*words)
    assert refused.returncode == 2
    assert b"would be replaced" in refused.stderr

    photo(folder / "0.jpg", seed=77)
    (out / "2-oil.jpg").unlink()
    again = gesso(*words, "--resume")
    rows = [json.loads(line) for line in again.stdout.splitlines()]
    assert rows[-1]["summary"] == {"done": 2, "skipped": 1, "failed": 1}
    redone = {Path(row["done"]["output"]).name for row in rows if "done" in row}
    assert redone == {"0-oil.jpg", "2-oil.jpg"}

    other = gesso(*words, "--resume", "--strength", "50%")
    assert json.loads(other.stdout.splitlines()[-1])["summary"]["done"] == 3


def test_a_batch_that_was_killed_resumes_without_losing_or_repeating(
    gesso: Gesso, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number in range(12):
        photo(folder / f"{number:02}.jpg", seed=number, size=(480, 320))
    words = ["batch", folder, "--style", photo(tmp_path / "oil.png"), "--out-dir", out, "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "engine", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[3],
        env=environment,
    ) as process:
        assert process.stdout is not None
        for _ in range(2):
            assert "done" in json.loads(process.stdout.readline())
        process.kill()
    done = gesso(*words, "--resume")
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    assert done.returncode == 0, done.stderr.decode()
    assert summary["skipped"] >= 2
    assert summary["done"] + summary["skipped"] == 12
    assert len(list(out.glob("*.jpg"))) == 12
    for path in out.glob("*.jpg"):
        assert pixels(path).shape == (320, 480, 3)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a group of processes")
def test_ctrl_c_stops_the_job_and_leaves_nothing_half_done(
    gesso: Gesso, tmp_path: Path, environment: dict[str, str]
) -> None:
    source = photo(tmp_path / "cat.jpg", size=(1200, 900))
    words = ["stylize", source, "--style", source, "--stroke", "1", "--size", "6000",
             "-o", tmp_path / "big.png"]  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "engine", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env=environment,
        start_new_session=True,
    ) as process:
        time.sleep(3)
        # As a terminal does: to the whole group, the worker included.
        os.killpg(process.pid, signal.SIGINT)
        asked = time.monotonic()
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err.decode()
    assert time.monotonic() - asked < 15
    assert out == b""
    assert b"Stopped." in err
    assert b"Traceback" not in err
    assert not (tmp_path / "big.png").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["cat.jpg"]


def test_a_network_is_added_named_used_and_removed(gesso: Gesso, tmp_path: Path) -> None:
    network = toys.fast_neural_style(tmp_path / "Tile Floor.onnx")
    source, target = photo(tmp_path / "cat.jpg"), tmp_path / "out.png"
    added = document(gesso("models", "add", network, "--json"))["model"]
    assert (added["id"], added["commercial"]) == ("tile-floor", "unknown")
    style = "tile-floor"
    assert gesso("stylize", source, "--style", style, "-o", target).returncode == 0
    assert np.abs(pixels(target) - pixels(source)).mean() > 5
    listed = document(gesso("models", "list", "--json"))["models"]
    assert "tile-floor" in {model["id"] for model in listed}
    (Path(added["path"]) / "model.onnx").write_bytes(b"damaged")
    damaged = gesso("stylize", source, "--style", style, "-o", target)
    assert damaged.returncode == 4
    assert b"7 bytes where" in damaged.stderr
    assert gesso("models", "verify", "tile-floor").returncode == 4
    assert gesso("models", "remove", "tile-floor").returncode == 0
    gone = gesso("stylize", source, "--style", style, "-o", target)
    assert gone.returncode == 2


def test_what_is_no_style_network_ends_with_the_code_of_models(
    gesso: Gesso, tmp_path: Path
) -> None:
    done = gesso("models", "add", toys.two_inputs(tmp_path / "x.onnx"))
    assert done.returncode == 4
    assert b"it has two inputs" in done.stderr


def test_a_reader_that_leaves_early_hears_no_complaint(environment: dict[str, str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "engine", "models", "licences", "--text", "magenta-any"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_the_demo_paints_every_sample(gesso: Gesso, tmp_path: Path) -> None:
    done = gesso("demo", "--out-dir", tmp_path / "out")
    assert done.returncode == 0, done.stderr.decode()
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len(names) == 5
    assert all(name in done.stdout.decode() for name in names)
    assert "NASA" in done.stdout.decode()


def test_doctor_finds_this_installation_fit(gesso: Gesso) -> None:
    told = document(gesso("doctor", "--json"))
    assert told["devices"]["onnxruntime"]
    assert {model["state"] for model in told["models"]} == {"available"}
    assert [finding for finding in told["findings"] if finding["is_serious"]] == []


def test_bench_measures_real_runs(gesso: Gesso, tmp_path: Path) -> None:
    style = photo(tmp_path / "oil.png")
    told = document(gesso("bench", "--style", style, "--side", 128, "--runs", 2, "--json"))
    assert len(told["runs"]) == 2
    assert told["ran"]
    assert told["megapixels_per_second"] == pytest.approx(0.016384 / told["median_seconds"])


def test_jobs_that_failed_are_listed_and_cleared(gesso: Gesso, tmp_path: Path) -> None:
    gesso("jobs", "clear")
    source = photo(tmp_path / "cat.jpg")
    (tmp_path / "half.png").write_bytes(photo(tmp_path / "x.png").read_bytes()[:400])
    done = gesso("stylize", tmp_path / "half.png", "--style", source)
    assert done.returncode == 1
    assert b"half.png" in done.stderr
    (job,) = document(gesso("jobs", "list", "--json"))["jobs"]
    assert (job["state"], job["label"]) == ("failed", "half.png")
    retried = gesso("jobs", "retry", job["id"][-6:])
    assert retried.returncode == 1
    assert document(gesso("jobs", "clear", "--json"))["cleared"] == [job["id"]]
    assert document(gesso("jobs", "list", "--json"))["jobs"] == []
