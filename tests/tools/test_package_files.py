"""What the package is made from is there, without building one."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.__main__ import main as studio_main
from engine import paths
from engine.host.process import ENGINE_PROGRAM, worker_command
from engine.models.sources import package_folder, scan
from tools import third_party

ROOT = Path(__file__).resolve().parents[2]
SPEC = (ROOT / "build.spec").read_text(encoding="utf-8")


def constant(name: str) -> ast.expr:
    """Return the expression that the recipe assigns to a name."""
    for node in ast.parse(SPEC).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return node.value
    raise AssertionError(f"build.spec has no {name}")


def dropped() -> re.Pattern[str]:
    call = constant("DROPPED")
    assert isinstance(call, ast.Call)
    return re.compile(ast.literal_eval(call.args[0]), re.VERBOSE)


def test_the_recipe_names_scripts_that_exist():
    scripts = re.findall(r'analysis\(\s*"([^"]+)"', SPEC)
    assert scripts == ["desktop/__main__.py", "engine/__main__.py"]
    assert all((ROOT / script).is_file() for script in scripts)


def test_the_recipe_carries_the_weights_that_manifests_ask_of_packages(tmp_path: Path):
    carried = ast.literal_eval(constant("PACKAGE_FILES"))
    wanted = {
        found.manifest.source.distribution
        for found in scan(paths.resources() / "models", tmp_path)
        if found.manifest is not None and found.manifest.source.kind == "package"
    }
    assert wanted
    assert wanted <= set(carried)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt/plugins/platforms/libqvnc.so",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "onnxruntime/capi/libonnxruntime_providers_tensorrt.so",
        "onnxruntime/capi/libonnxruntime.so.1.31.1",
        "openvino/libs/libopenvino_intel_gpu_plugin.so",
        "openvino/libs/libopenvino_pytorch_frontend.so.2641",
        "libstdc++.so.6",
        "libcudnn.so.9",
    ],
)
def test_what_a_picture_studio_never_loads_is_left_out(name: str):
    assert dropped().search(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/imageformats/libqjpeg.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "onnxruntime/capi/onnxruntime_pybind11_state.cpython-311-x86_64-linux-gnu.so",
        "onnxruntime/capi/libonnxruntime_providers_shared.so",
        "openvino/libs/libopenvino_onnx_frontend.so.2641",
        "openvino/libs/libopenvino_intel_cpu_plugin.so",
        "openvino/libs/libopenvino_ir_frontend.so.2641",
        "openvino/libs/libtbb.so.12",
        "numpy.libs/libscipy_openblas64_-32a4b2a6.so",
        "libxcb-cursor.so.0",
        "resources/themes/glyphs/dark/check.svg",
    ],
)
def test_what_it_needs_stays(name: str):
    assert not dropped().search(name)


def test_libraries_under_the_gpl_are_not_taken_in():
    assert {"readline", "_gdbm"} <= set(ast.literal_eval(constant("UNUSED")))


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a packaged program that runs this test."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "gesso"))
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "_internal"), raising=False)
    return tmp_path


def test_a_packaged_host_starts_the_engine_program_as_worker(frozen: Path):
    command = worker_command(frozen / "worker.log")
    assert Path(command[0]).parent == frozen
    assert Path(command[0]).stem == ENGINE_PROGRAM
    assert command[1:] == ["worker", "--log", str(frozen / "worker.log")]


def test_a_packaged_program_finds_its_resources_beside_it(frozen: Path):
    assert paths.resources() == frozen / "_internal" / "resources"
    assert paths.program_folder() == frozen


def test_a_packaged_program_takes_weights_from_its_own_folder_of_packages(frozen: Path):
    packages = paths.resources() / "packages"
    assert package_folder("some-weights", "no_such_module", packages) is None
    (packages / "some-weights").mkdir(parents=True)
    assert package_folder("some-weights", "no_such_module", packages) == packages / "some-weights"


def test_programs_started_from_the_package_get_the_systems_libraries(
    frozen: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("LD_LIBRARY_PATH", str(frozen / "_internal"))
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/lib")
    paths.forget_package_libraries()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/lib"
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ
    monkeypatch.setenv("LD_LIBRARY_PATH", str(frozen / "_internal"))
    paths.forget_package_libraries()
    assert "LD_LIBRARY_PATH" not in os.environ


def test_every_bundled_distribution_brings_its_terms():
    names = ("numpy", "onnxruntime-gpu", "onnxruntime", "PySide6_Essentials", "msgspec")
    sources = []
    for name in names:
        try:
            files = importlib.metadata.files(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        sources += [Path(str(f.locate())) for f in files if f.name == "__init__.py"][:3]
    found = third_party.distributions_of(sources)
    assert len(found) >= 4
    licences = ROOT / "resources" / "licences"
    for one in found:
        if "LGPL" in str(one.metadata["License"]):
            # Their packages hold no text; it is ours to bring.
            assert (licences / "LGPL-3.0-only.txt").stat().st_size > 7_000
            assert (licences / "GPL-3.0-only.txt").stat().st_size > 30_000
        else:
            assert third_party.licence_files(one), one.metadata["Name"]


def selftest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GESSO_HOME": str(folder / "home"), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, "-m", "desktop", "--selftest", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip


def test_a_report_without_a_selftest_is_a_slip(capsys: pytest.CaptureFixture[str]):
    assert studio_main(["--selftest-report", "x.txt"]) == 2
    assert "--selftest-report" in capsys.readouterr().err


@pytest.mark.weights
@pytest.mark.slow
def test_the_selftest_paints_a_photograph_and_leaves_nothing_behind(tmp_path: Path):
    report = tmp_path / "report.txt"
    done = selftest(tmp_path, "--selftest-report", str(report))
    assert done.returncode == 0, done.stdout + done.stderr
    assert report.read_text(encoding="utf-8") == done.stdout
    lines = done.stdout.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert any("paint: 600 × 400 px" in line for line in lines)
    assert list((tmp_path / "home").iterdir()) == []


def test_the_selftest_tells_what_failed_and_stops_there(tmp_path: Path):
    statements = (
        "import sys\n"
        "from pathlib import Path\n"
        "from engine import paths\n"
        f"paths.resources = lambda: Path({str(tmp_path)!r})\n"
        "from desktop.__main__ import main\n"
        "sys.exit(main(['--selftest']))"
    )
    environment = {**os.environ, "GESSO_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", statements], cwd=ROOT, env=environment, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("FAILED resources: FileNotFoundError: themes/studio.qss")
    assert "not tried paint" in lines
