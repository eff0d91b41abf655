"""The Whois dialog: asks in the background, shows a sign of life, and what came back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.widgets import Static

from tcpview_tui.lookup.answer import WhoisAnswer, WhoisFailure
from tcpview_tui.text import duration, utc_time
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tcpview_tui.lookup.desk import Inquiry, Reply
    from tcpview_tui.tui.session import Session

_FRAME = 0.25
"""Seconds between two frames of the spinner: alive, and 40 bytes a second on the line."""


class WhoisScreen(Dialog[None]):
    """Looks one address up. Esc gives up; `r` asks again, past the cache."""

    BINDINGS: ClassVar[list[BindingType]] = [("q,enter,w", "dismiss", "Back"), ("r", "retry", "Again")]

    def __init__(self, session: Session, address: str) -> None:
        super().__init__(f"Whois {address}")
        self._session = session
        self._address = address
        self._inquiry: Inquiry | None = None
        self._frame = 0
        self._foot = Static(classes="foot", markup=False)

    def compose_foot(self) -> ComposeResult:
        """Lay out the line of keys."""
        yield self._foot

    def on_mount(self) -> None:
        """Ask."""
        self._spinner = self.set_interval(_FRAME, self._spin, pause=True)
        self._ask(fresh=False)

    def on_unmount(self) -> None:
        """Give up what is under way."""
        if self._inquiry:
            self._inquiry.cancel()

    def action_retry(self) -> None:
        """Ask again, and not the cache."""
        if self._inquiry is None:
            self._ask(fresh=True)

    def _ask(self, *, fresh: bool) -> None:
        self._spin()
        self._spinner.resume()
        self._inquiry = self._session.lookups.whois.ask(self._address, self._arrived, fresh=fresh)

    def _arrived(self, reply: Reply) -> None:
        """Take the reply over from the look-up's thread; when the screen has gone, nobody waits for it."""
        self.call_later(self._show, reply)

    def _show(self, reply: Reply) -> None:
        self._inquiry = None
        self._spinner.pause()
        plain = self._session.glyphs.plain
        if isinstance(reply, WhoisFailure):
            self.body.update(Text(plain(reply.reason)))
            self._foot.update(Text("r asks again   Esc goes back" if reply.retryable else "Esc goes back"))
        else:
            self.body.update(answer_text(reply, plain))
            self._foot.update(Text("r asks anew   Esc goes back" if reply.source else "Esc goes back"))

    def _spin(self) -> None:
        frames = self._session.glyphs.spinner
        self._frame = (self._frame + 1) % len(frames)
        self.body.update(Text(f"{frames[self._frame]} Asking the registries. The table goes on behind this dialog."))
        limit = duration(self._session.settings.lookup.whois_timeout)
        self._foot.update(Text(f"Esc gives up; at the latest it ends after {limit}"))


def answer_text(answer: WhoisAnswer, plain: Callable[[str], str] = str) -> Text:
    """Return an answer as aligned lines; what is not known is said to be unknown."""
    asn = None if answer.asn is None else f"AS{answer.asn} {answer.asn_name or ''}".strip()
    lines = [
        ("Network", answer.network),
        ("Name", answer.network_name),
        ("Owner", answer.owner),
        ("Country", answer.country),
        ("ASN", asn),
        ("Abuse", ", ".join(answer.abuse) or None),
        ("Registered", answer.registered),
        ("Updated", answer.updated),
        ("Source", answer.source or None),
        ("Asked", _asked(answer)),
    ]
    text = Text()
    if answer.source:
        for title, value in lines:
            text.append(f"{title:<11}", "bold")
            text.append(plain(value or "unknown") + "\n")
    for note in answer.notes:
        text.append(plain(note) + "\n")
    text.rstrip()
    return text


def _asked(answer: WhoisAnswer) -> str:
    return utc_time(answer.fetched_at) + (" (from the cache)" if answer.from_cache else "")
