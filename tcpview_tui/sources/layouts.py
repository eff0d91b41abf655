"""Messages of a dump cut into pieces: those of one length that follow each other, in one pass of C."""

from __future__ import annotations

import struct

from tcpview_tui.sources.inet_diag import ATTRIBUTE, NAMED, SIZE, algorithm, info_in
from tcpview_tui.sources.netlink import HEAD, SOCK_DIAG_BY_FAMILY
from tcpview_tui.sources.tcp_info import COUNTED, UNACKED

_START = struct.Struct("=IH")
"""Length and type of a netlink message."""

_KEPT = 1_000
"""Layouts remembered; a kernel has a dozen, and damaged datagrams must not fill the memory."""

Rest = tuple[bytes, str | None]
"""What a message tells of a connection besides its counters: `tcpi_unacked`, and the congestion control algorithm."""


class Layout:
    """Where the parts of a message of one length lie, as long as its `tcp_info` begins where it did in the first."""

    __slots__ = ("_behind", "_mark", "_mark_at", "_unacked", "length", "run")

    def __init__(self, part: bytes, at: int, length: int) -> None:
        """Learn it from the message of that length at `at`."""
        body = HEAD.size + SIZE
        info, end = (place - at for place in info_in(part, at + HEAD.size, at + length))
        begins, ends = min(info + COUNTED.start, end), min(info + COUNTED.stop, end)
        self.length = length
        self.run = struct.Struct(f"=IH10x{SIZE}s{begins - body}x{ends - begins}s{length - ends}x")
        """Takes from a message: length, type, `inet_diag_msg`, counters."""
        self._mark_at = info - ATTRIBUTE.size
        self._mark = part[at + self._mark_at : at + info] if info < end else b""
        self._unacked = info + UNACKED.start, info + UNACKED.stop
        behind = end + 3 & ~3
        self._behind = behind, min(behind + NAMED, length)

    def fits(self, part: bytes, at: int) -> bool:
        """Whether the counters of the message at `at` lie where this says: the header of their attribute does."""
        return part.startswith(self._mark, at + self._mark_at)

    def rest(self, part: bytes, at: int) -> Rest:
        """Return what else the message at `at` tells."""
        (begin, end), (behind, last) = self._unacked, self._behind
        return part[at + begin : at + end], algorithm(part[at + behind : at + last])


class Layouts:
    """What messages of each length look like, as far as met."""

    def __init__(self) -> None:
        self._known: dict[int, Layout] = {}

    def of(self, part: bytes, at: int) -> Layout | None:
        """Return the layout of the message at `at`, which it fits; `None` when no whole one is there."""
        if at + HEAD.size + SIZE > len(part):
            return None
        length, kind = _START.unpack_from(part, at)
        if kind != SOCK_DIAG_BY_FAMILY or length < HEAD.size + SIZE or length & 3 or at + length > len(part):
            return None  # the kernel pads every attribute to four bytes (nla_put)
        layout = self._known.get(length)
        if layout is None or not layout.fits(part, at):
            if len(self._known) >= _KEPT:
                self._known.clear()
            layout = self._known[length] = Layout(part, at, length)
        return layout
