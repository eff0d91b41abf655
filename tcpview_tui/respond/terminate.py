"""Ending a process, everything below it, or several processes: hold, verify, signal, wait, report.

A pid can pass to another process between a look and a signal. Where the system has pidfds (Linux 5.3,
pidfd_open(2)) the target is held by one first and its start time is compared afterwards: from then on the signal
reaches that process or nobody. Elsewhere psutil compares the start time immediately before it signals.
"""

from __future__ import annotations

import signal as signals
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

import psutil

from tcpview_tui import text
from tcpview_tui.clock import SystemClock
from tcpview_tui.respond.guard import Guard
from tcpview_tui.respond.handle import Handle, PidHandle, hold
from tcpview_tui.respond.outcome import Outcome, refused, worst
from tcpview_tui.respond.reasons import failure, mismatch, why_running, words
from tcpview_tui.sources import proctable
from tcpview_tui.sources.proctable import Entry, Table

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.respond.plan import TerminationPlan

Signal = Literal["TERM", "KILL"]
"""TERM asks and can be ignored, KILL cannot (signal(7)). On Windows both are TerminateProcess, which is like KILL."""

PATIENCE = 2.0
"""Seconds to wait for the end of what was signalled, all targets together."""

_PASSES = 12
"""Listings made while looking for children that a tree forks meanwhile; a tree that still grows then is reported."""

_PIDFD_LIMIT = 256
"""Pidfds held at once: the usual limit on open files is 1024, and the sampler needs some of them."""


def terminate(
    plan: TerminationPlan,
    signal: Signal,
    tree: bool = False,
    typed_pid: int | None = None,
    *,
    patience: float = PATIENCE,
    read: Callable[[], Table] = proctable.read_table,
    hold: Callable[[int], Handle] = hold,
) -> Outcome:
    """Send `signal` to the process of `plan`, with `tree` also to its descendants, and return what came of it.

    The descendants are those of the plan and those found now. Everything is verified again: each start time, and
    the guard's verdict, which `typed_pid` satisfies when it asks for the pid of the process. Takes `patience` seconds
    at most, besides listing all processes: call it in a worker. It raises nothing; `read` and `hold` reach the machine.
    """
    root = _entry(plan.process)
    below = [Entry(d.pid, 0, d.name, d.started) for d in plan.descendants] if tree else []
    with ExitStack() as stack:
        run = _Run(root, tree, typed_pid, read, hold, stack)
        return run.begin(below, signal) or run.report(signal, _Wait(patience))


def terminate_all(
    processes: Iterable[Process],
    signal: Signal,
    *,
    patience: float = PATIENCE,
    read: Callable[[], Table] = proctable.read_table,
    hold: Callable[[int], Handle] = hold,
) -> list[Outcome]:
    """Send `signal` to `processes`, one after the other, and return what came of each, in their order.

    Each is verified as `terminate` does it, immediately before its signal; their trees are left alone, and who would
    need a typed pid is refused. All are waited for together, `patience` seconds at most. It lists all processes once
    and holds a descriptor for each target: call it in a worker, with not more targets than `several.LIMIT`.
    """
    read = cache(read)
    with ExitStack() as stack:
        runs = [_Run(_entry(process), False, None, read, hold, stack) for process in processes]
        refusals = [run.begin([], signal) for run in runs]
        wait = _Wait(patience)
        return [refusal or run.report(signal, wait) for run, refusal in zip(runs, refusals, strict=True)]


def _entry(process: Process) -> Entry:
    return Entry(process.pid, 0, process.name, process.started)


class _Wait:
    """Seconds that all targets of an action have together to end."""

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self._clock = SystemClock()
        self._deadline = self._clock.monotonic() + patience

    @property
    def left(self) -> float:
        return max(self._deadline - self._clock.monotonic(), 0)


@dataclass(slots=True)
class _Run:
    """One call of `terminate`: the targets so far, those that are held, and what became of the others."""

    root: Entry
    tree: bool
    typed_pid: int | None
    read: Callable[[], Table]
    hold: Callable[[int], Handle]
    stack: ExitStack
    targets: dict[tuple[int, float | None], Entry] = field(default_factory=dict)
    held: list[tuple[Entry, Handle]] = field(default_factory=list)
    failures: list[Outcome] = field(default_factory=list)

    def begin(self, below: list[Entry], signal: Signal) -> Outcome | None:
        """Verify and signal everybody; the outcome when that ended it, `None` when it remains to `report`."""
        if self.root.started is None:
            return refused(f"It is unknown when {self.root} started, so it could be another process by now.")
        try:
            return self._signal_all(self.read(), below, signal)
        except (OSError, psutil.Error) as error:
            return failure(self.root, error)

    def _signal_all(self, table: Table, below: list[Entry], signal: Signal) -> Outcome | None:
        targets = [self.root, *below]
        targets += self._descendants(table, targets)
        verdict = Guard(table).judge_all([target.pid for target in targets])
        if verdict.forbids(self.root.pid, self.typed_pid):
            return refused(verdict.explain(self.root.pid))
        # A frozen process can neither fork nor start its children again. TERM only asks, so nothing is frozen for it.
        freeze = self.tree and signal == "KILL" and hasattr(signals, "SIGSTOP")
        self._sweep(table, targets, "STOP" if freeze else signal)
        if freeze:
            self.held = [pair for pair in self.held if self._send(*pair, signal)]
        return None

    def _sweep(self, table: Table, fresh: list[Entry], name: str) -> None:
        """Signal `fresh`, parents first, and whoever they fork meanwhile, until two listings show nobody new."""
        quiet = 0
        for _ in range(_PASSES):
            judge = Guard(table)
            for target in fresh:
                self._take(target, judge, name)
            if not self.tree or not self.held or quiet == 2:
                return
            table = self.read()
            fresh = self._descendants(table, list(self.targets.values()))
            quiet = 0 if fresh else quiet + 1
        self.failures.append(Outcome(False, "running", f"New children of {self.root} kept appearing; try again."))

    def _descendants(self, table: Table, known: list[Entry]) -> list[Entry]:
        """Return the descendants, in `table`, of those `known` that still are who they were, without any known."""
        if not self.tree:
            return []
        identities = {(entry.pid, entry.started) for entry in known}
        alive = [e for e in known if e.pid in table and proctable.same_start(e.started, table[e.pid].started)]
        found = proctable.descendants(table, [entry.pid for entry in alive])
        return [child for _, child in found if (child.pid, child.started) not in identities]

    def _take(self, target: Entry, judge: Guard, name: str) -> None:
        identity = target.pid, target.started
        if identity in self.targets or self._root_changed:
            return
        self.targets[identity] = target
        verdict = judge.judge(target.pid)
        if verdict.forbids(self.root.pid, self.typed_pid):
            self.failures.append(refused(verdict.explain(self.root.pid)))
        elif (handle := self._verified(target)) and self._send(target, handle, name):
            self.held.append((target, handle))

    @property
    def _root_changed(self) -> bool:
        # The root is taken first, so a first failure with nobody held is its own.
        return not self.held and bool(self.failures) and self.failures[0].kind == "changed"

    def _verified(self, target: Entry) -> Handle | None:
        """Hold the target first and look who it is afterwards; the other order would leave a gap between the two."""
        try:
            handle = (self.hold if len(self.held) < _PIDFD_LIMIT else PidHandle)(target.pid)
            self.stack.callback(handle.close)
            trouble = mismatch(target, proctable.read_entry(target.pid), handle.ended(0))
        except (OSError, psutil.Error) as error:
            trouble = failure(target, error)
        if trouble:
            self.failures.append(trouble)
            return None
        return handle

    def _send(self, target: Entry, handle: Handle, name: str) -> bool:
        try:
            handle.send(name)
        except (OSError, psutil.Error) as error:
            self.failures.append(failure(target, error))
            return False
        return True

    def report(self, signal: Signal, wait: _Wait) -> Outcome:
        """Wait for the end of everybody signalled, and return what came of it."""
        running = list(self._still_running(signal, wait))
        results = [*self.failures, *running]
        if not self.tree and results:
            return results[0]
        if not self.held:
            return worst(results)
        others = len(self.held) - 1
        with_others = f" and {text.count(others, 'other process', 'other processes')} of its tree" if others else ""
        sent = f"Sent {signal} to {self.held[0][0]}{with_others}."
        bad = tuple(result.sentence for result in results if result.kind != "gone")
        if not bad:
            return Outcome(True, "done", f"{sent} {'All have' if others else 'It has'} ended.")
        return Outcome(False, worst(results).kind, f"{sent} Not all went as asked: {bad[0]}", bad)

    def _still_running(self, signal: Signal, wait: _Wait) -> Iterator[Outcome]:
        for target, handle in self.held:
            try:
                ended = handle.ended(wait.left)
                why = "" if ended else why_running(target, signal, wait.patience)
            except psutil.NoSuchProcess:
                continue
            except (OSError, psutil.Error) as error:
                why = f"Sent {signal} to {target}; whether it ended is not known: {words(error)}."
            if why:
                yield Outcome(False, "running", why)
