"""Lists that are read no further than a test wants."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tcpview_tui.lookup.lists.folder import Lists
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

UNREAD = "the reputation lists are still being read"


class GatedLists(Lists):
    """The lists of a folder, which is not even looked into before `finish`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FakeClock())
        self._gate = threading.Event()

    def finish(self) -> None:
        """Let the reading go on, and wait for its end."""
        self._gate.set()
        assert self.wait(30)

    def _look(self) -> str:
        assert self._gate.wait(30)
        return super()._look()
