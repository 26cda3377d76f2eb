"""Where Gesso's files lie: its own resources, and the folders of the user.

Configuration, data, cache and state are kept apart as each system wants it (platformdirs).
What the user makes goes to one Library folder that can be chosen. `GESSO_HOME` puts everything
under one folder, for tests and for a portable installation; a file `portable.txt` beside the
program does the same.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import EngineError

APP = "Gesso"
WORKER_WORD = "worker"
"""First argument of the packaged `gesso-engine` when it is to serve a host."""


def is_frozen() -> bool:
    """Return whether this is a packaged application and not a source tree."""
    return bool(getattr(sys, "frozen", False))


def program_folder() -> Path:
    """Return the folder of the program: the package's, or the root of the source tree."""
    if is_frozen():
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parent.parent


def resources() -> Path:
    """Return the folder of the files that ship with Gesso."""
    if is_frozen():
        return Path(getattr(sys, "_MEIPASS", program_folder())) / "resources"
    return program_folder() / "resources"


def forget_package_libraries() -> None:
    """Give programs that are started from here the system's libraries, not the package's.

    A packaged program is started with its own folder in front of the library path. Its own
    libraries are found without that; a browser or file manager would load ours and fail.
    """
    if not is_frozen():
        return
    os.environ.pop("QML2_IMPORT_PATH", None)  # of no use here, misleading elsewhere
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LIBPATH"):
        before = os.environ.pop(f"{name}_ORIG", None)
        if before:
            os.environ[name] = before
        elif os.environ.get(name) == str(getattr(sys, "_MEIPASS", "")):
            del os.environ[name]


@dataclass(frozen=True)
class Folders:
    """The user's folders. Nothing is created until something is written.

    Attributes:
        config: settings.
        data: models that the user added.
        cache: what can be made again: rebuilt graphs, thumbnails, compiled kernels.
        state: journal, calibration, logs, autosaved work.
        library: what the user makes.
    """

    config: Path
    data: Path
    cache: Path
    state: Path
    library: Path

    @property
    def models(self) -> Path:
        """Models that the user added."""
        return self.data / "models"

    @property
    def assets(self) -> Path:
        """The content-addressed store."""
        return self.data / "assets"

    @property
    def logs(self) -> Path:
        """Log files."""
        return self.state / "logs"

    @property
    def graphs(self) -> Path:
        """Graphs rebuilt from model files, and optimised copies of them."""
        return self.cache / "graphs"

    @property
    def scratch(self) -> Path:
        """Folders of running jobs, removed after each."""
        return self.cache / "scratch"

    @classmethod
    def under(cls, home: Path) -> Folders:
        """Return folders that all lie under `home`."""
        return cls(
            config=home / "config",
            data=home / "data",
            cache=home / "cache",
            state=home / "state",
            library=home / "library",
        )

    @classmethod
    def of_user(cls) -> Folders:
        """Return this user's folders, as the system or `GESSO_HOME` says.

        Raises:
            EngineError: the system knows no home of this user.
        """
        home = os.environ.get("GESSO_HOME")
        if home:
            return cls.under(Path(home).expanduser().resolve())
        if is_frozen() and (program_folder() / "portable.txt").exists():
            return cls.under(program_folder() / "portable")
        dirs = platformdirs.PlatformDirs(APP, appauthor=False)
        homeless = EngineError(
            "This system knows no home folder of yours.",
            hint="Set GESSO_HOME to a folder where Gesso may keep its files.",
        )
        try:
            folders = cls(
                config=Path(dirs.user_config_dir),
                data=Path(dirs.user_data_dir),
                cache=Path(dirs.user_cache_dir),
                state=Path(dirs.user_state_dir),
                library=Path(platformdirs.user_pictures_dir()) / APP,
            )
        except RuntimeError as error:
            raise homeless from error
        # Older releases of platformdirs hand "~" back, which would become a folder of that name.
        if not folders.state.is_absolute():
            raise homeless
        return folders
