"""The pane of details on a screen with nothing else, and what is laid out as plain lines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from tcpview_tui.model.columns import Context
from tcpview_tui.model.details import details, heading
from tcpview_tui.model.facts import Section
from tcpview_tui.model.inspection import Inspection
from tcpview_tui.model.row import Row
from tcpview_tui.tui.details import DetailsPane
from tcpview_tui.tui.facts import lay_out
from tcpview_tui.tui.glyphs import UNICODE, Glyphs
from tcpview_tui.tui.theme import PALETTES
from tests.fakes import CURL
from tests.tui.steady import Steady

if TYPE_CHECKING:
    from textual.pilot import Pilot


DARK = PALETTES["dark"]
SEEN = Inspection(CURL.identity, "/home/alice", "sleeping", 3, 12, 5 << 20, 0.25)


class PaneApp(App[None]):
    """A screen with the pane on it and nothing else."""

    CSS = "DetailsPane { width: 100%; height: 100%; }"

    def __init__(self, glyphs: Glyphs = UNICODE) -> None:
        super().__init__()
        self.pane = DetailsPane(lambda: DARK, glyphs)
        self.refreshed: list[Region] = []

    def compose(self) -> ComposeResult:
        yield self.pane

    @property
    def lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    def describe(self, row: Row, *among: Row, inspection: Inspection | None = None) -> None:
        self.pane.show(row.key, heading(row), details(row, among, inspection, Context(1090.0), ()))


@asynccontextmanager
async def pane(
    size: tuple[int, int] = (56, 40), glyphs: Glyphs = UNICODE
) -> AsyncIterator[tuple[PaneApp, Pilot[None]]]:
    app = PaneApp(glyphs)
    async with app.run_test(size=size):
        yield app, Steady(app)


def watch(app: PaneApp, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Region, ...]]:
    """What the pane asks to have drawn from now on."""
    asked: list[tuple[Region, ...]] = []
    refresh = DetailsPane.refresh

    def noted(self: DetailsPane, *regions: Region, **options: bool) -> DetailsPane:
        asked.append(regions)
        return refresh(self, *regions, **options)

    monkeypatch.setattr(DetailsPane, "refresh", noted)
    return asked


def text_of(sections: Sequence[Section], width: int, glyphs: Glyphs = UNICODE) -> list[str]:
    return ["".join(text for text, _ in line) for line in lay_out(sections, width, DARK, glyphs)]
