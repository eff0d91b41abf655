"""Who was at it: one process, or several of one program; in words, and where that is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.rule import Whom
from tcpview_tui.model.process import Ancestor, label
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.findings.burst import Attempt
    from tcpview_tui.findings.pair import Program
    from tcpview_tui.model.process import Process

_NAMED = 3
"""Processes that are named one by one."""

_COMMAND = 100
"""Characters of a command line that a sentence takes."""

_INIT = 1
"""The pid of init, which is above everybody (pid_namespaces(7)): to have it in common says nothing."""


class Family(NamedTuple):
    """Processes of one program which together did what none of them did alone.

    `above` is the name of what they stem from: of each run of a job the same.
    """

    program: Program
    above: str | None


def whom(attempts: Sequence[Attempt]) -> Whom:
    """Return whom a finding is about that rests on these attempts, one at least, of one program.

    That is the process; of several their `Family`, and it stands at each that took part. When nobody knows the process,
    it stands at the remote ends.
    """
    processes = _processes(attempts)
    if not processes:
        return Whom(attempts[0].pair.program, "unknown process", tuple(dict.fromkeys(each.pair for each in attempts)))
    identities = tuple(each.identity for each in processes)
    if len(processes) == 1:
        return Whom(identities[0], processes[0].label, identities)
    above = _above(processes)
    family = Family(attempts[0].pair.program, above.name if above else None)
    return Whom(family, f"{processes[0].name} ({_pids(processes)})", identities)


def doers(attempts: Sequence[Attempt]) -> str:
    """Return in words by whom.

    ``by python3 (4242) of root: python3 scan.py``, or ``by 60 processes (nc) of root, all below xargs (4200): 4242,
    4243, 4244 and 57 more; the first: nc -z 203.0.113.7 445``
    """
    processes = _processes(attempts)
    if not processes:
        return "by whom is not known"
    first = processes[0]
    user = f" of {first.user}" if first.user else ""
    command = f": {safe(first.command_line, _COMMAND)}" if first.command_line else ""
    if len(processes) == 1:
        return f"by {first.label}{user}{command}"
    above = _above(processes)
    below = f", all below {label(above.name, above.pid)}" if above else ""
    told = f"by {len(processes):,} processes ({first.name}){user}{below}: {_pids(processes)}"
    return f"{told}{command and f'; the first{command}'}"


def _processes(attempts: Sequence[Attempt]) -> list[Process]:
    return list({each.process.identity: each.process for each in attempts if each.process}.values())


def _pids(processes: Sequence[Process]) -> str:
    pids = [str(each.pid) for each in processes[:_NAMED]]
    if len(processes) > _NAMED:
        return f"{', '.join(pids)} and {len(processes) - _NAMED:,} more"
    return f"{', '.join(pids[:-1])} and {pids[-1]}"


def _above(processes: Sequence[Process]) -> Ancestor | None:
    """Return the nearest process that all of these stem from; it may be one of them."""
    lines = [(Ancestor(each.pid, each.name), *each.parents) for each in processes]
    common = set.intersection(*({each.pid for each in line} for line in lines)) - {_INIT}
    return next((each for each in lines[0] if each.pid in common), None)
