"""Actions that more than one page has: the same words, keys and places everywhere.

Keys follow Photoshop's where it has one, and the other studios' for running a job.
"""

from __future__ import annotations

from desktop.actions import Action
from desktop.i18n import mark

# File
OPEN = Action(
    "file.open", mark("&Open…"), ("Ctrl+O",), "file", 10, "open",
    help=mark("Open pictures or a project."),
)  # fmt: skip
PLACE_STYLE = Action(
    "file.style", mark("Use a Picture as St&yle…"), ("Ctrl+Shift+O",), "file", 10, "palette",
    help=mark("Any picture can be the style."),
)  # fmt: skip
SAVE = Action("file.save", mark("&Save Project"), ("Ctrl+S",), "file", 20, "save", ("has-picture",))
SAVE_AS = Action(
    "file.save-as", mark("Save Project &As…"), ("Ctrl+Shift+S",), "file", 20, "", ("has-picture",)
)
EXPORT = Action(
    "file.export", mark("&Export…"), ("Ctrl+E",), "file", 30, "export", ("has-result",),
    help=mark("Write the result to a file, with its recipe inside."),
)  # fmt: skip
EXPORT_AGAIN = Action(
    "file.export-again", mark("Export A&gain"), ("Ctrl+Shift+E",), "file", 30, "", ("has-result",)
)

# Edit
COPY = Action("edit.copy", mark("&Copy Result"), ("Ctrl+C",), "edit", 20, "copy", ("has-picture",))
PASTE = Action(
    "edit.paste", mark("&Paste Picture"), ("Ctrl+V",), "edit", 20, "paste",
    help=mark("Use the picture on the clipboard."),
)  # fmt: skip

# View
FIT = Action("view.fit", mark("&Fit"), ("Ctrl+0",), "view", 10, "fit", ("has-picture",))
ONE_TO_ONE = Action(
    "view.actual", mark("&Actual Pixels"), ("Ctrl+1",), "view", 10, "one-to-one", ("has-picture",)
)
ZOOM_IN = Action(
    "view.zoom-in", mark("Zoom &In"), ("Ctrl+=", "Ctrl++"), "view", 10, "zoom-in", ("has-picture",)
)
ZOOM_OUT = Action(
    "view.zoom-out", mark("Zoom &Out"), ("Ctrl+-",), "view", 10, "zoom-out", ("has-picture",)
)
COMPARE = Action(
    "view.compare", mark("&Compare"), ("Y",), "view", 20, "compare", ("has-picture",), True,
    help=mark("Before and after, side by side under one divider."),
)  # fmt: skip
ORIGINAL = Action(
    "view.original", mark("Show the O&riginal"), ("\\",), "view", 20, "eye", ("has-picture",), True
)


HAND = Action("tool.hand", mark("&Hand"), ("H",), "picture", 10, "hand", (), True)
BRUSH = Action(
    "tool.brush", mark("Mask &Brush"), ("B",), "picture", 10, "brush", ("has-picture",), True
)
ERASER = Action(
    "tool.eraser", mark("Mask &Eraser"), ("E",), "picture", 10, "eraser", ("has-picture",), True
)
SMALLER_BRUSH = Action(
    "tool.smaller", mark("Smaller Brush"), ("[",), "picture", 20, "", ("has-picture",)
)
LARGER_BRUSH = Action(
    "tool.larger", mark("Larger Brush"), ("]",), "picture", 20, "", ("has-picture",)
)
SHOW_MASK = Action(
    "mask.show", mark("Show the &Mask"), ("Q",), "picture", 30, "mask", ("has-mask",), True
)
INVERT_MASK = Action(
    "mask.invert", mark("&Invert the Mask"), ("Shift+V", "Ctrl+Shift+I"), "picture", 30, "invert",
    ("has-mask",),
)  # fmt: skip
CLEAR_MASK = Action(
    "mask.clear", mark("Clea&r the Mask"), ("Ctrl+D",), "picture", 30, "close", ("has-mask",)
)
STAR = Action(
    "result.star", mark("&Star the Result"), (".",), "picture", 40, "star", ("has-result",)
)

# Run
RUN = Action(
    "run.run", mark("&Paint"), ("Ctrl+Return", "Ctrl+Enter"), "run", 10, "run", ("can-run",),
    help=mark("Repaint the picture in full size."), keywords="generate render start go",
)  # fmt: skip
RUN_FIRST = Action(
    "run.first", mark("Paint &First in the Queue"), ("Ctrl+Shift+Return",), "run", 10, "",
    ("can-run",),
)  # fmt: skip
STOP = Action(
    "run.stop", mark("&Stop"), ("Shift+X", "Ctrl+Alt+Return"), "run", 20, "stop", ("is-running",),
    help=mark("Stop the running job. What is finished stays."), keywords="cancel abort",
)  # fmt: skip
