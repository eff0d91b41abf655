"""Several rows at once: which of them a person has chosen. It holds keys, since rows change and connections stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Key


class Selection:
    """Keys of rows. What comes to stand between two selected rows is not selected: nobody has seen it chosen."""

    def __init__(self) -> None:
        self.keys: frozenset[Key] = frozenset()
        self.anchor: Key | None = None
        self.lasts = False
        self._before: frozenset[Key] = frozenset()
        self._stretch: frozenset[Key] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.keys)

    def begin(self, key: Key, *, lasts: bool = True) -> None:
        """Start a stretch at `key`; what was selected before stays selected.

        A stretch that `lasts` is extended by every move until it is ended; else only by moves that select.
        """
        self.anchor, self.lasts, self._before, self._stretch = key, lasts, self.keys, frozenset({key})
        self.keys |= {key}

    def stretch(self, keys: Iterable[Key], passed: Iterable[Key]) -> None:
        """Let the stretch reach over `keys`, from its anchor to the cursor, which has just `passed` the last of them.

        What has come between them since the cursor passed there is left out.
        """
        self._stretch = frozenset(keys) & (self._stretch | frozenset(passed))
        self.keys = self._before | self._stretch

    def end(self) -> bool:
        """Go on without extending; return whether a stretch had begun."""
        had_begun = self.anchor is not None
        self.anchor, self._before, self._stretch = None, self.keys, frozenset()
        return had_begun

    def click(self, key: Key | None, *, add: bool, keep: bool) -> None:
        """Choose by a click on a row (`None` for what is no row): with `add` it is chosen too, or no more.

        Else the click drops the selection, unless it is to `keep` one that it hits: the menu is for all of that.
        """
        if add and key is not None:
            self.toggle(key)
        elif not (keep and key in self.keys):
            self.clear()

    def toggle(self, key: Key) -> None:
        """Choose one row, or choose it no more."""
        self.keys ^= {key}
        self.end()

    def restrict(self, keys: Collection[Key]) -> None:
        """Give up every row that is not among `keys`: what is not seen must not be acted on."""
        self.keys = frozenset(key for key in self.keys if key in keys)
        self._before &= self.keys
        self._stretch &= self.keys
        if self.anchor not in self.keys:
            self.end()

    def clear(self) -> None:
        """Choose nothing."""
        self.keys = self._before = frozenset()
        self.end()
