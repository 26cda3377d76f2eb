"""Live editing: a change of the form becomes a small picture without a click."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from desktop.canvas.convert import image_from_rgba
from desktop.engine_link.bridge import EngineBridge
from engine.api import EngineError, LiveResult, RunOptions, TaskParams

PREVIEW_PX = 512
"""Long side of a preview: small enough to follow a slider on two processor cores."""

SETTLE_MS = 12
"""A burst of changes within one frame asks once."""


class LiveLoop(QObject):
    """Asks the engine for a preview of the newest parameters, one request at a time.

    Signals:
        previewed: (QImage, LiveResult) of the newest parameters that were answered.
        failed: one sentence; the parameters cannot be shown.
        busy_changed: whether an answer is awaited.
    """

    previewed = Signal(QImage, object)
    failed = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, bridge: EngineBridge, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._key = key
        self._wanted: TaskParams | None = None
        self._asked: TaskParams | None = None
        self._serial = 0
        self._is_busy = False
        self._options = RunOptions()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._ask)
        bridge.live_result.connect(self._on_result)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is awaited."""
        return self._is_busy

    def want(self, params: TaskParams | None, options: RunOptions) -> None:
        """Have these parameters previewed; None stops."""
        self._options = msgspec.structs.replace(options, preview_px=PREVIEW_PX)
        if params is None:
            self.stop()
            return
        self._wanted = params
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Want nothing more; what is still answered is not shown."""
        self._timer.stop()
        self._wanted = None
        self._asked = None
        self._set_busy(False)

    def forget(self) -> None:
        """Ask anew even if the parameters stay the same: what they refer to has changed."""
        self._asked = None

    @Slot()
    def _ask(self) -> None:
        if self._wanted is None or self._wanted == self._asked:
            return
        self._asked = self._wanted
        try:
            self._serial = self._bridge.engine.live(self._key, self._wanted, self._options)
        except EngineError as error:
            self.failed.emit(str(error))
            return
        self._set_busy(True)

    @Slot(object)
    def _on_result(self, result: LiveResult) -> None:
        if result.key != self._key or self._wanted is None:
            return
        is_newest = result.serial >= self._serial
        if is_newest:
            self._set_busy(False)
        if result.error:
            if is_newest:
                self.failed.emit(result.error)
            return
        image = image_from_rgba(result.rgba, result.width, result.height)
        self.previewed.emit(image, result)

    def _set_busy(self, is_busy: bool) -> None:
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self.busy_changed.emit(is_busy)
