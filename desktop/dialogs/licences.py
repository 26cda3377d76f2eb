"""Under which terms everything here may be used: models, typefaces, packages, in full text."""

from __future__ import annotations

import importlib.metadata
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelection, Qt, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListView,
    QPlainTextEdit,
    QWidget,
)

from desktop import widgets
from desktop.i18n import mark, tr, tr_data
from engine.api import resources

_COMMERCIAL = {
    "yes": mark("Results may be sold."),
    "no": mark("Results may not be sold."),
    "unknown": mark("Whether results may be sold is not known."),
}
_PACKAGES = (
    "PySide6-Essentials",
    "shiboken6",
    "msgspec",
    "numpy",
    "onnx",
    "onnxruntime",
    "onnxruntime-gpu",
    "openvino",
    "pillow",
    "platformdirs",
    "psutil",
    "tifffile",
)


@dataclass(frozen=True)
class Credit:
    """One thing that somebody else made.

    Attributes:
        name: of the thing.
        group: "Models", "Typefaces", "Packages", already translated.
        licence: SPDX identifier or the name its maker gives.
        text: everything that is known, with the licence in full where it is here.
    """

    name: str
    group: str
    licence: str
    text: str


def model_credits(models: Iterable[Any]) -> list[Credit]:
    """Return a credit for each `ModelInfo`."""
    result = []
    for model in models:
        parts = [
            tr_data(model.summary),
            model.attribution,
            tr_data(_COMMERCIAL.get(model.commercial, _COMMERCIAL["unknown"])),
            tr_data(model.note),
            licence_text(model.licence, Path(model.path) if model.path else None),
        ]
        text = "\n\n".join(part for part in parts if part)
        result.append(Credit(model.name, tr("Models"), model.licence, text))
    return result


def licence_text(spdx: str, folder: Path | None = None) -> str:
    """Return the full text of a licence from `folder` or resources/licences; empty if not here."""
    candidates = [resources() / "licences" / f"{spdx}.txt"]
    if folder is not None:
        candidates[:0] = [folder / "LICENCE.txt", folder / "LICENSE.txt", folder / "LICENSE"]
    for path in candidates:
        if path.is_file():
            return path.read_text(encoding="utf-8", errors="replace")
    return ""


def font_credits() -> list[Credit]:
    """Return a credit for each typeface that ships with Gesso."""
    folder = resources() / "fonts"
    data = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
    result = []
    for family in data["families"]:
        licence = family["licence"]
        text = (folder / licence["text"]).read_text(encoding="utf-8")
        words = f"{licence['attribution']}\n\n{text}"
        result.append(Credit(family["name"], tr("Typefaces"), licence["spdx"], words))
    return result


def package_credits() -> list[Credit]:
    """Return a credit for each Python package that Gesso runs on and finds installed."""
    result = []
    for name in _PACKAGES:
        try:
            found = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        about = found.metadata
        named = [about[key] for key in ("License-Expression", "License") if key in about]
        licence = named[0].split("\n")[0] if named else ""
        parts = [str(about["Summary"] or ""), *_licence_files(found)]
        text = "\n\n".join(part for part in parts if part)
        title = f"{about['Name']} {found.version}"
        result.append(Credit(title, tr("Packages"), licence, text))
    return result


def _licence_files(found: importlib.metadata.Distribution) -> list[str]:
    texts = []
    for file in found.files or ():
        is_licence = file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))
        if is_licence and ".dist-info" in str(file):
            path = Path(str(found.locate_file(file)))
            if path.is_file():
                texts.append(path.read_text(encoding="utf-8", errors="replace"))
    return texts


class LicencesDialog(QDialog):
    """A list of what is here on the left, the terms of one on the right."""

    def __init__(self, models: Iterable[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Licences"))
        own = Credit(
            "Gesso", tr("This program"), "Apache-2.0", licence_text("Apache-2.0") or _own_licence()
        )
        self._credits = [own, *model_credits(models), *font_credits(), *package_credits()]
        self._model = QStandardItemModel(self)
        group = ""
        for number, credit in enumerate(self._credits):
            if credit.group != group:
                group = credit.group
                heading = QStandardItem(group)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                font = self.font()
                font.setWeight(font.Weight.DemiBold)
                heading.setFont(font)
                self._model.appendRow(heading)
            item = QStandardItem(f"{credit.name}\n{credit.licence}".strip())
            item.setEditable(False)
            item.setData(number, Qt.ItemDataRole.UserRole)
            self._model.appendRow(item)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setResizeMode(QListView.ResizeMode.Adjust)
        self._list.setAccessibleName(tr("What is here"))
        self._list.selectionModel().selectionChanged.connect(self._show)
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setAccessibleName(tr("Terms"))
        split = widgets.row(gap="space-m")
        split.addWidget(self._list)
        split.addWidget(self._text, 1)
        digit = self.fontMetrics().horizontalAdvance("0")
        self._list.setFixedWidth(digit * 38)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        buttons.rejected.connect(self.reject)
        layout = widgets.column(self, margin="space-xl", gap="space-l")
        layout.addLayout(split, 1)
        layout.addWidget(buttons)
        self.resize(digit * 116, self.fontMetrics().height() * 36)
        self._list.setCurrentIndex(self._model.index(1, 0))

    @property
    def credits_(self) -> tuple[Credit, ...]:
        """What is listed."""
        return tuple(self._credits)

    def shown_text(self) -> str:
        """Return the terms that are shown now."""
        return self._text.toPlainText()

    @Slot(QItemSelection, QItemSelection)
    def _show(self, _new: QItemSelection, _old: QItemSelection) -> None:
        number = self._list.currentIndex().data(Qt.ItemDataRole.UserRole)
        if isinstance(number, int):
            credit = self._credits[number]
            # The list may have cut a long expression short; here it stands in full.
            self._text.setPlainText(f"{credit.name}\n{credit.licence}\n\n{credit.text}")

    @classmethod
    def tell(cls, models: Iterable[Any], parent: QWidget) -> None:
        """Show the licences."""
        dialog = cls(models, parent)
        dialog.exec()
        dialog.deleteLater()


def _own_licence() -> str:
    path = resources().parent / "LICENSE"
    return path.read_text(encoding="utf-8") if path.is_file() else ""
