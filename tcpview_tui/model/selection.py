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
        self._before: frozenset[Key] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.keys)

    def begin(self, key: Key) -> None:
        """Start a stretch at `key`; what was selected before stays selected."""
        self.anchor, self._before = key, self.keys
        self.keys |= {key}

    def stretch(self, keys: Iterable[Key]) -> None:
        """Let `keys` be the stretch that was begun last, from its anchor to the cursor."""
        self.keys = self._before | frozenset(keys)

    def end(self) -> None:
        """Go on without extending."""
        self.anchor, self._before = None, self.keys

    def toggle(self, key: Key) -> None:
        """Choose one row, or choose it no more."""
        self.keys ^= {key}
        self.end()

    def restrict(self, keys: Collection[Key]) -> None:
        """Give up every row that is not among `keys`: what is not seen must not be acted on."""
        self.keys = frozenset(key for key in self.keys if key in keys)
        self._before &= self.keys
        if self.anchor not in self.keys:
            self.end()

    def clear(self) -> None:
        """Choose nothing."""
        self.keys = self._before = frozenset()
        self.end()
