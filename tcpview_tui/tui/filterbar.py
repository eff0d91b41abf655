"""The line to type a filter in: it filters while one types, completes with Tab, and points at what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tcpview_tui.model.complete import complete
from tcpview_tui.model.lexer import MAX_LENGTH
from tcpview_tui.model.query import Query, QueryError, parse
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.entry import Entry

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tcpview_tui.tui.session import Session

PROMPT = "Filter: "
_HELP = "words  field:value  age<60  /regex/  and or not ( )   Tab  Enter keeps  Esc"


class FilterBar(Vertical):
    """A prompt and, below it, help or the error. The last filter that could be understood stays in force."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "cancel", "Take back"),
        ("tab", "complete", "Complete"),
        ("down", "keep", "Keep"),
    ]

    class Changed(Message):
        """Another filter is in force."""

    class Closed(Message):
        """The person is done; the filter bar is gone."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._before: Query | None = None
        self._input = Entry(compact=True, select_on_focus=True)
        self._hint = Static(markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the prompt and the line below."""
        yield Static(Text(PROMPT), id="prompt")
        yield self._input
        yield self._hint

    def on_mount(self) -> None:
        """Stay out of sight until opened."""
        self.display = False

    def open(self, query: Query | None) -> None:
        """Show the bar with a filter, selected so that typing replaces it, and give it the keys at once."""
        self._before = query
        self.display = True
        with self.prevent(Input.Changed):
            self._input.value = query.text if query else ""
        self._input.action_select_all()
        self._explain(_HELP)
        self.screen.set_focus(self._input)

    def insert(self, text: str) -> None:
        """Put pasted text in; a leading slash is the key that would have opened the bar."""
        line = text.strip()[: MAX_LENGTH + 1]
        is_regex = line.startswith("/") and line.endswith("/") and len(line) > 2
        self._input.value = line if is_regex else line.removeprefix("/")
        self._input.cursor_position = len(self._input.value)

    @on(Input.Changed)
    def _on_typed(self, event: Input.Changed) -> None:
        event.stop()
        error = self._take(event.value)
        self._explain(_HELP if error is None else self._pointer(error))
        self.set_class(error is not None, "-wrong")

    @on(Input.Submitted)
    def _on_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        """Close the bar and keep the filter, unless the text cannot be understood."""
        if self._take(self._input.value) is None:
            self._close()

    def action_cancel(self) -> None:
        """Close the bar and bring the filter back that was there before."""
        self._session.filter(self._before)
        self._close()

    def action_complete(self) -> None:
        """Complete the word before the cursor as far as it is certain, and name what is possible."""
        completion = complete(self._input.value, self._input.cursor_position)
        words = [candidate.text for candidate in completion.candidates]
        if not words:
            return
        common = _common_start(words)
        if len(common) > completion.end - completion.start or len(words) == 1:
            self._input.replace(common, completion.start, completion.end)
        if len(words) > 1:
            self._explain("  ".join(words))

    def _take(self, text: str) -> QueryError | None:
        try:
            query = parse(text) if text.strip() else None
        except QueryError as error:
            return error
        self._session.filter(query)
        self.post_message(self.Changed())
        return None

    def _pointer(self, error: QueryError) -> str:
        """Return what is wrong beside an arrow at its place: after it, or before it where that leaves more room."""
        place = len(PROMPT) + cell_len(self._input.value[: error.start]) - self._input.scroll_offset.x
        place = max(0, min(place, self.size.width - 1))
        told = f"{error.message}; expected {error.expected}"
        room = self.size.width - place - 2
        if len(told) > room and place > room:
            return fit(told, place, ellipsis=self._session.glyphs.ellipsis) + "^"
        return f"{' ' * place}^ {told}"

    def on_descendant_blur(self) -> None:
        """Close when the keys went elsewhere, as by a click on the table; not when the terminal lost the focus."""
        if self.display and self.app.app_focus and self.screen.focused is not self._input:
            if self._take(self._input.value) is not None:
                self._session.filter(self._before)
            self.display = False
            self.post_message(self.Closed())

    def _explain(self, text: str) -> None:
        self._hint.update(Text(self._session.glyphs.plain(text), no_wrap=True, overflow="ellipsis"))

    def _close(self) -> None:
        self.display = False
        self.post_message(self.Closed())
        self.screen.set_focus(None)


def _common_start(words: list[str]) -> str:
    first, last = min(words), max(words)
    same = next((place for place, letter in enumerate(first) if letter != last[place : place + 1]), len(first))
    return first[:same]
