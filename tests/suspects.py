"""What is suspicious on the fixed machine: facts for the real rules, in place of all that is read of a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.dossier import Dossier
from tcpview_tui.findings.evidence import Claim, Contact, Evidence, Executable, File, Stream, Streams, Unread
from tcpview_tui.findings.finding import Subject
from tcpview_tui.findings.pair import pair_of
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Answer, Of, Rule
from tcpview_tui.findings.rules.reputation import AddressLookup
from tcpview_tui.findings.series import Series
from tcpview_tui.findings.table import OF_ADDRESS, OF_EVIDENCE, OF_NOVELTY, OF_PROVENANCE, OF_SERIES
from tcpview_tui.judging.bench import Bench
from tcpview_tui.judging.connections import Novel
from tcpview_tui.lookup.lists.match import Dated, Match
from tcpview_tui.model.column import Context
from tcpview_tui.model.connection import Key, State
from tcpview_tui.model.live import LiveTable, Update
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Gauge
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.sources.packages.provenance import Provenance
from tests.fakes import EPOCH, FakeClock, connection, listener, snapshot
from tests.scenes import AFTER, APP, BEFORE, DROPPER, NGINX, REDIS

Judged = tuple[Sequence[Rule[Any]], Any]
Told = list[tuple[Rule[Any], Answer]]

DAY = 86_400.0
SHELL = Process(31402, EPOCH + 236, "bash", "www-data", "/usr/bin/bash", "bash -i", "nginx.service")
AGENT = Process(1188, 15.0, "agentd", "agentd", "/opt/example/agentd", "/opt/example/agentd", "agentd.service")
STRANGER = Process(31388, EPOCH + 236, "sshd", "root", "/usr/sbin/sshd", "sshd: alice [priv]", "session-14.scope")

_CALL = connection(31, State.ESTABLISHED, ("192.0.2.10", 50200), ("198.51.100.140", 443), (AGENT,))
VISITOR = connection(40, State.ESTABLISHED, ("192.0.2.10", 443), ("198.51.100.87", 40122), (NGINX,))
KNOWN = (*BEFORE, _CALL, VISITOR)
SUSPECTS = (
    *AFTER,
    _CALL,
    connection(30, State.ESTABLISHED, ("192.0.2.10", 50188), ("203.0.113.66", 8443), (SHELL,)),
    listener(32, 8000, (APP,)),
    connection(33, State.ESTABLISHED, ("192.0.2.10", 22), ("203.0.113.141", 51822), (STRANGER,)),
)

LISTED = Match("c2-servers.netset", "203.0.113.66", 1284, Dated(EPOCH - 2 * DAY, own=True), sha256(b"list").hexdigest())
NULL, SOCKET = Stream("/dev/null"), Stream("socket:[481516]", "TCP")
_DPKG = NotOwned(("dpkg",))
BEATS = (60.0, 61.0, 60.0, 58.0, 60.0, 62.0, 60.0, 59.0, 60.0, 60.0, 63.0, 60.0, 60.0, 57.0, 60.0, 60.0, 61.0, 59.0)


def _digest(process: Process) -> str:
    return sha256(process.name.encode()).hexdigest()


def _evidence(
    process: Process, executable: Executable, port: int | None = None, streams: Streams = (NULL, NULL, NULL)
) -> Evidence:
    """Return what was read of a process, which talks to `port` of the listed address if there is one."""
    contacts = (Contact(LISTED.entry, port, EPOCH + 240, is_public=True),) if port else ()
    argv = tuple((process.command_line or "").split())
    return Evidence(process, contacts, False, process.name, argv, 33, executable, Claim.NONE, streams, {}, (), 11)


def _program(path: str, deleted: float | None = None) -> Executable:
    """Return a program at its path, or one that was deleted at the second `deleted` UTC."""
    file = File(26, 9, 0o100755, 33, int(deleted is None), deleted or EPOCH - 90 * DAY, EPOCH - 90 * DAY)
    return Executable(path, deleted is not None, file, file if deleted is None else None, (), None)


FACTS: Mapping[Process, tuple[Evidence, Provenance]] = {
    DROPPER: (
        _evidence(DROPPER, _program("/dev/shm/.x/upd", EPOCH + 233), 4444),
        Provenance("/dev/shm/.x/upd", _DPKG),
    ),
    SHELL: (
        _evidence(SHELL, _program("/usr/bin/bash"), 8443, (SOCKET, SOCKET, SOCKET)),
        Provenance("/usr/bin/bash", Owner("bash", "dpkg", "5.2.15-2+b7"), intact=True),
    ),
    AGENT: (_evidence(AGENT, _program("/opt/example/agentd")), Provenance("/opt/example/agentd", _DPKG)),
    REDIS: (
        _evidence(REDIS, _program("/usr/bin/redis-server")),
        Provenance("/usr/bin/redis-server", Unread("There is no package database that this program reads.")),
    ),
}
"""What was read of a process, and where its program comes from."""


def _learned() -> Baseline:
    """Return what the machine did on 21 days before anybody came."""
    table, baseline = LiveTable(FakeClock()), Baseline()
    table.apply(snapshot(1, EPOCH, *KNOWN))
    for days in range(1, 22):
        baseline.learn(table.rows.values(), Context(), "web1", EPOCH - days * DAY)
    return baseline


class FixedBench(Bench):
    """Judges at once, by the rules, and reads nothing."""

    is_on = True

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self._comparison = Comparison(_learned())
        self._strange: set[Key] = set()
        self._heard: Callable[[], None] = lambda: None

    @property
    def outside(self) -> int:
        return len(self._strange)

    def is_outside(self, row: Row) -> bool:
        return row.key in self._strange

    def start(self, heard: Callable[[], None]) -> None:
        """Begin nothing: what comes is judged when it comes, and told at once."""
        self._heard = heard

    def take(self, update: Update, gauges: Mapping[Key, Gauge], at: float, marked: float | None) -> None:
        for key, row in update.items():
            self._strange.discard(key)
            self.register.put("connection", About(key, ""), (), at)
            if row is not None and row.owner and not row.is_closed:
                self._weigh(row, row.owner, at)
        self._heard()

    def dossier(self, process: Process) -> Dossier | None:
        found = FACTS.get(process)
        return found and Dossier(self._clock.wall(), *found, _digest(process))

    def _weigh(self, row: Row, owner: Process, at: float) -> None:
        if self._comparison.is_outside(row):
            self._strange.add(row.key)
        verdict = self._comparison.verdict(row, Context(now=at))
        answers = _answers((OF_NOVELTY, Novel(row, verdict, None)), *_of_address(row, at))
        self._put("connection", row.key, f"{owner.label}  {row.connection.ends}", owner, answers)
        if owner in FACTS:
            evidence, provenance = FACTS[owner]
            answers = _answers((OF_EVIDENCE, evidence), (OF_PROVENANCE, provenance))
            self._put("process", owner.identity, owner.label, owner, answers)
        pair = pair_of(row)
        if owner == AGENT and pair:
            series = Series(pair, BEATS, len(BEATS) + 1, EPOCH - sum(BEATS), EPOCH, 0.0, (AGENT,))
            self._put("activity", pair, f"{pair.program.name} to {pair.remote}", owner, _answers((OF_SERIES, series)))

    def _put(self, of: Of, subject: Subject, name: str, owner: Process, answers: Told) -> None:
        about = About(subject, name, _digest(owner), owner.service)
        self.register.put(of, about, answers, self._clock.wall())


def _of_address(row: Row, at: float) -> Iterable[Judged]:
    remote = row.connection.remote
    if remote and remote.address == LISTED.entry:
        yield OF_ADDRESS, AddressLookup(*remote, row.direction == "in", (LISTED,), at)


def _answers(*judged: Judged) -> Told:
    return [(rule, rule.check(evidence)) for rules, evidence in judged for rule in rules]
