"""Build the packaged application and try it as a user would, with the network cut off.

    python -m tools.package [--keep] [--archive] [--out build/package]

Steps: PyInstaller on build.spec; the sizes of what came out; then trials, each in a home folder of
its own that must be the only place where anything is written:

- `gesso --selftest`, which repaints a sample photograph through the real engine, right after the
  build with nothing of it in the disk cache, and again with all of it there;
- the same in a real window under Xvfb;
- the same from a read-only folder whose name has spaces and letters beyond ASCII;
- the command line: stylize, info, doctor.

Where the system allows it, every trial gets a network namespace that holds no network at all.
What is not there to try with (Xvfb, namespaces) is said and left out.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = ".exe" if os.name == "nt" else ""
LIMIT_S = 480.0
SAMPLE = Path("_internal/resources/samples/coffee.png")
STYLE = "ember"
ODD_NAME = "Gesso für Bilder – 画廊"

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
"""Shell words that make folder $0 read-only in a mount namespace, then run the rest."""


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
            is_inner = names[0] == "_internal" and len(names) > 1
            part = names[1] if is_inner else names[0]
            parts[part] = parts.get(part, 0) + path.stat().st_size
    print(f"{sum(parts.values()) / 1e6:8.1f} MB in all")
    for part, size in sorted(parts.items(), key=lambda item: -item[1])[:12]:
        print(f"{size / 1e6:8.1f} MB {part}")


def archive(app: Path, out: Path) -> Path:
    """Pack the application into one file for others to unpack, and print its size."""
    started = time.monotonic()
    version = importlib.metadata.version("gesso")
    stem = f"gesso-{version}-{platform.system().lower()}-{platform.machine().lower()}"
    if shutil.which("tar") and shutil.which("zstd"):
        target = out / f"{stem}.tar.zst"
        command = ["tar", "-C", str(app.parent), "-I", "zstd -12 -T0", "-cf", str(target), app.name]
        subprocess.run(command, check=True)
    else:
        kind = "zip" if os.name == "nt" else "gztar"
        target = Path(shutil.make_archive(str(out / stem), kind, app.parent, app.name))
    size = target.stat().st_size / 1e6
    print(f"{size:8.1f} MB {target.name} in {time.monotonic() - started:.0f} s")
    return target


def forget(app: Path) -> None:
    """Have the system drop the application's files from its cache, as after a restart."""
    if not hasattr(os, "posix_fadvise"):
        return
    os.sync()
    for path in app.rglob("*"):
        if path.is_file() and not path.is_symlink():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def namespaces(*kinds: str) -> list[str]:
    """Return the prefix that starts a program in new namespaces, or nothing where that fails."""
    if shutil.which("unshare") is None:
        return []
    for prefix in (["unshare", *kinds], ["unshare", *kinds, "--map-root-user"]):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return []


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
        for process in (manager, server):
            process.terminate()
            process.wait()


@dataclass
class Trials:
    """Runs programs as a new user without a network would, and keeps what came of each.

    Attributes:
        folder: holds homes and copies; removed afterwards.
        logs: folder for everything that was printed.
        failed: names of the trials that did not work.
    """

    folder: Path
    logs: Path
    failed: list[str] = field(default_factory=list)

    def run(
        self,
        name: str,
        command: Sequence[str],
        environment: dict[str, str] | None = None,
        prefix: Sequence[str] | None = None,
    ) -> str:
        """Run one trial, print what came of it, and return what it wrote to standard output."""
        user = self.folder / f"user {len(list(self.folder.glob('user *')))}"
        gesso_home = self.folder / f"{user.name} – gesso ünïcode"
        temporary = user / "tmp"
        temporary.mkdir(parents=True)
        log = self.logs / f"{name.replace(' ', '-')}.log"
        before = namespaces("--net") if prefix is None else prefix
        started = time.monotonic()
        with log.open("wb") as errors:
            try:
                done = subprocess.run(
                    [*before, *command],
                    env=_clean_environment(user, temporary, gesso_home) | (environment or {}),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    timeout=LIMIT_S,
                    check=False,
                )
                code, said = done.returncode, done.stdout.decode("utf-8", "replace")
            except subprocess.TimeoutExpired as late:
                code, said = -1, (late.stdout or b"").decode("utf-8", "replace")
        seconds = time.monotonic() - started
        stray = sorted(str(p.relative_to(user)) for p in user.rglob("*") if p != temporary)
        if code == 0 and not stray:
            print(f"{name}: worked in {seconds:.1f} s")
        else:
            self.failed.append(name)
            print(f"{name}: FAILED with exit code {code} in {seconds:.1f} s; see {log}")
            if stray:
                print(f"    written outside GESSO_HOME: {', '.join(stray)}")
            print("\n".join(log.read_text(errors="replace").splitlines()[-15:]))
        return said

    def expect(self, name: str, truth: bool) -> None:
        """Note a fault that no exit code tells of."""
        if not truth:
            self.failed.append(name)
            print(f"{name}: FAILED")


def _clean_environment(user: Path, temporary: Path, gesso_home: Path) -> dict[str, str]:
    kept = (
        "PATH",
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "LANG",
        "NUMBER_OF_PROCESSORS",
    )
    environment = {key: value for key, value in os.environ.items() if key.upper() in kept}
    home = str(user)
    environment |= {"HOME": home, "USERPROFILE": home, "APPDATA": home, "LOCALAPPDATA": home}
    environment |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    return environment | {"GESSO_HOME": str(gesso_home)}


def try_out(app: Path, trials: Trials) -> None:
    """Run the application's own test in each way that users start it, and the command line."""
    no_network = namespaces("--net")
    print("network: " + ("cut off for every trial" if no_network else "could not be cut off here"))
    studio, engine = str(app / f"gesso{SUFFIX}"), str(app / f"gesso-engine{SUFFIX}")
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    forget(app)
    _selftest(trials, "studio from a cold disk", [studio], offscreen)
    _selftest(trials, "studio without a screen", [studio], offscreen)
    if shutil.which("Xvfb") and shutil.which("openbox"):
        with virtual_screen() as screen:
            # The screen's socket is a file, which is reached from any network namespace.
            _selftest(trials, "studio in a window", [studio], screen)
    else:
        print("studio in a window: not tried, Xvfb or openbox is missing")
    _try_read_only(app, trials, offscreen)
    picture = trials.folder / "out – 1.png"
    command = [engine, "stylize", str(app / SAMPLE), "--style", STYLE, "-o", str(picture)]
    trials.run("command line", command)
    said = trials.run("command line info", [engine, "info", str(picture), "--json"])
    trials.expect("recipe in the command line's picture", "stylize" in said)
    said = trials.run("doctor", [engine, "doctor", "--json"])
    trials.expect("doctor's report", bool(said) and json.loads(said)["findings"] == [])


def _selftest(
    trials: Trials,
    name: str,
    command: list[str],
    environment: dict[str, str],
    prefix: Sequence[str] | None = None,
) -> None:
    report = trials.logs / f"{name.replace(' ', '-')}.txt"
    report.unlink(missing_ok=True)
    arguments = [*command, "--selftest", "--selftest-report", str(report)]
    said = trials.run(name, arguments, environment, prefix)
    written = report.read_text(encoding="utf-8") if report.exists() else ""
    trials.expect(f"{name}: report", bool(written) and said in ("", written))
    print("".join(f"    {line}\n" for line in written.splitlines()), end="")


def _try_read_only(app: Path, trials: Trials, environment: dict[str, str]) -> None:
    """Run from a folder with an awkward name in which nothing can be written."""
    name = "studio from an awkward folder"
    copy = trials.folder / ODD_NAME
    try:
        shutil.copytree(app, copy, symlinks=True, copy_function=os.link)
    except OSError:  # another disk
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(app, copy, symlinks=True)
    prefix = namespaces("--net", "--mount")
    if prefix:
        prefix = [*prefix, "sh", "-c", READ_ONLY, str(copy)]
        name = "studio from a read-only folder"
    _selftest(trials, name, [str(copy / f"gesso{SUFFIX}")], environment, prefix or None)


def main() -> int:
    """Build, measure, try."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "package")
    parser.add_argument("--keep", action="store_true", help="try what was built before")
    parser.add_argument("--archive", action="store_true", help="pack it into one file as well")
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    app = out / "dist" / "gesso" if arguments.keep else build(out)
    sizes(app)
    if arguments.archive:
        archive(app, out)
    # Beside the application, so that a copy of it can be made of links.
    with tempfile.TemporaryDirectory(prefix="trials-", dir=out) as folder:
        trials = Trials(Path(folder), out)
        try_out(app, trials)
    print(f"failed: {', '.join(trials.failed)}" if trials.failed else "everything worked")
    return 1 if trials.failed else 0


if __name__ == "__main__":
    sys.exit(main())
