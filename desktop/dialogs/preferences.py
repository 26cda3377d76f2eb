"""The preferences: look, language, folders, how jobs run, what exports carry."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from desktop import i18n, widgets
from desktop.dialogs.form_dialog import FormDialog
from desktop.i18n import mark, tr, tr_data
from desktop.settings import Settings, SettingsStore
from engine.api import DeviceChoice, Folders, PrecisionChoice, RunOptions

_THEMES = (
    ("system", mark("As the system")),
    ("dark", mark("Dark")),
    ("light", mark("Light")),
    ("contrast", mark("High contrast")),
)
_DEVICES = (
    (DeviceChoice.AUTO, mark("The fastest that works")),
    (DeviceChoice.CPU, mark("Always the CPU")),
    (DeviceChoice.CUDA, mark("CUDA")),
)
_PRECISIONS = (
    (PrecisionChoice.AUTO, mark("The fastest within the stated error")),
    (PrecisionChoice.FLOAT32, mark("Exact (float32)")),
    (PrecisionChoice.BFLOAT16, mark("Fast (bfloat16)")),
)


class PreferencesDialog(FormDialog):
    """Edits a copy of the settings; OK puts it in force, the theme shows at once."""

    def __init__(self, settings: Settings, folders: Folders, parent: QWidget | None = None) -> None:
        super().__init__(tr("Preferences"), parent)
        self._before = settings
        self._build_look(settings)
        self._build_files(settings, folders)
        self._build_run(settings)
        self.finish(tr("OK"), width=72)

    # -- building ---------------------------------------------------------------------------------

    def _add(self, name: str, field: QWidget, help_text: str = "") -> None:
        self.add_field(name, field)
        if help_text:
            field.setAccessibleDescription(help_text)
            self.add_note(widgets.label(help_text, "caption", wrap=True))

    def _build_look(self, settings: Settings) -> None:
        self.add_section(tr("Look"))
        self.theme = QComboBox()
        for value, title in _THEMES:
            self.theme.addItem(tr_data(title), value)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self._add(tr("Theme"), self.theme)
        self.language = QComboBox()
        self.language.addItem(tr("As the system"), "system")
        for language in i18n.LANGUAGES:
            self.language.addItem(language.name, language.code)
        self.language.setCurrentIndex(max(0, self.language.findData(settings.language)))
        self._add(
            tr("Language"), self.language, tr("A new language is spoken from the next start.")
        )

    def _build_files(self, settings: Settings, folders: Folders) -> None:
        self.add_section(tr("Files"))
        holder = QWidget()
        row = widgets.row(holder)
        self.library = QLineEdit(settings.library)
        self.library.setPlaceholderText(str(folders.library))
        self.library.setAccessibleName(tr("Library folder"))
        choose = widgets.button(tr("Choose…"), "", "folder")
        choose.clicked.connect(self._choose_library)
        row.addWidget(self.library, 1)
        row.addWidget(choose)
        self._add(
            tr("Library"),
            holder,
            tr("Where exports go. Another folder is used from the next start."),
        )
        self.embed = QCheckBox(tr("Write the recipe into exported files"))
        self.embed.setChecked(settings.embed_recipe)
        self._add(
            tr("Export"),
            self.embed,
            tr("The recipe holds style and settings, so that the file can be opened to go on."),
        )
        self.notify = QCheckBox(tr("Say when a job is done"))
        self.notify.setChecked(settings.notify_when_done)
        self._add(tr("Notices"), self.notify)

    def _build_run(self, settings: Settings) -> None:
        self.add_section(tr("Engine"))
        self.device = QComboBox()
        for device, title in _DEVICES:
            self.device.addItem(tr_data(title), device.value)
        self.device.setCurrentIndex(self.device.findData(settings.run.device.value))
        self._add(tr("Device"), self.device)
        self.precision = QComboBox()
        for precision, title in _PRECISIONS:
            self.precision.addItem(tr_data(title), precision.value)
        self.precision.setCurrentIndex(self.precision.findData(settings.run.precision.value))
        self._add(tr("Precision"), self.precision)
        self.threads = QSpinBox()
        self.threads.setRange(0, 256)
        self.threads.setSpecialValueText(tr("All cores"))
        self.threads.setValue(settings.run.threads)
        self._add(tr("Threads"), self.threads)
        self.memory = QSpinBox()
        self.memory.setRange(0, 1_000_000)
        self.memory.setSingleStep(512)
        self.memory.setSuffix(" MB")
        self.memory.setSpecialValueText(tr("What the machine can spare"))
        self.memory.setValue(settings.run.memory_mb)
        self._add(
            tr("Memory limit"),
            self.memory,
            tr("A job that needs more works in smaller pieces and takes longer."),
        )

    @Slot()
    def _choose_library(self) -> None:
        start = self.library.text() or self.library.placeholderText()
        folder = QFileDialog.getExistingDirectory(self, tr("Library folder"), start)
        if folder:
            self.library.setText(folder)

    # -- answer -----------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """Return what the fields say."""
        library = self.library.text().strip()
        run = RunOptions(
            device=DeviceChoice(self.device.currentData()),
            precision=PrecisionChoice(self.precision.currentData()),
            threads=self.threads.value(),
            memory_mb=self.memory.value(),
            preview_px=self._before.run.preview_px,
        )
        return msgspec.structs.replace(
            self._before,
            theme=self.theme.currentData(),
            language=self.language.currentData(),
            library=str(Path(library).expanduser()) if library else "",
            embed_recipe=self.embed.isChecked(),
            notify_when_done=self.notify.isChecked(),
            run=run,
        )

    @classmethod
    def ask(cls, store: SettingsStore, folders: Folders, parent: QWidget) -> Settings | None:
        """Show the dialog; put the answer in force and return it, or None after Cancel."""
        dialog = cls(store.value, folders, parent)
        before = store.value
        dialog.theme.currentIndexChanged.connect(
            lambda _index: store.change(theme=dialog.theme.currentData())
        )
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        answer = dialog.settings() if accepted else None
        dialog.deleteLater()
        store.put(answer if answer is not None else before)
        return answer
