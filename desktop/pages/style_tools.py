"""The style page's actions: tools, looking, commands and runs, bound to the keys and menus."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop import standard
from desktop.actions import Bound, bind
from desktop.canvas.compare import CompareMode
from desktop.canvas.view import CanvasView, Tool
from desktop.pages.style_commands import StyleCommands
from desktop.pages.style_masks import WHOLE, MaskDesk


class StyleTools:
    """What keys and menus do to the canvas and the mask on it."""

    def __init__(self, canvas: CanvasView, masks: MaskDesk) -> None:
        self._canvas = canvas
        self._masks = masks

    def take_hand(self, _checked: bool = True) -> None:
        """Move the picture."""
        self._canvas.set_tool(Tool.HAND)

    def take_brush(self, _checked: bool = True) -> None:
        """Paint on the mask."""
        self._take(Tool.BRUSH)

    def take_eraser(self, _checked: bool = True) -> None:
        """Paint the mask away."""
        self._take(Tool.ERASER)

    def _take(self, tool: Tool) -> None:
        if self._masks.target is None:
            self._masks.paint(WHOLE)
        self._canvas.set_tool(tool)

    def shrink_brush(self) -> None:
        """Take a smaller brush."""
        self._canvas.mask_painter.grow(-1)

    def grow_brush(self) -> None:
        """Take a larger brush."""
        self._canvas.mask_painter.grow(1)

    def set_split(self, on: bool) -> None:
        """Show before and after under a divider."""
        self._canvas.set_mode(CompareMode.SPLIT if on else CompareMode.AFTER)

    def set_before(self, on: bool) -> None:
        """Show the photograph."""
        self._canvas.set_mode(CompareMode.BEFORE if on else CompareMode.AFTER)


def bound_actions(
    canvas: CanvasView,
    tools: StyleTools,
    commands: StyleCommands,
    run: Callable[[], None],
    run_first: Callable[[], None],
    stop: Callable[[], None],
) -> Sequence[Bound]:
    """Return the actions of the style page."""
    return (
        bind(standard.PLACE_STYLE, commands.ask_style),
        bind(standard.SAVE, commands.save),
        bind(standard.SAVE_AS, commands.save_as),
        bind(standard.EXPORT, commands.export),
        bind(standard.EXPORT_AGAIN, commands.export_again),
        bind(standard.COPY, commands.copy),
        bind(standard.PASTE, commands.paste),
        bind(standard.FIT, canvas.fit),
        bind(standard.ONE_TO_ONE, canvas.actual_pixels),
        bind(standard.ZOOM_IN, canvas.zoom_in),
        bind(standard.ZOOM_OUT, canvas.zoom_out),
        bind(standard.COMPARE, tools.set_split, checked_when="mode-split"),
        bind(standard.ORIGINAL, tools.set_before, checked_when="mode-before"),
        bind(standard.HAND, tools.take_hand, checked_when="tool-hand"),
        bind(standard.BRUSH, tools.take_brush, checked_when="tool-brush"),
        bind(standard.ERASER, tools.take_eraser, checked_when="tool-eraser"),
        bind(standard.SMALLER_BRUSH, tools.shrink_brush),
        bind(standard.LARGER_BRUSH, tools.grow_brush),
        bind(standard.SHOW_MASK, canvas.set_mask_visible, is_checked=True),
        bind(standard.INVERT_MASK, canvas.mask_painter.invert),
        bind(standard.CLEAR_MASK, canvas.mask_painter.clear),
        bind(standard.STAR, commands.star),
        bind(standard.RUN, run),
        bind(standard.RUN_FIRST, run_first),
        bind(standard.STOP, stop),
    )
