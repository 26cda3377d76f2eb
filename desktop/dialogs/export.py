"""How a result leaves the studio: format, quality, depth, and what the file says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QSlider,
    QSpinBox,
    QWidget,
)

from desktop import widgets
from desktop.dialogs.form_dialog import FormDialog
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


class ExportDialog(FormDialog):
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
        super().__init__(tr("Export"), parent)
        options = (
            last.options
            if last is not None
            else ExportOptions(
                metadata=ExportMetadata.FULL if embed_recipe else ExportMetadata.PROVENANCE
            )
        )
        self._folder = last.target.parent if last is not None else folder
        self._size = size
        self._build(name, options)
        self.finish(tr("Export"), width=66)
        self._refresh()

    def _build(self, name: str, options: ExportOptions) -> None:
        self.name = QLineEdit(name)
        self.add_field(tr("Name"), self.name)
        holder = QWidget()
        row = widgets.row(holder)
        self.place = QLabel(str(self._folder))
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        choose = widgets.button(tr("Choose…"), "", "folder")
        choose.clicked.connect(self._choose_folder)
        row.addWidget(self.place, 1)
        row.addWidget(choose)
        self.add_field(tr("Folder"), holder)
        self.format_box = QComboBox()
        for value, title, _ in _FORMATS:
            self.format_box.addItem(title, value.value)
        self.format_box.setCurrentIndex(self.format_box.findData(options.format.value))
        self.format_box.currentIndexChanged.connect(self._refresh)
        self.add_field(tr("Format"), self.format_box)
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
        self.add_field(tr("Quality"), holder)
        self.depth_box = QComboBox()
        for depth, title in _DEPTHS:
            self.depth_box.addItem(tr_data(title), depth.value)
        self.depth_box.setCurrentIndex(self.depth_box.findData(options.depth.value))
        self.add_field(tr("Bit depth"), self.depth_box)
        self.size_box = QSpinBox()
        self.size_box.setRange(0, 65535)
        self.size_box.setSuffix(" px")
        self.size_box.setSpecialValueText(f"{self._size[0]} × {self._size[1]} px")
        self.size_box.setValue(options.size)
        self.add_field(tr("Long side"), self.size_box)
        self.profile = QComboBox()
        self.profile.addItem(tr("As the photograph"), ExportProfile.KEEP.value)
        self.profile.addItem("sRGB", ExportProfile.SRGB.value)
        self.profile.setCurrentIndex(self.profile.findData(options.icc.value))
        self.add_field(tr("Colour profile"), self.profile)
        self.metadata = QComboBox()
        for kind, title, _ in _METADATA:
            self.metadata.addItem(tr_data(title), kind.value)
        self.metadata.setCurrentIndex(self.metadata.findData(options.metadata.value))
        self.metadata.currentIndexChanged.connect(self._refresh)
        self.add_field(tr("In the file"), self.metadata)
        self._metadata_help = widgets.label("", "caption", wrap=True)
        self.add_note(self._metadata_help)

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
