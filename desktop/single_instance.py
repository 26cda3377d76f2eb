"""One window per user and home folder: a second start hands its files to the first and ends."""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger(__name__)

_TIMEOUT_MS = 1000
_LIMIT_BYTES = 1_000_000


def socket_name(state_folder: Path) -> str:
    """Return the name under which the window of this user and this folder listens."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    digest = hashlib.sha256(f"{user}\0{state_folder}".encode()).hexdigest()
    return f"gesso-{digest[:20]}"


def hand_over(name: str, files: Sequence[Path]) -> bool:
    """Give `files` to a running window; return False if there is none."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_TIMEOUT_MS):
        return False
    socket.write(json.dumps([str(path.absolute()) for path in files]).encode() + b"\n")
    socket.waitForBytesWritten(_TIMEOUT_MS)
    # The answer shows that somebody is alive behind the name.
    answered = socket.waitForReadyRead(_TIMEOUT_MS) and bytes(socket.readAll().data()) == b"ok\n"
    socket.disconnectFromServer()
    return answered


class SingleInstance(QObject):
    """Listens for later starts.

    Signals:
        files_given: a list of paths; empty when somebody only started Gesso again.
    """

    files_given = Signal(list)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._buffers: dict[QLocalSocket, bytes] = {}
        self._server.newConnection.connect(self._welcome)
        if not self._server.listen(name):
            # What a crashed window left behind; a living one would have answered `hand_over`.
            QLocalServer.removeServer(name)
            if not self._server.listen(name):
                log.info("later starts cannot be heard: %s", self._server.errorString())

    @property
    def is_listening(self) -> bool:
        """Whether later starts are heard."""
        return self._server.isListening()

    @Slot()
    def _welcome(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            self._buffers[socket] = b""
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(self._leave)

    @Slot()
    def _read(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QLocalSocket) or socket not in self._buffers:
            return
        data = self._buffers[socket] + bytes(socket.readAll().data())
        self._buffers[socket] = data
        if len(data) > _LIMIT_BYTES:
            socket.abort()
            return
        if not data.endswith(b"\n"):
            return
        self._buffers[socket] = b""
        socket.write(b"ok\n")
        socket.flush()
        with contextlib.suppress(ValueError):
            names = json.loads(data)
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                self.files_given.emit([Path(name) for name in names])

    @Slot()
    def _leave(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._buffers.pop(socket, None)
            socket.deleteLater()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()
