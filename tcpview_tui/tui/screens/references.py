"""The dialog of what others know: pages about an address and a program, and answers to who has a key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.widgets import OptionList, Static

from tcpview_tui.lookup.addresses import classify
from tcpview_tui.lookup.references import references, unasked
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.browser import is_desktop, open_page
from tcpview_tui.tui.clipboard import copy
from tcpview_tui.tui.options import Options
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tcpview_tui.lookup.references import Reference
    from tcpview_tui.lookup.reputation_api.services import Answer, Services

_NO_KEY = """Nobody was asked: there is no key. It is read from TCPVIEW_TUI_VIRUSTOTAL_KEY or TCPVIEW_TUI_ABUSEIPDB_KEY,
or from virustotal.key or abuseipdb.key, files of mode 0600 beside the config file.""".replace("\n", " ")

_NOTHING = "Nobody was asked: neither an address of somebody else nor the SHA-256 of the program is known."


class ReferencesScreen(Dialog[None]):
    """Shows URLs; nothing is sent before somebody asks. `digest` may take its time, and is called in the background."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("q,V", "dismiss", "Back"),
        ("a", "ask", "Ask"),
        ("o", "open", "Open"),
        ("ctrl+up", "scroll(-1)", "Answers up"),
        ("ctrl+down", "scroll(1)", "Answers down"),
    ]

    def __init__(
        self,
        title: str,
        address: str | None,
        digest: Callable[[], str | None],
        services: Services,
        templates: Mapping[str, str],
        plain: Callable[[str], str] = str,
    ) -> None:
        """`digest` returns the SHA-256 of the program; `templates` are those of `lookup.references`."""
        super().__init__(title)
        self._address, self._digest, self._services = address, digest, services
        self._templates, self._plain = templates, plain
        self._sum: str | None = None
        self._is_reading, self._is_asking = True, False
        self._pages: tuple[Reference, ...] = ()
        self._answers: tuple[Answer, ...] | None = None
        self._list = Options(markup=False, compact=True)
        self._foot = Static(classes="foot", markup=False)

    def compose_head(self) -> ComposeResult:
        """Lay out the pages."""
        yield self._list

    def compose_foot(self) -> ComposeResult:
        """Lay out the line of keys."""
        yield self._foot

    def on_mount(self) -> None:
        """Show what is known at once, and read the program meanwhile."""
        self.set_focus(self._list)
        self._fill()
        run_in_background(self, self._digest, self._read)

    def _read(self, digest: str | None) -> None:
        self._is_reading, self._sum = False, digest
        self._fill()

    def _fill(self) -> None:
        place, self._pages = self._list.highlighted, references(self._address, self._sum, self._templates)
        names = max((len(page.name) for page in self._pages), default=0)
        self._list.set_options(Text(f"{page.name:<{names}}  {page.url}") for page in self._pages)
        self._list.display = bool(self._pages)
        self._list.highlighted = (place or 0) if self._pages else None
        self._tell()

    def _tell(self, said: str = "") -> None:
        """Show what is known by now, and below it `said` and the keys."""
        self.body.update(self._told())
        keys = f"Enter copies  {'o opens  ' if self._opens else ''}a asks  Esc goes back"
        self._foot.update(Text(self._plain(f"{said}\n{keys}" if said else keys)))
        self.fit()

    def _told(self) -> Text:
        """Return the answers; before them, who would learn what, and what there can be no page about."""
        if self._is_asking:
            return Text("Asking. The table goes on behind this dialog.")
        if self._answers is None:
            return Text(self._plain("\n".join((*self._lacks(), *self._told_to()))))
        text = Text()
        for answer in self._answers:
            text.append(self._plain(f"{answer.source}\n"), "bold")
            text.append(self._plain("".join(f"  {sentence}\n" for sentence in answer.sentences)))
        text.rstrip()
        if self._answers:
            return text
        return Text(_NO_KEY if self._address is not None or self._sum is not None else _NOTHING)

    @property
    def _opens(self) -> bool:
        """Whether a browser may be started: it sends what is asked, too."""
        return is_desktop(os.environ) and not self._services.is_offline

    def _lacks(self) -> list[str]:
        reason = classify(self._address) if self._address is not None else "Nobody is connected here."
        lacks = [reason] if reason else []
        if self._is_reading:
            lacks.append("Reading the program for its SHA-256.")
        elif self._sum is None:
            lacks.append("The SHA-256 of the program is not known.")
        return lacks

    def _told_to(self) -> list[str]:
        learns = self._services.recipients(self._address, self._sum)
        why = unasked(self._address, self._sum, offline=self._services.is_offline)
        return [f"a asks {each}" for each in learns] or [f"a asks nobody: {why}."]

    @on(OptionList.OptionSelected)
    def _copy(self, event: OptionList.OptionSelected) -> None:
        copy(self.app, self._pages[event.option_index].url)
        self._tell("Copied to the terminal's clipboard (OSC 52).")

    def action_open(self) -> None:
        """Open the page in a browser, where that is possible."""
        place = self._list.highlighted
        if self._services.is_offline:
            self._tell("--offline forbids that a browser is started; Enter copies the URL.")
        elif not is_desktop(os.environ):
            self._tell("There is no desktop here for a browser; Enter copies the URL.")
        elif place is not None and self._pages:
            url = self._pages[place].url
            self._tell("Handing it over to the browser.")
            run_in_background(self, lambda: open_page(url), self._tell)

    def action_ask(self) -> None:
        """Ask the services that there is a key for."""
        if not self._is_asking:
            self._is_asking = True
            address, digest = self._address, self._sum
            self._tell()
            run_in_background(self, lambda: self._services.ask(address, digest), self._answered)

    def _answered(self, answers: tuple[Answer, ...]) -> None:
        self._is_asking, self._answers = False, answers
        self._tell()
