"""Whose work the packaged application carries, and under which terms.

PyInstaller knows every file it collects. Each is traced to the Python distribution that installed
it, to Python itself, or to a package of the build machine's system, and their licence texts are
put into one file, THIRD-PARTY.txt.
"""

from __future__ import annotations

import functools
import importlib.metadata
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from importlib.metadata import Distribution
from pathlib import Path

APART = ("gesso", "pyinstaller")
"""Ours, and what has a section of its own."""

LICENCE_NAMES = (
    "LICENSE", "LICENCE", "COPYING", "NOTICE", "THIRDPARTY", "THIRD-PARTY", "THIRD_PARTY",
)  # fmt: skip
NEVER_LICENCES = (".py", ".pyc", ".so", ".h", ".dll")
RULE = "=" * 100
LGPL = ("LGPL-3.0-only", "GPL-3.0-only")

HEAD = """Gesso itself stands under the Apache License 2.0, in the file LICENSE beside this one.
This package also carries the work of others, listed here with their terms in full.

Qt and PySide6
--------------
The studio uses Qt and PySide6 (Qt for Python) under the GNU Lesser General Public License,
version 3. Both are unchanged, as The Qt Company publishes them in the packages PySide6_Essentials
and shiboken6 of the versions below; their source is at https://download.qt.io/official_releases/
under qt/ and QtForPython/. They are shared libraries of their own in _internal/PySide6 and
_internal/shiboken6. You may replace them: put libraries of the same names, built from sources of
your own with a compatible interface, in their places. Nothing checks them. You may study how
Gesso works together with them, take it apart for that, and build it again from its source, which
is free: see docs/packaging.md there.
"""


def notices(sources: Iterable[Path], licences: Path) -> str:
    """Return the text of THIRD-PARTY.txt.

    Args:
        sources: where the packaged files come from on the build machine.
        licences: folder of licence texts that distributions do not bring themselves.
    """
    sources = list(sources)
    sections = [_python_section(), _bootloader_section()]
    sections += [_distribution_section(found) for found in distributions_of(sources)]
    for package, files in sorted(system_packages(sources).items()):
        sections.append(_system_section(package, files))
    for name in LGPL:
        sections.append((name, "full text", (licences / f"{name}.txt").read_text("utf-8")))
    listing = "\n".join(f"  {title:44} {terms}" for title, terms, _ in sections)
    texts = [
        f"{RULE}\n{title}: {terms}\n{RULE}\n\n{text.strip()}\n" for title, terms, text in sections
    ]
    return "\n".join([HEAD, "Contents\n--------", listing, "", *texts])


def distribution_names(sources: Iterable[Path]) -> list[str]:
    """Return the names of the distributions that `sources` belong to, in alphabetical order."""
    return [found.metadata["Name"] for found in distributions_of(sources)]


def distributions_of(sources: Iterable[Path]) -> list[Distribution]:
    """Return the distributions that installed `sources`, Gesso itself left out."""
    owners = _owners()
    found: dict[str, Distribution] = {}
    for source in sources:
        owner = owners.get(_plain(source))
        if owner is not None and owner.metadata["Name"].lower() not in APART:
            found[owner.metadata["Name"].lower()] = owner
    return [found[name] for name in sorted(found)]


@functools.cache
def _owners() -> dict[str, Distribution]:
    return {
        _plain(Path(str(found.locate_file(file)))): found
        for found in importlib.metadata.distributions()
        for file in found.files or ()
        if ".dist-info" not in str(file)
    }


def _plain(path: Path) -> str:
    return os.path.normcase(os.path.normpath(path))


def licence_files(found: Distribution) -> list[Path]:
    """Return the files of a distribution that state its terms, wherever it keeps them."""
    paths = []
    for file in found.files or ():
        path = Path(str(found.locate_file(file)))
        name = path.name.upper()
        if name.startswith(LICENCE_NAMES) and path.suffix not in NEVER_LICENCES and path.is_file():
            paths.append(path)
    return paths


def _distribution_section(found: Distribution) -> tuple[str, str, str]:
    about = found.metadata
    given = about["License-Expression"] or about["License"] or ""
    terms = given.splitlines()[0][:100] if given else "see below"
    texts = [path.read_text("utf-8", errors="replace") for path in licence_files(found)]
    if not texts:
        where = "; its text stands at the end" if "LGPL" in terms else ""
        url = about["Home-page"] or next(iter(about.get_all("Project-URL") or []), "")
        texts = [f"{about['Summary'] or ''}\nTerms: {terms}{where}.\n{url}"]
    return f"{about['Name']} {found.version}", terms, "\n\n".join(texts)


def _python_section() -> tuple[str, str, str]:
    candidates = [
        Path(sysconfig.get_paths()["stdlib"]) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{sys.version_info[0]}.{sys.version_info[1]}/copyright"),
    ]
    text = next((path.read_text("utf-8") for path in candidates if path.is_file()), "")
    title = f"Python {sys.version.split()[0]}"
    return title, "PSF-2.0", text or "https://docs.python.org/3/license.html"


def _bootloader_section() -> tuple[str, str, str]:
    found = importlib.metadata.distribution("pyinstaller")
    text = (
        "The two small programs that start Gesso come from PyInstaller, whose licence makes an "
        "exception for them: they may be part of programs under any terms."
    )
    terms = [path.read_text("utf-8", errors="replace") for path in licence_files(found)]
    text = "\n\n".join([text, *terms])
    return f"PyInstaller {found.version}, bootloader", "GPL-2.0-or-later with exception", text


def system_packages(sources: Iterable[Path]) -> dict[str, list[str]]:
    """Return package -> files of the system's libraries among `sources`; empty off Debian."""
    tool = shutil.which("dpkg")
    if tool is None:
        return {}
    roots = [_plain(Path(sys.base_prefix)), _plain(Path(sys.prefix))]
    owners = _owners()
    packages: dict[str, list[str]] = {}
    for source in sorted(set(sources)):
        plain = _plain(source)
        if plain in owners or any(plain.startswith(root + os.sep) for root in roots):
            continue
        if ".so" not in source.name:
            continue
        # Where /lib is a link to /usr/lib, the package may know the file by either name.
        names = dict.fromkeys([plain, str(source.resolve()), plain.removeprefix("/usr")])
        done = subprocess.run([tool, "-S", *names], capture_output=True, text=True, check=False)
        owner = done.stdout.split(": ")[0].split(":")[0].split(",")[0] if done.stdout else "unknown"
        packages.setdefault(owner, []).append(source.name)
    return packages


def _system_section(package: str, files: list[str]) -> tuple[str, str, str]:
    text = f"Libraries of the system that this package was built on: {', '.join(files)}\n\n"
    path = Path("/usr/share/doc") / package / "copyright"
    if path.is_file():
        text += path.read_text("utf-8", errors="replace")
    return f"{package} (Debian)", "see below", text
