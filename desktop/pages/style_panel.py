"""The panel beside the canvas: the form, what a run will take, and the button that starts it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop import widgets
from desktop.document.model import Document
from desktop.forms.asset_field import MaskField
from desktop.forms.param_form import ParamForm
from desktop.forms.style_blend import StyleBlend
from desktop.forms.style_card import StyleFace
from desktop.i18n import tr, tr_data
from desktop.pages.style_masks import WHOLE
from desktop.pages.style_strip import StyleCard
from desktop.theme import tokens
from engine.api import EngineError, Estimate, LiveResult, ParameterError, StylizeParams


class StylePanel(QFrame):
    """Edits the settings of the style canvas; holds no state but what it shows.

    Signals:
        changed: (field, value, is_final) as `ParamForm` tells it.
        gesture_started, gesture_ended: name of the field that is dragged.
        mask_wanted: (target, "paint" | "invert" | "clear").
        files_wanted: paths dropped on the blend.
        run_wanted: the button below.
    """

    changed = Signal(str, object, bool)
    gesture_started = Signal(str)
    gesture_ended = Signal(str)
    mask_wanted = Signal(int, str)
    files_wanted = Signal(list)
    run_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAccessibleName(tr("Settings"))
        self._faces: dict[str, StyleFace] = {}
        self._is_running = False
        self.form = ParamForm(StylizeParams, leave_out=("content",))
        self.form.changed.connect(self.changed)
        self.form.gesture_started.connect(self.gesture_started)
        self.form.gesture_ended.connect(self.gesture_ended)
        self.form.intent.connect(self._on_intent)
        inner = QWidget()
        inner_layout = widgets.column(inner, margin="space-l")
        inner_layout.addWidget(self.form)
        scroll = QScrollArea(self)
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(widgets.rule())
        layout.addLayout(self._make_footer())
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 46)

    def _make_footer(self) -> QVBoxLayout:
        footer = widgets.column(gap="space-s")
        edge = tokens().size("space-l")
        footer.setContentsMargins(edge, tokens().size("space-m"), edge, edge)
        facts = QHBoxLayout()
        self._estimate = QLabel()
        self._estimate.setProperty("role", "caption")
        self._estimate.setAccessibleName(tr("What a run will take"))
        self._live = QLabel()
        self._live.setProperty("role", "caption")
        self._live.setAlignment(Qt.AlignmentFlag.AlignRight)
        facts.addWidget(self._estimate, 1)
        facts.addWidget(self._live)
        self._problem = QLabel()
        self._problem.setProperty("role", "error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self.run_button = widgets.button(tr("Paint"), "primary", "run")
        self.run_button.setToolTip(tr("Repaint the picture in full size.") + "  Ctrl+Enter")
        self.run_button.clicked.connect(self._on_button)
        footer.addWidget(self._problem)
        footer.addLayout(facts)
        footer.addWidget(self.run_button)
        return footer

    # -- what is shown ----------------------------------------------------------------------------

    def show_document(self, document: Document) -> None:
        """Show the settings of `document`."""
        try:
            self.form.set_values(document.params)
        except EngineError as error:
            self.show_problem(str(error))
        else:
            self.show_problem("")

    def set_cards(self, cards: tuple[StyleCard, ...], pictures: dict[str, QImage]) -> None:
        """Say what styles are called and look like."""
        self._faces = {
            card.style: StyleFace(card.title, pictures.get(card.style, QImage())) for card in cards
        }
        blend = self.form.widget("styles")
        if isinstance(blend, StyleBlend):
            blend.set_faces(self._face)

    def _face(self, style: str) -> StyleFace:
        known = self._faces.get(style)
        if known is not None:
            return known
        kind, _, key = style.partition(":")
        return StyleFace(tr("Picture") if kind == "picture" else key.capitalize(), QImage())

    def show_estimate(self, estimate: Estimate | None) -> None:
        """Show what a run will take; None if it cannot be said."""
        if estimate is None:
            self._estimate.setText("")
            return
        text = f"≈ {_seconds(estimate.seconds)} · {_megabytes(estimate.peak_mb)}"
        if not estimate.runs:
            text += "  " + tr("(a guess)")
        self._estimate.setText(text)
        self._estimate.setToolTip(tr_data(estimate.note))

    def show_preview(self, result: LiveResult) -> None:
        """Say how long the preview took."""
        self._live.setText(tr("preview {ms} ms", ms=round(result.seconds * 1000)))
        self._live.setToolTip("\n".join(ran.summary() for ran in result.ran))
        self.show_problem("")

    def show_live(self, is_busy: bool) -> None:
        """Say that a preview is awaited, once that takes longer than a glance."""
        if is_busy and not self._live.text():
            self._live.setText(tr("preview …"))

    def show_problem(self, text: str) -> None:
        """Show one sentence above the button; empty takes it away."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def show_parameter_error(self, error: ParameterError) -> None:
        """Show an error below its field."""
        self.form.show_error(error)

    def show_mask_thumbnail(self, image: QImage) -> None:
        """Show the mask beside its buttons."""
        field = self.form.widget("mask")
        if isinstance(field, MaskField):
            field.set_thumbnail(image)

    def show_mask_target(self, target: int | None) -> None:
        """Say which mask is being painted."""
        if target is None:
            self._live.setText("")
        elif target == WHOLE:
            self._live.setText(tr("painting the mask"))
        else:
            self._live.setText(tr("painting the mask of style {number}", number=target + 1))

    def set_running(self, is_running: bool) -> None:
        """Turn the button into Stop and back."""
        if is_running != self._is_running:
            self._is_running = is_running
            self.run_button.setText(tr("Paint again") if is_running else tr("Paint"))

    def set_runnable(self, is_runnable: bool) -> None:
        """Enable the button while there is a picture and a style."""
        self.run_button.setEnabled(is_runnable)

    # -- what is told -----------------------------------------------------------------------------

    @Slot()
    def _on_button(self) -> None:
        self.run_wanted.emit()

    @Slot(str, str, object)
    def _on_intent(self, name: str, verb: str, argument: Any) -> None:
        if name == "styles" and verb == "mask":
            self.mask_wanted.emit(int(argument), "paint")
        elif name == "styles" and verb == "files":
            self.files_wanted.emit(list(argument))
        elif name == "mask":
            self.mask_wanted.emit(WHOLE, verb)


def _seconds(seconds: float) -> str:
    if seconds < 10:
        return tr("{seconds} s", seconds=f"{seconds:.1f}")
    if seconds < 90:
        return tr("{seconds} s", seconds=round(seconds))
    return tr("{minutes} min", minutes=round(seconds / 60))


def _megabytes(megabytes: float) -> str:
    if megabytes < 1000:
        return f"{max(10, round(megabytes / 10) * 10)} MB"
    return f"{megabytes / 1000:.1f} GB"
