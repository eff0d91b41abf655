"""The time line: how much happened when, where the replay is, and how late it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from tcpview_tui.text import local_time
from tcpview_tui.tui.canvas import Canvas
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.replay.zone import local_zone
from tcpview_tui.tui.status import sparkline

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from tcpview_tui.tui.glyphs import Glyphs
    from tcpview_tui.tui.replay.scene import Scene
    from tcpview_tui.tui.theme import Palette

LINES = 2

_DAMAGED = "?"
"""Where the recording cannot be read: a bar would say that nothing happened."""

_WITH_ENDS = 3
"""Spellings beside which the times of the beginning and the end stand: those that tell of the events, too."""


class Timeline(Canvas):
    """Two lines: a bar for each part of the time, and below it the times. A click goes there."""

    class Wanted(Message):
        """The line was clicked at this share of the time, 0 to 1."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    def __init__(self, palette: Callable[[], Palette], glyphs: Glyphs) -> None:
        """`palette` gives the paints of the theme in use."""
        super().__init__()
        self._palette, self._glyphs = palette, glyphs
        self._scene: Scene | None = None

    def show(self, scene: Scene) -> None:
        """Show where the replay is."""
        self._scene = scene
        self.sync()

    def on_click(self, event: events.Click) -> None:
        """Go to the time under the mouse."""
        event.stop()
        self.post_message(self.Wanted(event.x / max(self.size.width - 1, 1)))

    def scroll_by(self, lines: int) -> None:
        """Do nothing: there is no more to see."""

    def _draw(self) -> list[Strip]:
        width, scene = self.size.width, self._scene
        if scene is None or not width:
            return [Strip.blank(width)] * LINES
        return [self._bars(scene, width), self._times(scene, width)]

    def _bars(self, scene: Scene, width: int) -> Strip:
        """Return a bar for each cell: what was played is bright, a mark stands where the replay is, ? for damage."""
        palette = self._palette()
        activity = [*scene.activity, *([0] * width)][:width]
        counted = sparkline([each or 0 for each in activity], self._glyphs.bars)
        bars = "".join(_DAMAGED if each is None else bar for each, bar in zip(activity, counted, strict=True))
        here = min(int(_share(scene) * width), width - 1)
        paints = ((bars[:here], palette.key), (bars[here], palette.cursor), (bars[here + 1 :], palette.hint))
        return Strip([Segment(text, Style.parse(paint)) for text, paint in paints if text], width)

    def _times(self, scene: Scene, width: int) -> Strip:
        palette, glyphs = self._palette(), self._glyphs
        begin, end = f" {local_time(scene.start.wall)}  ", f" {local_time(scene.end.wall)} "
        told, lengths = self._spellings(scene), [len(each) for each in self._spellings(_widest(scene))]
        room = width - len(begin) - len(end)
        beside = [place for place, length in enumerate(lengths[:_WITH_ENDS]) if length <= room]
        alone = [place for place, length in enumerate(lengths) if length <= width] or [-1]
        text = begin + fit(told[beside[0]], room, ellipsis=glyphs.ellipsis) + end if beside else told[alone[0]]
        return Strip([Segment(fit(text, width, ellipsis=glyphs.ellipsis), Style.parse(palette.header))], width)

    def _spellings(self, scene: Scene) -> list[str]:
        """Return where the replay is, the most that can be told first, and the time alone last."""
        sign = self._glyphs.playing if scene.is_playing else self._glyphs.paused
        how = f"{sign} {scene.speed}x"
        at, fine = (local_time(scene.place.wall, fine=fine) for fine in (False, True))
        zone = local_zone(scene.place.wall)
        passed, whole = (_span(each.clock - scene.start.clock) for each in (scene.place, scene.end))
        event, last = f"{scene.place.event:,}", f"{scene.end.event:,}"
        now, brief = f"{how}  {fine} {zone}", f"{how}  {at} {zone}"
        return [
            f"{now}  {passed} of {whole}  event {event} of {last}",
            f"{now}  {passed}/{whole}  event {event}/{last}",
            f"{brief}  {passed}/{whole}  event {event}/{last}",
            f"{now}  {passed}/{whole}", now, brief, f"{at} {zone}", at,
        ]  # fmt: skip


def _widest(scene: Scene) -> Scene:
    """Return the scene that takes the most room, so that nothing comes and goes while the replay does."""
    wall = max(scene.start.wall, scene.place.wall, scene.end.wall, key=lambda each: len(local_time(each)))
    return scene._replace(place=scene.end._replace(wall=wall))


def _share(scene: Scene) -> float:
    """Return how much of the time is over, 0 to 1."""
    whole = scene.end.clock - scene.start.clock
    return min(max((scene.place.clock - scene.start.clock) / whole, 0.0), 1.0) if whole > 0 else 0.0


def _span(seconds: float) -> str:
    """Return a time as clocks of players do: ``0:07``, ``12:04``, ``3:00:00``."""
    minutes, second = divmod(int(max(seconds, 0)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
