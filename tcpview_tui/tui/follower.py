"""Keeps the pane of details on the row under the cursor, and its facts as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.about_findings import about_findings, about_unchecked
from tcpview_tui.model.details import details, heading
from tcpview_tui.tui.inspector import Inspector

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.message_pump import MessagePump

    from tcpview_tui.model.facts import Section
    from tcpview_tui.model.row import Row
    from tcpview_tui.tui.details import DetailsPane
    from tcpview_tui.tui.session import Session


_NO_ROW = "There is no row"
_GROUP = "Details are of one row; a group is opened with Enter or Right"


class Follower:
    """Does nothing while the pane is closed."""

    def __init__(self, pump: MessagePump, session: Session, pane: DetailsPane) -> None:
        self._session = session
        self._pane = pane
        self._inspector = Inspector(pump, session.inspect, session.clock.monotonic, self._show)
        self._shown: Row | None = None
        self._frozen_at: float | None = None

    def follow(self) -> None:
        """Show the row under the cursor; its process is looked at when it is another row, or another frozen moment."""
        row, stepped = self._session.view.current, self._steps()
        if not self._session.details:
            self._shown = None
            return
        if row is not self._shown or stepped:
            self._shown = row
            self._inspector.ask(row.owner if row else None)
        self._show()

    def _steps(self) -> bool:
        """Take note of the moment that is frozen; return whether it was another one before."""
        before, self._frozen_at = self._frozen_at, self._session.frozen_at
        return None not in {before, self._frozen_at} and before != self._frozen_at

    def look_again(self) -> None:
        """Look at the process of the row again, as there has just been another look at the machine.

        In a frozen view nothing is: the pane stays as it was.
        """
        session = self._session
        if session.details and self._shown is not None and not session.view.frozen:
            self._inspector.ask(self._shown.owner)

    def sections(self, listed: int | None = None) -> Sequence[Section]:
        """Return all there is to say about the row: what was found first, what could not be checked last."""
        row, session = self._shown, self._session
        if row is None:
            return ()
        among, problems = session.view.everything(), session.problems()
        more = {} if listed is None else {"listed": listed}
        told = details(row, among, self._inspector.inspection, session.view.context, problems, **more)
        return *about_findings(session.view.context.findings(row)), *told, *self._unchecked(row)

    def _unchecked(self, row: Row) -> tuple[Section, ...]:
        answers = self._session.bench.register.unchecked_of(row)
        if not answers:
            return ()
        from tcpview_tui.findings.table import BY_ID  # all rules; the first rows do not wait for them

        return about_unchecked(answers, BY_ID)

    def _show(self) -> None:
        row = self._shown
        if self._session.details:
            title = heading(row) if row else _GROUP if self._session.view.current_line else _NO_ROW
            self._pane.show(row.key if row else None, title, self.sections())
