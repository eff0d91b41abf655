"""The dialog of the filters that have a name: switch them, name the one that is typed, forget one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.widgets import Static

from tcpview_tui.remembered import NAME_LIMIT
from tcpview_tui.text import safe
from tcpview_tui.tui.screens.checklist import ChecklistScreen
from tcpview_tui.tui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType

    from tcpview_tui.model.query import Query
    from tcpview_tui.model.sieve import Named, Sieve

_EMPTY = "There is none yet: type a filter with / and come back to name it."
_KEYS = "Space on or off   d forgets one   Enter closes"


class FiltersScreen(ChecklistScreen):
    """Works on the sieve itself; nothing is lost by switching a filter off."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "name", "Name", priority=True),
        Binding("d,delete", "forget", "Forget", priority=True),
    ]

    def __init__(self, sieve: Sieve, changed: Callable[[], None], plain: Callable[[str], str] = str) -> None:
        """`changed` is called after each change, so that the table behind the dialog shows it."""
        super().__init__("Saved filters", _explained(sieve, plain))
        self._sieve = sieve
        self._changed = changed
        self._plain = plain

    def lines(self) -> list[tuple[bool, str]]:
        """Return the filters with their names."""
        return [(each.on, self._plain(f"{each.name}  {each.query.text}")) for each in self._sieve.named]

    def toggle(self, place: int) -> None:
        """Switch a filter on or off."""
        if place < len(self._sieve.named):
            self._sieve.switch(self._sieve.named[place].name)
            self._show(place)

    def action_name(self) -> None:
        """Ask for a name of the filter that is typed."""
        query = self._sieve.query
        if query is None:
            return

        def named(name: str | None) -> None:
            if name and name.strip():
                self._sieve.query = None
                self._save(safe(name.strip(), NAME_LIMIT), query)

        self.app.push_screen(PromptScreen("Name of the filter", self._plain(query.text)), named)

    def action_forget(self) -> None:
        """Give the filter up."""
        named: tuple[Named, ...] = self._sieve.named
        if self.place < len(named):
            self._sieve.forget(named[self.place].name)
            self._show(max(self.place - 1, 0))

    def _save(self, name: str, query: Query) -> None:
        before = next((each.query.text for each in self._sieve.named if each.name == name), None)
        self._sieve.save(name, query)
        replaced = "" if before is None else self._plain(f"Replaced: {name} was {before}\n")
        self._show(len(self._sieve.named) - 1, replaced)

    def _show(self, place: int, said: str = "") -> None:
        self.refill(place)
        self.query_one(".foot", Static).update(Text(said + _explained(self._sieve, self._plain)))
        self.fit()
        self._changed()


def _explained(sieve: Sieve, plain: Callable[[str], str]) -> str:
    typed = f"n names the present one: {plain(sieve.query.text)}\n" if sieve.query else ""
    none = "" if sieve.named or sieve.query else f"{_EMPTY}\n"
    return f"{none}{typed}{_KEYS if sieve.named else 'Enter closes'}"
