"""What cannot be seen at the moment, and why, from everybody who knows a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model import limits
from tcpview_tui.model.snapshot import Code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.tui.session import Session

_TOLERANCE = 0.2
"""Seconds by which a look may be late without anybody being told: threads are not woken to the millisecond."""

_BY_SERIOUSNESS = tuple(Code)


def unseen(session: Session) -> list[Problem]:
    """Return everything that cannot be seen in a live table, the most serious first."""
    snapshot = session.snapshot
    taken = list(snapshot.problems) if snapshot else []
    every = max(snapshot.took if snapshot else 0.0, session.interval + session.late)
    is_behind = every > session.interval + _TOLERANCE
    if is_behind:
        taken.append(limits.behind(every, session.interval))
    if session.lookups.problem:
        taken.append(limits.names(session.lookups.problem))
    if session.live.dropped:
        taken.append(limits.dropped(session.live.dropped))
    if session.memory.problem:
        taken.append(limits.memory(session.memory.problem))
    taken += [*session.bench.problems(), *session.bench.origins()]
    query = session.sieve.query
    if query is not None and query.asks_baseline and session.bench.lacks_baseline:
        taken.append(limits.no_baseline())
    missed = snapshot.missed if snapshot else None
    taken.append(limits.polling(every if is_behind else session.interval, missed, _tcp_seen(session, taken)))
    return by_seriousness(taken)


def by_seriousness(taken: Iterable[Problem]) -> list[Problem]:
    """Return problems in the order in which they are shown."""
    return sorted(taken, key=lambda problem: _BY_SERIOUSNESS.index(problem.code))


def _tcp_seen(session: Session, taken: Iterable[Problem]) -> limits.TcpSeen:
    if session.sampler.source.follows_tcp:
        return "always"
    return "ending" if any(problem.code is Code.EVENTS for problem in taken) else "at looks"
