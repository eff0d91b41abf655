"""A line to type in whose cursor stands still: a cursor that blinks sends bytes for as long as one thinks."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Input


class Entry(Input):
    """Textual's input without the blinking."""

    cursor_blink = reactive(False, init=False)
