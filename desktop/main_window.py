"""The window: rail, page, panel of jobs, one bar on top; it knows pages by their contract alone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
    QUndoGroup,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QMenuBar,
    QSplitter,
    QStackedWidget,
    QWidget,
)

from desktop import widgets, window_actions
from desktop.actions import ActionSet
from desktop.announcer import Announcer
from desktop.dialogs.opener import WindowDialogs
from desktop.engine_link.device_chip import DeviceChip
from desktop.engine_link.job_button import JobButton
from desktop.engine_link.job_model import JobModel
from desktop.engine_link.job_panel import JobPanel
from desktop.i18n import tr
from desktop.menus import Menus
from desktop.notifications import Toaster
from desktop.page_frame import PageFrame
from desktop.pages.page import Page
from desktop.palette import CommandPalette
from desktop.palette_entries import palette_entries
from desktop.rail import Rail
from desktop.theme import tokens
from desktop.top_bar import TopBar
from desktop.window_parts import WindowParts, fits_on_screen, next_focus, read_state, write_state
from engine.api import JobState


class MainWindow(QMainWindow):
    """The studio.

    Signals:
        closed: the window has closed and everything is written.
    """

    closed = Signal()

    def __init__(self, parts: WindowParts, pages: Sequence[Page]) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self._parts = parts
        self._pages = {page.id: page for page in pages}
        self._page: Page | None = None
        self._undo_group = QUndoGroup(self)
        self.actions_ = ActionSet(self)
        self.job_model = JobModel(parts.bridge, self)
        self.chip = DeviceChip(parts.bridge)
        self.job_button = JobButton(self.job_model)
        dialogs = WindowDialogs(parts, self.actions_, self.chip, self)
        self.actions_.add(window_actions.window_actions(self, dialogs))
        self.job_panel = JobPanel(parts.bridge, self.job_model)
        self._build(pages)
        self.toaster = Toaster(self._centre, self._canvas_area)
        self.toaster.follow(self._stack, *pages)
        self.palette_ = CommandPalette(self._centre)
        self.announcer = Announcer(parts, self.toaster, self.chip, self)
        self._connect(pages)
        self._restore()

    # -- building ---------------------------------------------------------------------------------

    def _build(self, pages: Sequence[Page]) -> None:
        actions = self.actions_
        bar = QMenuBar()
        self.menus = Menus(bar, actions, self._parts.settings, self._open_recent)
        self.top_bar = TopBar(
            bar,
            actions.q_action("edit.undo"),
            actions.q_action("edit.redo"),
            self.chip,
            self.job_button,
        )
        self.setMenuWidget(self.top_bar)
        switches = [
            actions.q_action(name)
            for name in ("window.palette", "window.theme", "edit.preferences")
        ]
        self.rail = Rail(pages, switches)
        self._stack = QStackedWidget()
        self._frames = {page.id: PageFrame(page) for page in pages}
        for frame in self._frames.values():
            self._stack.addWidget(frame)
        if not pages:
            self._stack.addWidget(
                widgets.EmptyState("palette", tr("No canvas here"), tr("This copy has no canvas."))
            )
        self._outer = QSplitter(Qt.Orientation.Horizontal)
        self._outer.setHandleWidth(1)
        self._outer.setChildrenCollapsible(False)
        self._outer.addWidget(self._stack)
        self._outer.addWidget(self.job_panel)
        self._outer.setStretchFactor(0, 1)
        self._outer.setStretchFactor(1, 0)
        self.job_panel.hide()
        self._centre = QWidget()
        layout = widgets.row(self._centre, gap="")
        layout.addWidget(self.rail)
        layout.addWidget(self._outer, 1)
        self.setCentralWidget(self._centre)

    def _connect(self, pages: Sequence[Page]) -> None:
        self.rail.chosen.connect(self.show_page)
        self.announcer.result_wanted.connect(self.show_result)
        self.announcer.job_wanted.connect(self.reveal_job)
        self.job_button.clicked.connect(self.toggle_jobs)
        self.job_panel.closed.connect(self.toggle_jobs)
        self.job_panel.shown.connect(self.show_result)
        self.top_bar.zoom_button.clicked.connect(self._toggle_zoom)
        self._undo_group.canUndoChanged.connect(self._refresh_conditions)
        self._undo_group.canRedoChanged.connect(self._refresh_conditions)
        self._undo_group.undoTextChanged.connect(self._refresh_undo_text)
        self._undo_group.redoTextChanged.connect(self._refresh_undo_text)
        bridge = self._parts.bridge
        bridge.job_changed.connect(self._refresh_conditions)
        bridge.job_removed.connect(self._refresh_conditions)
        self._parts.wardrobe.changed.connect(self._redress)
        for number, page in enumerate(pages, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+Alt+{number}"), self)
            shortcut.activated.connect(lambda page_id=page.id: self.show_page(page_id))
            tab = QShortcut(QKeySequence(Qt.Key.Key_Tab), page)
            tab.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            tab.activated.connect(self._toggle_panels)
            page.document_changed.connect(self._refresh_title)
            page.conditions_changed.connect(self._refresh_conditions)
            page.zoom_changed.connect(self.top_bar.show_zoom)
            page.notice.connect(self._tell)
            page.opened.connect(self._note_recent)
            stack = page.undo_stack()
            if stack is not None:
                self._undo_group.addStack(stack)

    # -- pages ------------------------------------------------------------------------------------

    def _canvas_area(self) -> QRect:
        """Return where the canvas lies, in the coordinates of the central widget."""
        shown = self._page if self._page is not None else self._stack
        return QRect(shown.mapTo(self._centre, QPoint(0, 0)), shown.size())

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    @Slot(str)
    def show_page(self, page_id: str) -> None:
        """Bring a page to the front; its actions replace those of the page before."""
        page = self._pages.get(page_id)
        if page is None or page is self._page:
            return
        if self._page is not None:
            self.actions_.remove(bound.action.id for bound in self._page.actions())
        self._page = page
        self._stack.setCurrentWidget(self._frames[page_id])
        self.rail.show_current(page_id)
        self.actions_.add(page.actions())
        self._undo_group.setActiveStack(page.undo_stack())  # type: ignore[arg-type]
        self.top_bar.show_zoom(0)
        self._refresh_conditions()
        self._refresh_title()
        page.setFocus(Qt.FocusReason.OtherFocusReason)
        page.activate()

    def open_files(self, paths: Sequence[Path]) -> None:
        """Open files in the page that is shown, and come to the front."""
        if paths and self._page is not None:
            self._page.open_files(paths)
        if self.isMinimized():
            self.showNormal()
        self.raise_()
        self.activateWindow()

    @Slot(str)
    def show_result(self, job_id: str) -> None:
        """Show what a job made."""
        if self._page is not None:
            self._page.show_result(job_id)

    @Slot()
    def _refresh_conditions(self) -> None:
        conditions = set(self._page.conditions()) if self._page is not None else set()
        if self._undo_group.canUndo():
            conditions.add("can-undo")
        if self._undo_group.canRedo():
            conditions.add("can-redo")
        if any(job.state is JobState.RUNNING for job in self._parts.bridge.jobs()):
            conditions.add("is-running")
        if conditions != self.actions_.conditions:
            self.actions_.set_conditions(conditions)

    @Slot()
    def _refresh_undo_text(self) -> None:
        for name, words, text in (
            ("edit.undo", tr("&Undo"), self._undo_group.undoText()),
            ("edit.redo", tr("&Redo"), self._undo_group.redoText()),
        ):
            action = self.actions_.q_action(name)
            action.setText(f"{words} {text}".strip())
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{words.replace('&', '')} {text}".strip() + f"  {keys}")

    @Slot()
    def _refresh_title(self) -> None:
        title = self._page.document_title() if self._page is not None else ""
        is_modified = self._page is not None and self._page.is_modified()
        self.top_bar.show_title(title, is_modified=is_modified)
        self.setWindowTitle(f"{title}[*] – Gesso" if title else "Gesso[*]")
        self.setWindowModified(is_modified)

    # -- what actions do --------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Choose files and open them."""
        if self._page is None:
            return
        recent = self._parts.settings.value.recent
        folder = str(Path(recent[0]).parent) if recent else ""
        names, _ = QFileDialog.getOpenFileNames(self, tr("Open"), folder, self._page.file_filter())
        self.open_files([Path(name) for name in names])

    def _open_recent(self, path: Path) -> None:
        self.open_files([path])

    @Slot(str)
    def _note_recent(self, path: str) -> None:
        settings = self._parts.settings
        settings.put(settings.value.with_recent(path))

    def undo(self) -> None:
        """Take the last step back."""
        self._undo_group.undo()

    def redo(self) -> None:
        """Take it again."""
        self._undo_group.redo()

    def open_palette(self) -> None:
        """Show the command palette."""
        recent = [Path(name) for name in self._parts.settings.value.recent]
        pages = tuple(self._pages.values())
        self.palette_.open_with(palette_entries(self.actions_, pages, recent, self._open_recent))

    @Slot()
    def toggle_jobs(self) -> None:
        """Show or hide the jobs."""
        self._show_jobs(shown=self.job_panel.isHidden())

    def _show_jobs(self, *, shown: bool) -> None:
        self.job_panel.setVisible(shown)
        self.job_button.setChecked(shown)

    @Slot()
    def _toggle_panels(self) -> None:
        self.actions_.q_action("window.panels").toggle()

    def hide_panels(self, hidden: bool) -> None:
        """Hide or show everything but the canvas."""
        self.rail.setHidden(hidden)
        for frame in self._frames.values():
            frame.set_panels_visible(not hidden)
        if hidden:
            self._show_jobs(shown=False)

    def focus_next_pane(self) -> None:
        """Move the focus to the next part of the window."""
        panes: list[QWidget] = [self.rail]
        if self._page is not None:
            panes.extend(self._frames[self._page.id].panes())
        panes.append(self.job_panel)
        panes = [pane for pane in panes if pane.isVisible()]
        target = next_focus(panes, self.focusWidget())
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_full_screen(self, full: bool) -> None:
        """Fill the screen, or not."""
        if full:
            self.showFullScreen()
        elif self.isFullScreen():
            self.showNormal()

    def switch_theme(self) -> None:
        """Dark to light, and back."""
        self._parts.settings.change(theme="light" if tokens().is_dark else "dark")

    @Slot()
    def _redress(self) -> None:
        for widget in self.findChildren(QWidget):
            widget.update()

    @Slot()
    def _toggle_zoom(self) -> None:
        wanted = "view.fit" if self.top_bar.zoom_button.text() == "100 %" else "view.actual"
        if any(action.id == wanted for action in self.actions_.all()):
            self.actions_.trigger(wanted)

    # -- telling ----------------------------------------------------------------------------------

    @Slot(str, str)
    def _tell(self, text: str, kind: str) -> None:
        self.toaster.show(text, kind)

    @Slot(str)
    def reveal_job(self, job_id: str) -> None:
        """Show the jobs with one of them selected."""
        self._show_jobs(shown=True)
        self.job_panel.select(job_id)

    # -- files dropped on the window --------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the files."""
        urls = event.mimeData().urls()
        paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open_files(paths)

    # -- remembering ------------------------------------------------------------------------------

    @property
    def _state_file(self) -> Path:
        return self._parts.folders.state / "window.json"

    def save_state(self) -> None:
        """Write where everything is; a failure is logged and stops nothing."""
        state = {
            "geometry": base64.b64encode(self.saveGeometry().data()).decode(),
            "page": self._page.id if self._page is not None else "",
            "jobs": self.job_panel.isVisible(),
            "outer": self._outer.sizes(),
            "frames": {key: frame.save_state() for key, frame in self._frames.items()},
            "pages": {key: page.save_state() for key, page in self._pages.items()},
        }
        write_state(self._state_file, state)

    def present(self) -> None:
        """Show the window as it was, or at a size that its screen has room for."""
        if self._has_place or fits_on_screen(self):
            self.show()
        else:
            self.showMaximized()

    def _restore(self) -> None:
        state = read_state(self._state_file)
        geometry = state.get("geometry")
        self._has_place = isinstance(geometry, str) and self.restoreGeometry(
            QByteArray.fromBase64(geometry.encode())
        )
        for key, owners in (("frames", self._frames), ("pages", self._pages)):
            saved = state.get(key)
            for page_id, owner in owners.items():
                part = saved.get(page_id) if isinstance(saved, dict) else None
                if isinstance(part, dict):
                    owner.restore_state(part)
        if state.get("jobs") is True:
            self._show_jobs(shown=True)
        first = next(iter(self._pages), "")
        wanted = state.get("page")
        self.show_page(wanted if wanted in self._pages else first)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask the pages, write everything, then go."""
        if not all(page.can_close() for page in self._pages.values()):
            event.ignore()
            return
        self.save_state()
        for page in self._pages.values():
            page.shut_down()
        self.toaster.clear()
        event.accept()
        self.closed.emit()
