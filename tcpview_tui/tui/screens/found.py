"""The list widget of the findings: its keys stay on what they are on, by what that is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets.option_list import Option

from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.findings_text import Entry

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from rich.text import Text

    from tcpview_tui.tui.screens.findings_text import Line


class FoundList(Options):
    """Lists entries and headings, and keeps up with them while they come and go."""

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self.lines: Sequence[Line] = ()
        self.texts: Sequence[Text] = ()
        self._stranger: Hashable = None

    @property
    def entry(self) -> Entry | None:
        """What the keys are on."""
        place = self.highlighted
        line = self.lines[place] if place is not None and place < len(self.lines) else None
        return line if isinstance(line, Entry) else None

    def fill(self, lines: Sequence[Line], texts: Sequence[Text]) -> None:
        """List `lines`, drawn as `texts`. Nothing is drawn anew when it looks the same."""
        before, place = self.entry, self.highlighted or 0
        self.lines = lines
        if texts != self.texts:
            self.texts = texts
            headings = [isinstance(line, str) for line in lines]
            self.set_options(Option(text, None, head) for text, head in zip(texts, headings, strict=True))
            self.display = bool(lines)
        self._place(before, place)

    def _place(self, before: Entry | None, place: int) -> None:
        """Be on what was under the keys before, or on what is nearest to where that was."""
        at = {line.identity: number for number, line in enumerate(self.lines) if isinstance(line, Entry)}
        kept = None if before is None else at.get(before.identity)
        nearest = min(at, key=lambda identity: abs(at[identity] - place), default=None)
        if before is not None and kept is None:
            self._stranger = nearest
        self.highlighted = at.get(nearest) if kept is None else kept

    def go_to_first(self, wanted: Callable[[Entry], bool]) -> None:
        """Be on the first line that is wanted; if there is none, stay."""
        found = (number for number, line in enumerate(self.lines) if isinstance(line, Entry) and wanted(line))
        self.highlighted = next(found, self.highlighted)

    def slips(self) -> bool:
        """Return, once, whether the keys are on something else only because what they were on has gone."""
        slipped = self._stranger is not None and self.entry is not None and self.entry.identity == self._stranger
        if slipped:
            self.acknowledge()
        return slipped

    def acknowledge(self) -> None:
        """Take it that the person knows by now what the keys are on."""
        self._stranger = None
