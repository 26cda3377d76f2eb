"""What is open on a canvas: one immutable value.

Pixels appear as asset ids only, so a document is a few kilobytes and undo can keep hundreds of
them. A mask has an id of its own beside its asset: two masks that happen to hold the same pixels
stay two masks, and repainting one leaves the other alone. Form values refer to masks by that id;
`desktop.document.edits.run_params` puts the assets in.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine.api import AssetId

STYLE_CANVAS = "style"


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The picture that is worked on.

    Attributes:
        asset: its file in the store.
        name: the file name that it came with, for titles and for export.
    """

    asset: AssetId
    name: str = ""


class Mask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A painted selection.

    Attributes:
        id: unique within the document: "mask-1".
        asset: a grey picture, white where something applies.
        name: for the user.
    """

    id: str
    asset: AssetId
    name: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything of one canvas that undo brings back.

    Attributes:
        canvas: which canvas it belongs to.
        task: id of the task that the form fills in.
        version: version of the task's declaration by which `params` are meant.
        content: the picture that is worked on, or None while there is none.
        params: form values as plain data, without the content; never changed in place.
        masks: every painted mask, in order of creation.
    """

    canvas: str = STYLE_CANVAS
    task: str = "stylize"
    version: int = 1
    content: Content | None = None
    params: dict[str, Any] = {}
    masks: tuple[Mask, ...] = ()

    def mask(self, mask_id: str) -> Mask:
        """Return the mask called `mask_id`.

        Raises:
            KeyError: there is none.
        """
        for mask in self.masks:
            if mask.id == mask_id:
                return mask
        raise KeyError(mask_id)


class ViewState(msgspec.Struct, frozen=True, kw_only=True):
    """How the canvas is looked at; kept with the project, but no part of undo.

    Attributes:
        zoom: screen pixels for one of the picture's; 0 fits the picture into the window.
        center: the point in the middle of the window, as shares of width and height.
        divider: where before and after meet, as a share of the width.
        mode: "after", "before", "split" or "side".
    """

    zoom: float = 0.0
    center: tuple[float, float] = (0.5, 0.5)
    divider: float = 0.5
    mode: str = "after"


__all__ = ["STYLE_CANVAS", "Content", "Document", "Mask", "ViewState"]
