"""Build the packaged application and try it as a user would, with the network cut off.

    python -m tools.package [--keep] [--out build/package]

Steps: PyInstaller on build.spec; the sizes of what came out; then `gesso --selftest`, which
repaints a sample photograph through the real engine, once without a screen (Qt's offscreen
platform) and once in a real window under Xvfb; and one run of the command line. Where the system
allows it every run gets a network namespace of its own that holds no network at all.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM_SUFFIX = ".exe" if os.name == "nt" else ""


def build(out: Path) -> Path:
    """Run PyInstaller and return the application's folder."""
    started = time.monotonic()
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(out / "dist"), "--workpath", str(out / "work")]
    subprocess.run([*command, str(ROOT / "build.spec")], check=True, cwd=ROOT)
    print(f"built in {time.monotonic() - started:.0f} s")
    return out / "dist" / "gesso"


def sizes(app: Path) -> None:
    """Print how large the application is, and its largest parts."""
    parts: dict[str, int] = {}
    for path in app.rglob("*"):
        if path.is_file() and not path.is_symlink():
            names = path.relative_to(app).parts
            part = names[1] if names[0] == "_internal" and len(names) > 2 else names[0]
            parts[part] = parts.get(part, 0) + path.stat().st_size
    print(f"{sum(parts.values()) / 1e6:8.0f} MB in all")
    for part, size in sorted(parts.items(), key=lambda item: -item[1])[:12]:
        print(f"{size / 1e6:8.1f} MB {part}")


def without_network() -> list[str]:
    """Return the prefix that starts a program without any network, or nothing where that fails."""
    if shutil.which("unshare") is None:
        return []
    prefix = ["unshare", "--net", "--map-root-user"]
    probe = subprocess.run([*prefix, "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        return []
    return prefix


@contextmanager
def virtual_screen() -> Iterator[dict[str, str]]:
    """Start Xvfb with a window manager; gives the environment of a program that uses them."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as lines:
        display = f":{lines.readline().strip()}"
    manager = subprocess.Popen(
        ["openbox"], env={**os.environ, "DISPLAY": display}, stderr=subprocess.DEVNULL
    )
    try:
        yield {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    finally:
        manager.terminate()
        server.terminate()
        manager.wait()
        server.wait()


def attempt(name: str, command: list[str], environment: dict[str, str], log: Path) -> bool:
    """Run one trial, print a line about it, and return whether it worked."""
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as out:
        code = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            timeout=300,
            check=False,
        ).returncode
    verdict = "worked" if code == 0 else f"FAILED with exit code {code}; see {log}"
    print(f"{name}: {verdict} in {time.monotonic() - started:.1f} s")
    if code != 0:
        print("\n".join(log.read_text(errors="replace").splitlines()[-15:]))
    return code == 0


def try_out(app: Path, out: Path) -> bool:
    """Run the application's own test in each way that users start it."""
    studio = str(app / f"gesso{PROGRAM_SUFFIX}")
    engine = str(app / f"gesso-engine{PROGRAM_SUFFIX}")
    prefix = without_network()
    print("network: " + ("cut off for every trial" if prefix else "could not be cut off here"))
    results = []
    with tempfile.TemporaryDirectory(prefix="gesso-package-") as folder:
        home = {"GESSO_HOME": str(Path(folder) / "home with ünïcode")}
        offscreen = {**home, "QT_QPA_PLATFORM": "offscreen"}
        results.append(
            attempt(
                "studio without a screen",
                [*prefix, studio, "--selftest"],
                offscreen,
                out / "offscreen.log",
            )
        )
        if shutil.which("Xvfb") and shutil.which("openbox"):
            with virtual_screen() as screen:
                # The X server's abstract socket belongs to our network namespace; the socket file
                # in /tmp is reached from any.
                results.append(
                    attempt(
                        "studio in a window",
                        [*prefix, studio, "--selftest"],
                        {**home, **screen},
                        out / "window.log",
                    )
                )
        else:
            print("studio in a window: not tried, Xvfb or openbox is missing")
        picture = Path(folder) / "out.png"
        sample = app / "_internal" / "resources" / "samples" / "coffee.png"
        results.append(
            attempt(
                "command line",
                [*prefix, engine, "stylize", str(sample), "--style", "oil", "-o", str(picture)],
                home,
                out / "cli.log",
            )
        )
        results.append(picture.exists() and picture.stat().st_size > 10_000)
        results.append(
            attempt("doctor", [*prefix, engine, "doctor", "--json"], home, out / "doctor.log")
        )
        json.loads((out / "doctor.log").read_text(encoding="utf-8") or "{}")
    return all(results)


def main() -> int:
    """Build, measure, try."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "package")
    parser.add_argument("--keep", action="store_true", help="try what was built before")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    app = arguments.out / "dist" / "gesso" if arguments.keep else build(arguments.out)
    sizes(app)
    return 0 if try_out(app, arguments.out) else 1


if __name__ == "__main__":
    sys.exit(main())
