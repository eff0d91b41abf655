"""The signs in and before a row, each with its meaning: help and README are made from this."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.model.row import Mark
from tcpview_tui.tui.painter import SUSPICIOUS

if TYPE_CHECKING:
    from tcpview_tui.tui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign, as a set of glyphs draws it, the colour that goes with it, and what both say."""

    text: Callable[[Glyphs], str]
    colour: str
    meaning: str


SIGNS = (
    Sign(lambda _: Mark.NEW.value, "green", "Before a row: new, opened since the last look or within the linger time."),
    Sign(lambda _: Mark.CHANGED.value, "yellow", "Before a row: changed, another state or another process."),
    Sign(
        lambda _: Mark.CLOSED.value, "red",
        "Before a row: closed. It stays for the linger time (--linger), and then, no longer red, for as long as "
        "closed rows are kept, or it is pinned, selected or under a cursor that you have moved.",
    ),
    Sign(
        lambda _: SUSPICIOUS, "pink",
        "Before a row: suspicious, a rule has found something. The marks above come before this one.",
    ),
    Sign(
        lambda glyphs: glyphs.busy, "blue",
        "Before a row: it carried traffic in the last look. Every other mark comes before this one.",
    ),
    Sign(lambda glyphs: glyphs.cursor, "", "Before a row: the cursor."),
    Sign(lambda glyphs: glyphs.selected, "", "Before a row: selected."),
    Sign(lambda glyphs: glyphs.pinned, "", "Before a row: pinned to the top."),
    Sign(lambda glyphs: f"{glyphs.folded} {glyphs.unfolded}", "", "Before a group: closed, and opened."),
    Sign(lambda _: "(name)", "grey", "For a process: it had the connection, and nobody is known to have it now."),
    Sign(lambda _: "?", "", "For a process: unknown, and Details say why."),
    Sign(lambda _: "-", "grey", "For a process: none by design, the kernel keeps the connection alone (TIME_WAIT)."),
    Sign(lambda _: "+1", "", "After a process: how many more processes have the same socket."),
    Sign(lambda _: ">", "", "Before an age: older than that, since it was there before this program."),
    Sign(lambda _: "*", "", "For a remote end: nobody is connected."),
    Sign(lambda _: "dimmed", "", "A row that neither opened nor changed nor closed since the mark."),
)  # fmt: skip
