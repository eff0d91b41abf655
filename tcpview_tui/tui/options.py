"""A list to choose from that survives a screen without room for it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from textual.widgets import OptionList


class Options(OptionList):
    """Textual's list looks up lines that it has not laid out when it has no height, and raises KeyError."""

    def _move_page(self, direction: Any) -> None:
        with suppress(KeyError, IndexError):
            super()._move_page(direction)
