"""A screen that takes one answer."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

T = TypeVar("T")


class OnceScreen(ModalScreen[T], Generic[T]):
    """Closes once. The second click of a double click is on its way when the first is answered.

    Textual would take the screen below off as well, and end the program when that is the last one.
    """

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with `result`; nothing happens when the screen has closed."""
        return super().dismiss(result) if self.is_active else AwaitComplete()
