"""Rows, processes and readings, made up; and panels that are asked about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from tcpview_tui.findings.evidence import Claim, Contact, Evidence, Executable, File, Reading, Unread
from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging.case import Reader
from tcpview_tui.judging.verdict import News, Panel
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.sources.packages.answers import Owner, Ownership
from tcpview_tui.sources.packages.provenance import Provenance
from tests.fakes import CURL, EPOCH, connection

_ordinals = count(1)
_FILE = File(1, 2, 0o100755, 0, 1, 0.0, 0.0)


def row(key: object, *owners: Process, at: float = EPOCH, ordinal: int | None = None, **facts: Any) -> Row:
    """A row that opened at `at`, of curl unless other owners are given."""
    seen = connection(key, owners=owners or (CURL,), **facts)
    return Row(ordinal or next(_ordinals), seen, "out" if seen.remote else "listening", at, owners=seen.owners)


def closed(before: Row, at: float = EPOCH) -> Row:
    return replace(before, closed_at=at)


def process(pid: int, **facts: Any) -> Process:
    return Process(pid=pid, started=pid / 1.0, name="agent", executable="/opt/agent", **facts)


def evidence(of: Process, contacts: tuple[Contact, ...] = (), deleted: bool = False, changed: float = 0.0) -> Evidence:
    """What is read of a process: nothing to wonder at, unless its file is gone."""
    file = _FILE._replace(changed=changed)
    executable = Executable(of.executable or "", deleted, file, None if deleted else file, ())
    argv = (of.executable or "",)
    return Evidence(
        of, contacts, False, of.name, argv, 0, executable, Claim.NONE, (None, None, None), {}, (), 3
    )  # fmt: skip


class Reads:
    """A reader that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, tuple[Contact, ...]]] = []
        self.traced: list[int] = []
        self.compared: list[int] = []
        self.owner: Ownership = Unread("no package manager was found")
        self.deleted: set[int] = set()
        self.copies: set[int] = set()
        self.replaced: dict[int, File] = {}
        self.succeeded: list[int] = []
        self.agrees: Reading[bool] = True
        self.digests: dict[int, str] = {}
        self.changed = 0.0
        self.ended: set[int] = set()
        self.raises: set[int] = set()
        self.unread: dict[int, Reading[Evidence]] = {}

    @property
    def reader(self) -> Reader:
        return Reader(
            self._evidence,
            self._provenance,
            lambda of: self.digests.get(of.pid, f"{of.pid:064x}"),
            lambda of: of.pid not in self.ended,
            self._successor,
        )

    @property
    def pids(self) -> list[int]:
        return [pid for pid, _ in self.asked]

    def _evidence(self, of: Process, contacts: tuple[Contact, ...]) -> Reading[Evidence]:
        self.asked.append((of.pid, contacts))
        if of.pid in self.raises:
            raise ValueError("a fault")
        found = self.unread.get(of.pid) or evidence(of, contacts, of.pid in self.deleted, self.changed)
        if of.pid in self.replaced and isinstance(found, Evidence) and isinstance(found.executable, Executable):
            return replace(found, executable=replace(found.executable, deleted=True, present=self.replaced[of.pid]))
        if of.pid in self.copies and isinstance(found, Evidence) and isinstance(found.executable, Executable):
            return replace(found, executable=replace(found.executable, original="/usr/bin/bash"))
        return found

    def _successor(self, pid: int) -> Provenance:
        self.succeeded.append(pid)
        return Provenance("/opt/agent", self.owner, self.agrees if isinstance(self.owner, Owner) else None)

    def _provenance(self, pid: int, compare: bool) -> Provenance:
        self.traced.append(pid)
        if compare:
            self.compared.append(pid)
        return Provenance("/opt/agent", self.owner, self.agrees if compare and isinstance(self.owner, Owner) else None)


class Court:
    """A panel and the register that its verdicts go to."""

    def __init__(self, panel: Panel, silences: Silences | None = None) -> None:
        self.panel, self.register = panel, Register(silences or Silences(None))
        self.judged = 0

    def take(self, *rows: Row, gone: Iterable[object] = (), at: float = EPOCH, **news: Any) -> None:
        update: dict[Any, Row | None] = {each.key: each for each in rows}
        update |= dict.fromkeys(gone)
        self.panel.take(News(update, news.pop("gauges", {}), at, **news))

    def due(self, at: float = EPOCH) -> int:
        """Judge; return the number of verdicts."""
        verdicts = 0
        for of, about, answers in self.panel.due(at):
            self.register.put(of, about, answers, at)
            verdicts += 1
        return verdicts

    def look(self, *rows: Row, gone: Iterable[object] = (), at: float = EPOCH, **news: Any) -> int:
        self.take(*rows, gone=gone, at=at, **news)
        return self.due(at)

    def rules(self, of: Row) -> list[str]:
        return [each.rule for each in self.register.of(of)]


class Measured:
    def __init__(self, counters: Counters) -> None:
        self.counters = counters


def gauge(sent: int, received: int = 0) -> Gauge:
    return Gauge(Measured(Counters(received=received, sent=sent)))
