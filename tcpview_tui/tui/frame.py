"""The lines around the table: chips above it; notice, status and keys below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.tui import status
from tcpview_tui.tui.actions import keys_by_id
from tcpview_tui.tui.cells import fit, wrapped
from tcpview_tui.tui.line import Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.line import Piece
    from tcpview_tui.tui.messages import Tone
    from tcpview_tui.tui.session import Session
    from tcpview_tui.tui.theme import Palette

_LINES: dict[Tone, int] = {"hint": 1, "warning": 4, "error": 4}
"""Lines of a message at most: what to do about a refusal stands at its end, and a hint must not move the table."""

_FOUND = ("findings",)
"""What a person needs first where something suspicious was found: the way to what it is, and why."""


class Frame:
    """Draws each line as the session is now. `message`, if there is one, stands in place of the notice."""

    def __init__(self, session: Session, actions: Sequence[Action]) -> None:
        """`actions` are those offered; the line of keys names what is worth a hint, as far as there is room."""
        self.message: tuple[str, Tone] | None = None
        self.chips = Line("chips")
        self.notice = [Line(f"notice-{number}") for number in range(max(_LINES.values()))]
        self.status = Line("status")
        self.hints = Line("hints")
        self._session = session
        self._hinted = [action for action in actions if action.hint and action.keys]
        self._keys = keys_by_id(actions)

    def draw(self, palette: Palette, width: int) -> None:
        """Draw what differs. The line of chips is there only when there are some."""
        chips = status.chips(self._session, palette, self._keys["clear"])
        self.chips.display = bool(chips)
        self.chips.show(*chips, fill=palette.hint)
        self.status.show(*status.status(self._session, palette, width), fill=palette.status)
        pressing = _FOUND if self._session.marked else ()
        self.hints.show(*status.hints(self._hinted, palette, width, pressing), fill=palette.hint)
        told = self._notice(palette, width)
        for number, line in enumerate(self.notice):
            line.display = number < len(told)
            line.show(*(told[number] if line.display else ()), fill=palette.hint)

    def _notice(self, palette: Palette, width: int) -> list[list[Piece]]:
        if self.message is None:
            return [status.notice(self._session, palette, width, self._keys["limits"])]
        sentence, tone = self.message
        glyphs, paint = self._session.glyphs, getattr(palette, tone)
        lines = wrapped(glyphs.plain(sentence), width - 2, _LINES[tone])
        return [[(fit(f" {line}", width, ellipsis=glyphs.ellipsis), paint)] for line in lines]
