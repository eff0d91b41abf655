"""A table that draws on a stand-in for a terminal, and connections of which each line tells its own.

The table runs without an app; of what it shows, only the cells change that it was asked to refresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.view import View
from tcpview_tui.text import safe
from tcpview_tui.tui.painter import Painter
from tcpview_tui.tui.table import ConnectionTable
from tests.fakes import CURL, NGINX, connection, listener

FIRST_PORT = 10_000
"""The local port of a connection is this and its key, and stands in the first column: so a line tells its row."""


class Terminal(ConnectionTable):
    """A table without an app, and the terminal that it draws on."""

    area = Size(80, 8)

    def __init__(self, view: View, painter: Callable[[int], Painter], now: Callable[[], float]) -> None:
        self.shown: list[Strip] = []
        self.asked: list[Region] = []
        super().__init__(view, painter, now)

    @property
    def size(self) -> Size:
        return self.area

    def refresh(self, *regions: Region, **_: Any) -> Terminal:
        self.asked += regions or (self.area.region,)
        return self

    def post_message(self, _: Message) -> bool:
        return True

    def lines(self) -> list[Strip]:
        """Return what the table keeps as drawn."""
        return [self.render_line(y) for y in range(self.area.height)]

    def resize(self, size: Size) -> None:
        """Take another size, as a terminal does: it forgets what it has shown."""
        self.area = size
        self.shown = [Strip.blank(size.width)] * size.height

    def flush(self) -> dict[int, list[Region]]:
        """Show the cells that were asked for; return the regions by line."""
        asked: dict[int, list[Region]] = {}
        for region in self.asked:
            assert self.area.region.contains_region(region)
            for y in region.line_range:
                old, new = self.shown[y], self.render_line(y)
                pieces = old.crop(0, region.x), new.crop(region.x, region.right), old.crop(region.right)
                self.shown[y] = Strip.join(pieces)
                asked.setdefault(y, []).append(region)
        self.asked = []
        return asked


WIDE = Process(
    7, 5.0, safe("日本語サーバ"), "使用者", safe("/opt/日本/e\u0301"), safe("x \x1b[2J\u202e y"), "é.service"
)
OWNERS: tuple[tuple[Process, ...], ...] = ((NGINX,), (CURL, NGINX), (WIDE,), (), (replace(NGINX, pid=9, name="日"),))
REMOTES = (("203.0.113.7", 443), ("127.0.0.1", 80), ("2001:db8::7:8", 65_535), ("fe80::1%eth0", 22))


def made(key: int, state: State, owners: int) -> Connection:
    """Return the connection of a key; its local port tells the key, all else is shared with others."""
    local, who = ("10.0.0.5", FIRST_PORT + key), OWNERS[(key + owners) % len(OWNERS)]
    if key % 7 == 5:
        return listener(key, FIRST_PORT + key, who)
    if key % 7 == 6:
        return connection(key, State.NONE, ("::", FIRST_PORT + key), None, who, "udp", 6)
    return connection(key, state, local, REMOTES[key % 7 % len(REMOTES)], who)
