"""The findings list: what was found, the gravest first, each explained, and to be silenced and told again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual._styles_cache import StylesCache
from textual.widgets import OptionList, Static

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.table import BY_ID
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.screens.dialog import Dialog
from tcpview_tui.tui.screens.findings_text import drawn, found, lacking, silent, summary, told, unanswered, unchecked
from tcpview_tui.tui.screens.found import FoundList
from tcpview_tui.tui.screens.reading import ReadingScreen
from tcpview_tui.tui.screens.silencer import Silencer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tcpview_tui.model.facts import Fact
    from tcpview_tui.tui.screens.findings_text import Entry
    from tcpview_tui.tui.screens.silencer import Whom
    from tcpview_tui.tui.session import Session
    from tcpview_tui.tui.theme import Palette

_KEYS = """Enter goes to its row   Space explains   h shows silenced   Esc goes back
s silences it in this run, o undoes that; for good: p program, u unit"""
_SHORT = "Enter row  Space why  Esc back\ns p u silence o undo h list l lift"

_EXPLAINED = 14
"""Lines of the explanation below the list at most; Space shows all of it."""

_FRAME = 2
"""Lines of the frame of the dialog."""

_TIGHT = 10
"""Lines for list and explanation: with fewer, the list has them all."""


class FindingsScreen(Dialog[Finding]):
    """Lists what is in the register, and keeps up with it. The result is the finding whose row is wanted.

    The keys stay on what they are on, by what it is about. When that has gone by itself, the next key that would do
    something to another finding says so instead.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("q,f", "dismiss", "Back"),
        ("space", "explain", "Explain"),
        ("s", "hush('run')", "Silence in this run"),
        ("p", "hush('program')", "Silence this program for good"),
        ("u", "hush('unit')", "Silence this unit for good"),
        ("o", "undo", "Silence none of this run"),
        ("h", "unhide", "What is silenced"),
        ("l", "lift", "Tell again"),
        ("ctrl+up", "scroll(-1)", "Explanation up"),
        ("ctrl+down", "scroll(1)", "Explanation down"),
    ]

    def __init__(
        self, session: Session, palette: Palette, changed: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        """`changed` is called when something was silenced or is no longer, `say` with what comes after this closed."""
        super().__init__("Findings")
        self._bench, self._glyphs, self._palette = session.bench, session.glyphs, palette
        self._changed, self._say_later, self._shows_silent = changed, say, False
        self._silencer = Silencer(self._bench.register.silences, self.app, self._saved)
        self._explained: tuple[Hashable, tuple[Fact, ...]] = (None, ())
        self._written: dict[Static, str] = {}
        self._list = FoundList()
        self._scope = Static(classes="scope", markup=False)
        self._foot = Static(classes="foot", markup=False)

    def compose_head(self) -> ComposeResult:
        """Lay out what was judged, where nothing was found, and the list."""
        yield self._scope
        yield self._list

    def compose_foot(self) -> ComposeResult:
        """Lay out the line of keys."""
        yield self._foot

    def on_mount(self) -> None:
        """Start on the gravest finding."""
        self.set_focus(self._list)
        self._say()
        self.renew()

    def on_screen_resume(self) -> None:
        """Catch up with what came while an explanation was read."""
        self.renew()

    def on_unmount(self) -> None:
        """Let go of what was drawn: Textual's cache of colours keeps the lines of 1,024 widgets, closed ones, too."""
        StylesCache.get_inner_outer.cache_clear()

    def on_resize(self) -> None:
        """Fit the lines, too."""
        self._say()
        self.renew()

    @on(FindingsArrived)
    def renew(self) -> None:
        """Show what there is to tell now."""
        register = self._bench.register
        findings = register.findings
        lines = [
            *found(findings, BY_ID),
            *unchecked(register.unchecked, BY_ID),
            *lacking(self._bench.problems()),
            *silent(register.silences, BY_ID, shown=self._shows_silent),
        ]
        self._list.fill(lines, drawn(lines, self._room, self._palette, self._glyphs))
        told = summary(findings) if self._bench.is_on else "nothing is judged"
        hidden = register.hidden
        self._write(self.query_one(".title", Static), f"Findings: {told}{f'; {hidden:,} silent' if hidden else ''}")
        self._write(self._scope, "" if findings else self._told_of_none())
        self._scope.display = not findings
        self._explain()
        self.fit()

    def _told_of_none(self) -> str:
        """Return what it means that nothing was found."""
        scope, open_ = self._bench.scope(), unanswered(self._bench.register.unchecked)
        if not self._bench.is_on:
            return scope
        what = "Nothing but what is silenced" if self._bench.register.hidden else "Nothing"
        return f"{scope} {what} was found{f'; {open_:,} could not be checked, see below' if open_ else ''}."

    @property
    def _room(self) -> int:
        """Cells of a line of the list: what frame, padding and scrollbar leave of the dialog."""
        return min(self.size.width, 100) - 5

    @on(OptionList.OptionHighlighted)
    def _explain(self) -> None:
        entry = self._list.entry
        subject, facts = self._explained
        self._explained = (entry.identity, tuple(entry.facts())) if entry else (None, ())
        if self._explained[1] != facts:
            self.body.update(told(self._explained[1], self._glyphs.plain))
        if self._explained[0] != subject:
            self.query_one(".flexible").scroll_home(animate=False)

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        """Go to the row of a finding; explain everything else."""
        entry = self._meant()
        if entry and entry.finding:
            self.dismiss(entry.finding)
        elif entry:
            self.action_explain()

    def action_explain(self) -> None:
        """Show the explanation on the whole screen."""
        entry, plain = self._list.entry, self._glyphs.plain
        if entry is not None:
            self.app.push_screen(ReadingScreen(plain(f"{entry.subject}: {entry.title}"), told(entry.facts(), plain)))

    def action_hush(self, whom: Whom) -> None:
        """Silence the finding in this ``run``, or its rule for good for its ``program`` or its ``unit``."""
        entry = self._meant()
        if entry:
            self._say(self._silencer.hush(entry.finding, whom))
            self._settle()

    def action_undo(self) -> None:
        """Tell again what was silenced in this run."""
        self._say(self._silencer.undo())
        self._settle()

    def action_lift(self) -> None:
        """Tell again what is silent: that which the keys are on."""
        entry = self._meant()
        if entry:
            self._say(self._silencer.lift(entry.silence))
            self._settle()

    def action_unhide(self) -> None:
        """Show what is silent, and go there; or hide it again."""
        if not self._bench.register.silences.number:
            self._say("Nothing is silenced.")
            return
        self._shows_silent = not self._shows_silent
        self._say()
        self.renew()
        if self._shows_silent:
            self._list.go_to_first(lambda entry: entry.silence is not None)
        self._list.acknowledge()

    def _saved(self, sentence: str) -> None:
        """Tell what became of a silence, also when the list has been left meanwhile."""
        if self.is_attached:
            self._say(sentence)
            self.renew()
        else:
            self._say_later(sentence)

    def _settle(self) -> None:
        """Show what a key has changed: whatever the keys are on now, the person knows."""
        self.renew()
        self._list.acknowledge()
        self._changed()

    def _meant(self) -> Entry | None:
        """Return what a key is meant for; nothing, and say so, when that has gone by itself."""
        if self._list.slips():
            self._say("What you were on is no longer found. Press again if you mean what has come in its place.")
            return None
        return self._list.entry

    def _say(self, sentence: str = "") -> None:
        keys = _KEYS if self.size.width >= 80 else _SHORT
        self._write(self._foot, f"{sentence}\n{keys}" if sentence else keys)
        self.fit()

    def _write(self, widget: Static, text: str) -> None:
        """Show a text; one that stays is not drawn again."""
        if self._written.get(widget) != text:
            self._written[widget] = text
            widget.update(Text(self._glyphs.plain(text)))

    def _fit(self) -> None:
        """Share the room between list and explanation; both keep their height while the keys move."""
        flexible = self.query_one(".flexible")
        others = [each for each in self.query_one(".dialog").children if each not in (flexible, self._list)]
        taken = sum(each.outer_size.height + each.styles.margin.height for each in others if each.display)
        room = max(self.size.height - _FRAME - taken, 1)
        listed = len(self._list.lines)
        is_tight = room < _TIGHT or not listed
        most = room if is_tight else max(room // 2, room - _EXPLAINED - 1)
        flexible.display, self._list.styles.max_height = not is_tight, most
        flexible.styles.height = max(min(room - min(listed, most) - 1, _EXPLAINED), 1)
