"""The dialog to save in: which kind of file, and its name. It stays open until the file is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.containers import Horizontal
from textual.widgets import Button, Input, OptionList, Static

from tcpview_tui.files import create, why_not
from tcpview_tui.text import safe
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.entry import Entry
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.widget import Widget

    from tcpview_tui.tui.messages import Tone

_LONGEST = 30
"""Characters of a folder in the title: one line of a dialog on 40 columns."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file: its title, its suffix with the dot, what of (``214 rows``), and what makes its content."""

    title: str
    suffix: str
    what: str
    content: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of saving the file of that name, in a sentence. Both texts have passed `text.safe`."""

    is_saved: bool
    name: str
    sentence: str


class SaveScreen(Dialog[None]):
    """Asks for kind and name, and creates the file. Up and Down choose the kind while the name has the keys."""

    BINDINGS: ClassVar[list[BindingType]] = [("up", "choose(-1)", "Kind before"), ("down", "choose(1)", "Next kind")]

    def __init__(
        self,
        kinds: Sequence[Kind],
        stem: str,
        say: Callable[[str, Tone], None],
        plain: Callable[[str], str] = str,
    ) -> None:
        """`stem` is the name without suffix; `say` hears what came of it, also when the dialog has gone meanwhile."""
        super().__init__(f"Save into {plain(_here())}")
        self._kinds = kinds
        self._kind = kinds[0]
        self._say = say
        self._plain = plain
        self._is_writing = False
        self._options = Options(*(Text(f"{kind.title}: {kind.what}") for kind in kinds), markup=False, compact=True)
        self._input = Entry(stem + self._kind.suffix, select_on_focus=False, compact=True)
        self._told = Static(classes="told", markup=False)

    def compose_body(self) -> Widget:
        """Return the kinds to choose from."""
        self._options.add_class("flexible")
        self._options.can_focus = False
        return self._options

    def compose_foot(self) -> ComposeResult:
        """Lay out the name, what was wrong with it, and the buttons."""
        yield self._input
        yield self._told
        with Horizontal(classes="buttons"):
            yield Button(Text("Save"), id="save", compact=True)
            yield Button(Text("Cancel"), id="cancel", compact=True)
        yield Static(Text("Up Down: kind  Enter saves  Esc"), classes="foot")

    def on_mount(self) -> None:
        """Let the person type a name at once."""
        self._options.highlighted = 0
        self._told.display = False
        self.query_one(".foot").styles.margin = 0
        self.set_focus(self._input)

    def action_choose(self, step: int) -> None:
        """Take the next kind, or the one before; the list ends where it ends."""
        place = self._kinds.index(self._kind) + step
        self._choose(max(0, min(place, len(self._kinds) - 1)))

    @on(OptionList.OptionSelected)
    def _on_clicked(self, event: OptionList.OptionSelected) -> None:
        self._choose(event.option_index)

    def _choose(self, place: int) -> None:
        """Take a kind; the suffix becomes that of the kind, unless the person has given it another one."""
        before, self._kind = self._kind, self._kinds[place]
        self._options.highlighted = place
        name = self._input.value
        if name.endswith(before.suffix):
            is_at_end = self._input.cursor_position == len(name)
            self._input.value = name.removesuffix(before.suffix) + self._kind.suffix
            self._input.cursor_position = len(self._input.value) if is_at_end else self._input.cursor_position

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self._save()
        else:
            self.dismiss()

    @on(Input.Submitted)
    def _save(self) -> None:
        name, kind = self._input.value.strip(), self._kind
        if self._is_writing:
            return
        if not name:
            self._tell("A file needs a name.")
            return
        self._is_writing = True
        self._tell("Writing...")
        run_in_background(self.app, lambda: _write(kind, name), self._finish)

    def _finish(self, outcome: Outcome) -> None:
        self._is_writing = False
        if outcome.is_saved:
            self._say(outcome.sentence, "hint")
            if self.is_current:
                self.dismiss()
        elif self.is_current:
            self._tell(outcome.sentence)
        else:
            self._say(f"{outcome.name} was not saved. {outcome.sentence}", "error")

    def _tell(self, sentence: str) -> None:
        self._told.update(Text(self._plain(sentence)))
        self._told.display = True
        self.fit()


def _write(kind: Kind, name: str) -> Outcome:
    """Create the file and say what came of it; this runs in another thread and raises nothing."""
    try:
        file = Path(name).expanduser().absolute()
        create(file, kind.content().encode("utf-8", "backslashreplace"))
    except (OSError, ValueError, RuntimeError) as error:  # a name with a NUL; a home that nobody has
        return Outcome(False, safe(name), why_not(error))
    return Outcome(True, safe(name), safe(f"Saved {kind.what} to {file}"))


def _here() -> str:
    """Return the folder that a name alone means, its end if it is long."""
    try:
        folder = safe(str(Path.cwd()))
    except OSError:
        return "a folder that is gone"
    return folder if len(folder) <= _LONGEST else "..." + folder[-_LONGEST:]
