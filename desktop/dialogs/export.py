"""How a result leaves the studio: format, quality, depth, and what the file says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)

from desktop import widgets
from desktop.i18n import mark, tr, tr_data
from engine.api import ExportDepth, ExportFormat, ExportMetadata, ExportOptions, ExportProfile

_FORMATS = (
    (ExportFormat.PNG, "PNG", ".png"),
    (ExportFormat.JPEG, "JPEG", ".jpg"),
    (ExportFormat.WEBP, "WebP", ".webp"),
    (ExportFormat.TIFF, "TIFF", ".tif"),
)
_DEPTHS = (
    (ExportDepth.AUTO, mark("As the result")),
    (ExportDepth.EIGHT, mark("8 bit")),
    (ExportDepth.SIXTEEN, mark("16 bit")),
)
_METADATA = (
    (ExportMetadata.FULL, mark("Recipe and origin"), mark("The file can be opened to go on.")),
    (
        ExportMetadata.PROVENANCE,
        mark("Origin only"),
        mark("Says that a trained model took part, and no more."),
    ),
    (
        ExportMetadata.NONE,
        mark("Nothing"),
        mark("No recipe, no origin, no camera data. For a client's copy."),
    ),
)
_HAS_SIXTEEN = frozenset({ExportFormat.PNG, ExportFormat.TIFF})
_HAS_QUALITY = frozenset({ExportFormat.JPEG, ExportFormat.WEBP})


@dataclass(frozen=True)
class ExportAnswer:
    """Where to and how.

    Attributes:
        target: the file; its suffix fits the format.
        options: how to write it.
    """

    target: Path
    options: ExportOptions


class ExportDialog(QDialog):
    """Asks how to write a result."""

    def __init__(
        self,
        name: str,
        size: tuple[int, int],
        last: ExportAnswer | None,
        folder: Path,
        *,
        embed_recipe: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        options = (
            last.options
            if last is not None
            else ExportOptions(
                metadata=ExportMetadata.FULL if embed_recipe else ExportMetadata.PROVENANCE
            )
        )
        self._folder = last.target.parent if last is not None else folder
        self._size = size
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self._build(name, options)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel
        )
        save = buttons.button(QDialogButtonBox.StandardButton.Save)
        save.setText(tr("Export"))
        save.setProperty("kind", "primary")
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = widgets.column(self, margin="space-xl", gap="space-l")
        layout.addLayout(self._grid)
        layout.addStretch(1)
        layout.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("0") * 66)
        self._refresh()

    def _build(self, name: str, options: ExportOptions) -> None:
        self.name = QLineEdit(name)
        self._add(tr("Name"), self.name)
        holder = QWidget()
        row = widgets.row(holder)
        self.place = QLabel(str(self._folder))
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        choose = widgets.button(tr("Choose…"), "", "folder")
        choose.clicked.connect(self._choose_folder)
        row.addWidget(self.place, 1)
        row.addWidget(choose)
        self._add(tr("Folder"), holder)
        self.format_box = QComboBox()
        for value, title, _ in _FORMATS:
            self.format_box.addItem(title, value.value)
        self.format_box.setCurrentIndex(self.format_box.findData(options.format.value))
        self.format_box.currentIndexChanged.connect(self._refresh)
        self._add(tr("Format"), self.format_box)
        holder = QWidget()
        row = widgets.row(holder)
        self.quality = QSlider(Qt.Orientation.Horizontal)
        self.quality.setRange(1, 100)
        self.quality.setValue(options.quality)
        self.quality.setAccessibleName(tr("Quality"))
        self._quality_text = QLabel(str(options.quality))
        self.quality.valueChanged.connect(self._quality_text.setNum)
        row.addWidget(self.quality, 1)
        row.addWidget(self._quality_text)
        self._add(tr("Quality"), holder)
        self.depth_box = QComboBox()
        for depth, title in _DEPTHS:
            self.depth_box.addItem(tr_data(title), depth.value)
        self.depth_box.setCurrentIndex(self.depth_box.findData(options.depth.value))
        self._add(tr("Bit depth"), self.depth_box)
        self.size_box = QSpinBox()
        self.size_box.setRange(0, 65535)
        self.size_box.setSuffix(" px")
        self.size_box.setSpecialValueText(f"{self._size[0]} × {self._size[1]} px")
        self.size_box.setValue(options.size)
        self._add(tr("Long side"), self.size_box)
        self.profile = QComboBox()
        self.profile.addItem(tr("As the photograph"), ExportProfile.KEEP.value)
        self.profile.addItem("sRGB", ExportProfile.SRGB.value)
        self.profile.setCurrentIndex(self.profile.findData(options.icc.value))
        self._add(tr("Colour profile"), self.profile)
        self.metadata = QComboBox()
        for kind, title, _ in _METADATA:
            self.metadata.addItem(tr_data(title), kind.value)
        self.metadata.setCurrentIndex(self.metadata.findData(options.metadata.value))
        self.metadata.currentIndexChanged.connect(self._refresh)
        self._add(tr("In the file"), self.metadata)
        self._metadata_help = widgets.label("", "caption", wrap=True)
        self._grid.addWidget(self._metadata_help, self._grid.rowCount(), 1)

    def _add(self, title: str, field: QWidget) -> None:
        line = self._grid.rowCount()
        label = widgets.label(title)
        label.setBuddy(field)
        field.setAccessibleName(title)
        self._grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(field, line, 1)

    @Slot()
    def _refresh(self) -> None:
        chosen = ExportFormat(self.format_box.currentData())
        self.quality.setEnabled(chosen in _HAS_QUALITY)
        self._quality_text.setEnabled(chosen in _HAS_QUALITY)
        self.depth_box.setEnabled(chosen in _HAS_SIXTEEN)
        kind = ExportMetadata(self.metadata.currentData())
        text = next(text for value, _, text in _METADATA if value is kind)
        self._metadata_help.setText(tr_data(text))

    @Slot()
    def _choose_folder(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Folder"), str(self._folder))
        if folder:
            self._folder = Path(folder)
            self.place.setText(folder)

    def answer(self) -> ExportAnswer:
        """Return what the fields say."""
        chosen = ExportFormat(self.format_box.currentData())
        suffix = next(suffix for value, _, suffix in _FORMATS if value is chosen)
        options = ExportOptions(
            format=chosen,
            quality=self.quality.value(),
            depth=ExportDepth(self.depth_box.currentData())
            if chosen in _HAS_SIXTEEN
            else ExportDepth.AUTO,
            metadata=ExportMetadata(self.metadata.currentData()),
            size=self.size_box.value(),
            icc=ExportProfile(self.profile.currentData()),
        )
        name = self.name.text().strip() or tr("Untitled")
        return ExportAnswer(self._folder / f"{name}{suffix}", options)

    @classmethod
    def ask(
        cls,
        name: str,
        size: tuple[int, int],
        last: ExportAnswer | None,
        folder: Path,
        *,
        embed_recipe: bool = True,
        parent: QWidget | None = None,
    ) -> ExportAnswer | None:
        """Show the dialog and return the answer, or None after Cancel."""
        dialog = cls(name, size, last, folder, embed_recipe=embed_recipe, parent=parent)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        answer = dialog.answer() if accepted else None
        dialog.deleteLater()
        return answer
