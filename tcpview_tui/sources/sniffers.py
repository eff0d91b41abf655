"""The processes that have packet and raw sockets, in whatever network namespace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import Sniffer, Tap, Unlooked
from tcpview_tui.sources import taps
from tcpview_tui.sources.processes import ProcessTable
from tcpview_tui.sources.rounds import Round, Rounds
from tcpview_tui.sources.tap_holders import TapHolders
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Namespace
    from tcpview_tui.model.process import Process


class Sniffers:
    """Lists the taps at each look, and seeks their processes. Used by one thread at a time."""

    def __init__(self, clock: Clock, proc: Path = Path("/proc")) -> None:
        self._clock = clock
        self._net = proc / "thread-self/net"
        self._rounds = Rounds(proc, "sniffer", self._taps)
        self._holders = TapHolders(proc)
        self._processes = ProcessTable()
        self._since: dict[int, float] = {}

    def look(self) -> Reading[tuple[Sniffer | Unlooked, ...]]:
        """Return every process with taps, taps without a process, and where none could be looked for. Never raises.

        Costs 0.3 milliseconds, half a one for each other network namespace, 4 microseconds for each process of the
        machine; and when a tap is new, 15 for each process and 5 for each of its open files.
        """
        try:
            found = self._rounds.go()
            held = self._hold(found)
        except (OSError, ValueError) as error:
            return Unread(f"Packet and raw sockets cannot be listed: {safe(str(error), 200)}.")
        return (*self._sniffers(held), *found.unlooked)

    def _taps(self, namespace: Namespace | None) -> list[Tap]:
        return [tap._replace(namespace=namespace) for tap in taps.read(self._net)]

    def _hold(self, found: Round[Tap]) -> dict[Process | int, list[Tap]]:
        """Return the taps by process; by its inode one that is seen now and has none."""
        pids = self._holders.look({tap.inode for tap in (*found.now, *found.earlier)})
        self._processes.begin()
        held: dict[Process | int, list[Tap]] = {}
        for some, is_now in ((found.now, True), (found.earlier, False)):
            for tap in some:
                processes = [each for pid in sorted(pids[tap.inode]) if (each := self._processes.get(pid))]
                for process in processes:
                    held.setdefault(process, []).append(tap)
                if is_now and not processes:
                    held[tap.inode] = [tap]
        return held

    def _sniffers(self, held: dict[Process | int, list[Tap]]) -> Iterator[Sniffer]:
        now = self._clock.wall()
        self._since = {tap.inode: self._since.get(tap.inode, now) for some in held.values() for tap in some}
        for whose, some in held.items():
            since = min(self._since[tap.inode] for tap in some)
            yield Sniffer(self._nobody() if isinstance(whose, int) else whose, tuple(some), since)

    def _nobody(self) -> Unread | None:
        """Return why a tap is of no process: some may not be looked into, or it is of none."""
        if self._holders.sees_all:
            return None
        return Unread("The processes of packet and raw sockets are not all to be seen from here: only root sees all.")
