"""What the mouse does, for help. Everything is also a key."""

from __future__ import annotations

from typing import NamedTuple


class Gesture(NamedTuple):
    """One thing done with the mouse, and what comes of it."""

    name: str
    meaning: str


GESTURES = (
    Gesture("Click", "Put the cursor on the row; a selection is dropped."),
    Gesture("Shift+Click", "Select from the cursor to the row."),
    Gesture("Ctrl+Click", "Add the row to the selection, or take it out."),
    Gesture("Drag", "Select the rows that the mouse passes."),
    Gesture("Wheel", "Move the cursor; in the details, scroll."),
    Gesture("Right click", "Offer what can be done with the row, or with the selected rows."),
    Gesture("Click on a title", "Sort by this column; again, the other way round."),
    Gesture("Drag a title's edge", "Make the column wider or narrower."),
)
