"""What is looked for on the machine itself, each with its rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tcpview_tui.findings.rules.hidden import HIDDEN_PROCESS, HIDDEN_SOCKET
from tcpview_tui.findings.rules.ld_preload import LD_SO_PRELOAD
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.judging.machine import Watch
from tcpview_tui.sources import preload_file
from tcpview_tui.sources.hidden import SLICE, HiddenProcesses
from tcpview_tui.sources.sniffers import Sniffers

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock


def watches(clock: Clock, pids: int = SLICE) -> tuple[Watch, ...]:
    """Return them; all read what only Linux has. `pids` is how many process ids are asked at a look."""
    if sys.platform != "linux":
        return ()
    from tcpview_tui.sources.crosscheck import CrossCheck

    return (
        Watch(LD_SO_PRELOAD, preload_file.read),
        Watch(SNIFFER, Sniffers(clock).look),
        Watch(HIDDEN_PROCESS, HiddenProcesses(clock, at_once=pids).look),
        Watch(HIDDEN_SOCKET, CrossCheck(clock).look),
    )
