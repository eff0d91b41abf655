"""What the rules about the machine cost: `python -m tests.benchmarks.findings_machine [SOCKETS]`.

Each is looked for once a minute. The budget is a tenth of the time that the looks of a minute take, of which a dump of
the kernel at 10,000 sockets is the least: 12 ms each.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.rules.hidden import HIDDEN_PROCESS, HIDDEN_SOCKET
from tcpview_tui.findings.rules.ld_preload import LD_SO_PRELOAD
from tcpview_tui.findings.rules.ownerless import OWNERLESS
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.sources import preload_file
from tcpview_tui.sources.crosscheck import REST, CrossCheck
from tcpview_tui.sources.hidden import SLICE, HiddenProcesses, answering
from tcpview_tui.sources.sniffers import Sniffers
from tests.benchmarks.holders import holding
from tests.benchmarks.network import own_network
from tests.benchmarks.report import Figure, measured, show
from tests.findings.rules.test_ownerless import NOBODY, evidence

MINUTE_MS = 60 * 12.0
ASKED = 5
"""How often each is measured: the least counts, for others use this machine, too."""


def cost(work: Callable[[], Any]) -> float:
    """Return the milliseconds of processor that `work` takes."""
    spent = []
    for _ in range(ASKED):
        with measured() as each:
            work()
        spent.append(each.cpu)
    return min(spent)


def machine(sockets: int) -> list[Figure]:
    clock = SystemClock()
    ids = cost(partial(answering, range(1, SLICE + 1)))
    hidden = cost(HiddenProcesses(clock).look)
    compared = cost(lambda: CrossCheck(clock).look())
    a_minute = min(compared, 60_000 / REST)
    taps, preloaded = Sniffers(clock), cost(preload_file.read)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP):
        walk = cost(lambda: Sniffers(clock).look())
        taps.look()
        known = cost(taps.look)
    total = hidden + a_minute + known + preloaded
    return [
        Figure(f"hidden-process: {SLICE:,} ids asked", ids, "ms"),
        Figure("hidden-process: a look here", hidden, "ms"),
        Figure(f"hidden-socket: a comparison of {sockets:,} sockets", compared, "ms"),
        Figure("hidden-socket: what its rest leaves of it, a minute", a_minute, "ms"),
        Figure("sniffer: a look, its process known", known, "ms"),
        Figure("sniffer: a look, all open files gone through", walk, "ms"),
        Figure("ld-so-preload: a look", preloaded, "ms"),
        Figure("all of them, a minute", total, "ms", MINUTE_MS / 10, MINUTE_MS),
    ]


def verdicts() -> list[Figure]:
    rules = (HIDDEN_PROCESS, HIDDEN_SOCKET, SNIFFER, LD_SO_PRELOAD)
    unread, nobodys = Unread("No."), evidence(NOBODY)
    pure = cost(lambda: [rule.check(unread) for _ in range(250) for rule in rules])
    return [
        Figure(
            "ownerless: 1,000 rows without owner", cost(lambda: [OWNERLESS.check(nobodys) for _ in range(1000)]), "ms"
        ),
        Figure("the others: 1,000 that could not be read", pure, "ms"),
    ]


if __name__ == "__main__":
    own_network("tests.benchmarks.findings_machine", *sys.argv[1:])
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with holding(number) as held:
        show(f"The rules about the machine, {held.sockets:,} sockets", machine(held.sockets))
    show("Their verdicts", verdicts())
