"""Processes with connections: each is judged when it is first seen, when it first talks to somebody, once a minute."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Executable, File, Unread
from tcpview_tui.findings.programs import has_purpose
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rules.reputation import ProgramLookup
from tcpview_tui.findings.table import OF_EVIDENCE, OF_PROGRAM, OF_PROVENANCE
from tcpview_tui.judging.case import Case
from tcpview_tui.judging.turns import Turns
from tcpview_tui.judging.verdict import FAULT, Answers, News, Rules, Verdict, has_hit, unknown

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Evidence, Reading
    from tcpview_tui.judging.case import Reader
    from tcpview_tui.lookup.lists.folder import Lists
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row

Identity = tuple[int, float | None]

RETRIES = 3
"""Looks in a row after which a process that cannot be read waits for its minute: starting a program takes less."""

IDLE = 2_000
"""Processes without rows that are remembered until their minute is over; of more, those without for longest go."""

HASHING = 0.5
"""Seconds of reading whole programs at one go; who comes after that has its turn at the next look."""

DEFERRALS = 3
"""Looks in a row for which a finding waits at most for that turn: nobody keeps silence by many large programs."""

_ENDED = "the process has ended before it was judged"


class Processes:
    """Judges the processes of the rows.

    A process without any row left is remembered until its minute is over: one that connects again and again is not
    read more often for it. Of one that has ended, what was found stays for as long as its rows do.
    """

    name = "processes"

    def __init__(self, rules: Rules, reader: Reader, lists: Lists | None) -> None:
        self._rules, self._reader, self._lists = rules, reader, lists
        self._cases: dict[Identity, Case] = {}
        self._owners: dict[Key, tuple[Process, ...]] = {}
        self._turns: Turns[Identity] = Turns()
        self._idle: OrderedDict[Identity, None] = OrderedDict()
        self._unread: set[Identity] = set()
        self._asked: deque[tuple[Identity, File]] = deque()
        self._compared: set[tuple[int, int]] = set()
        self._hashed = 0.0

    def compare(self, process: Process, file: File) -> None:
        """Compare the program `file` with its package from the next look on, in whichever process it runs.

        For who has looked closer at one of them; to be called from any thread.
        """
        self._asked.append((process.identity, file))

    def take(self, news: News) -> None:
        """Take in which rows differ, and so which processes are new or have none any more."""
        self._renew()
        self._heed()
        for key, row in news.update.items():
            owners = () if row is None else row.owners
            for process in self._owners.pop(key, ()):
                if process not in owners:
                    self._leave(key, process.identity)
            if row is not None and owners:
                self._owners[key] = owners
                for process in owners:
                    self._join(row, process)

    def due(self, now: float) -> Iterator[Verdict]:
        """Yield verdicts; of a process that has no connection any more, that nothing is to be told."""
        self._hashed = 0.0
        while len(self._idle) > IDLE:
            yield self._retire(next(iter(self._idle)))
        for identity in self._turns.called(now):
            yield from self._judged(self._cases[identity], now)
        for identity, _ in self._turns.again(now):
            if identity in self._idle:
                yield self._retire(identity)
            else:
                yield from self._judged(self._cases[identity], now)

    def _renew(self) -> None:
        """Judge again those that could not be compared with every list, once all lists have been read."""
        if self._lists is not None:
            self._lists.refresh()
            if self._unread and not self._lists.unread:
                for identity in self._unread:
                    self._turns.call(identity)
                self._unread.clear()

    def _heed(self) -> None:
        """Note which programs are to be compared; the process that was looked at has its turn now, others in theirs."""
        while self._asked:
            identity, file = self._asked.popleft()
            if _name(file) not in self._compared:
                self._compared.add(_name(file))
                if identity in self._cases:
                    self._turns.call(identity)

    def _join(self, row: Row, process: Process) -> None:
        case = self._cases.get(process.identity)
        if case is None:
            case = self._cases[process.identity] = Case(process)
            self._turns.call(process.identity)
        elif case.process.executable != process.executable:  # it runs another program now
            self._turns.call(process.identity)
        case.process = process
        self._idle.pop(process.identity, None)
        if case.join(row):
            self._turns.call(process.identity)

    def _leave(self, key: Key, identity: Identity) -> None:
        case = self._cases[identity]
        case.leave(key)
        if not case.rows:
            self._idle[identity] = None

    def _retire(self, identity: Identity) -> Verdict:
        self._idle.pop(identity)
        self._turns.drop(identity)
        self._unread.discard(identity)
        self._rules.forget(identity)
        return Verdict("process", About(identity, self._cases.pop(identity).process.label))

    def _judged(self, case: Case, now: float) -> Iterator[Verdict]:
        if case.has_ended:
            return
        process, case.waits = case.process, False
        evidence = self._rules.read(OF_EVIDENCE, process.identity, lambda: self._evidence(case))
        answers, digest = self._answers(case, evidence, now)
        if not self._reader.is_there(process):  # what was read may be of another one that has got its pid
            case.has_ended = True
            answers, digest = unknown((*OF_EVIDENCE, *OF_PROVENANCE, *OF_PROGRAM), _ENDED), None
            if case.is_judged:
                return
        elif isinstance(evidence, Unread) and evidence is not FAULT:
            self._try_again(case)
        elif has_hit(answers) and _is_deferred(case):
            return
        case.is_judged = True
        silenced = digest if _tells(process, evidence) else None
        yield Verdict("process", About(process.identity, process.label, silenced, process.service), answers)

    def _evidence(self, case: Case) -> Reading[Evidence]:
        """Read the evidence; what has the place of a deleted program is compared with its package in its turn.

        Each time anew: in the middle of an upgrade the new file is there, and the database still the old one.
        """
        found = self._reader.evidence(case.process, case.contacts())
        executable = None if isinstance(found, Unread) else found.executable
        if isinstance(found, Unread) or not isinstance(executable, Executable) or not executable.successor:
            return found
        if self._is_spent(case):
            return found
        began = time.perf_counter()
        successor = self._reader.successor(case.process.pid)
        self._hashed += time.perf_counter() - began
        return replace(found, successor=successor)

    def _try_again(self, case: Case) -> None:
        if case.retries < RETRIES:
            case.retries += 1
            self._turns.call(case.process.identity)

    def _is_spent(self, case: Case) -> bool:
        """Whether whole programs have been read for long enough at this look: then a case has its turn at the next."""
        case.waits = self._hashed >= HASHING
        if case.waits:
            self._turns.call(case.process.identity)
        return case.waits

    def _answers(self, case: Case, evidence: Reading[Evidence], now: float) -> tuple[Answers, str | None]:
        """Return the answers, and the SHA-256 of the program where it was wanted and is known."""
        process = case.process
        executable: Reading[Executable | None] = FAULT
        if not isinstance(evidence, Unread):
            answers, executable = list(self._rules.ask(OF_EVIDENCE, process.identity, evidence)), evidence.executable
            if evidence.kernel:
                return answers, None
        elif evidence is FAULT:
            answers = unknown(OF_EVIDENCE, evidence.reason)
        else:
            return unknown((*OF_EVIDENCE, *OF_PROVENANCE, *OF_PROGRAM), evidence.reason), None
        answers += self._by_provenance(case, executable, compare=has_hit(answers) or self._is_compared(executable))
        unread = self._lists.unread if self._lists else ""
        looks_up = self._lists is not None and self._lists.has_digests
        digest = self._digest(case, executable) if looks_up or has_hit(answers) else None
        if looks_up or unread:
            answers += self._by_lists(process, digest, unread, now)
        return answers, digest

    def _is_compared(self, executable: Reading[Executable | None]) -> bool:
        file = executable.file if isinstance(executable, Executable) else None
        return isinstance(file, File) and _name(file) in self._compared

    def _by_provenance(self, case: Case, executable: Reading[Executable | None], *, compare: bool) -> Answers:
        identity = case.process.identity
        found = self._rules.read(OF_PROVENANCE, identity, lambda: case.provenance(self._reader, executable, compare))
        if isinstance(found, Unread):
            return unknown(OF_PROVENANCE, found.reason)
        return list(self._rules.ask(OF_PROVENANCE, identity, found))

    def _digest(self, case: Case, executable: Reading[Executable | None]) -> str | None:
        """Return the SHA-256 of a program; `None` also when its turn is only at the next look."""
        process = case.process
        file = executable.file if isinstance(executable, Executable) else None
        basis = (file.device, file.inode, file.modified, file.changed) if isinstance(file, File) else None
        if case.digest is not None and basis is not None and case.digest[0] == basis:
            return case.digest[1]
        if self._is_spent(case):
            return None
        began = time.perf_counter()
        found = self._rules.read(OF_PROGRAM, process.identity, lambda: self._reader.digest_of(process))
        self._hashed += time.perf_counter() - began
        if found is None or isinstance(found, Unread):
            return None
        case.digest = (basis, found) if basis else None
        return found

    def _by_lists(self, process: Process, digest: str | None, unread: str, now: float) -> Answers:
        """Ask the lists; `unread` was told before it was asked whether any of them has hashes."""
        assert self._lists is not None  # noqa: S101 - asked only with lists
        if unread:
            self._unread.add(process.identity)
        elif not digest:
            unread = "The program of the process is not read (yet), so that its hash is not known."
        matches = self._lists.digest(digest) if digest else ()
        evidence = ProgramLookup(process.program or process.name, digest or "", matches, now, unread)
        return list(self._rules.ask(OF_PROGRAM, process.identity, evidence))


def _name(file: File) -> tuple[int, int]:
    """Return which file it is, whatever happens to it: whoever changes it has it compared all the same."""
    return file.device, file.inode


def _is_deferred(case: Case) -> bool:
    """Whether a finding waits for what is read of its program at the next look: it may be silenced, or an upgrade."""
    case.deferred = case.deferred + 1 if case.waits else 0
    return 0 < case.deferred <= DEFERRALS


def _tells(process: Process, evidence: Reading[Evidence]) -> bool:
    """Whether the hash of a program tells what it runs: not that of a shell or interpreter, nor of a copy of one."""
    executable = None if isinstance(evidence, Unread) else evidence.executable
    is_copy = isinstance(executable, Executable) and isinstance(executable.original, str)
    return has_purpose(process) and not is_copy
