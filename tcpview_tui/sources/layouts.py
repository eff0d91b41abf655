"""Messages of a dump cut into pieces: those of one length that follow each other, in one pass of C."""

from __future__ import annotations

import struct

from tcpview_tui.sources import inet_diag
from tcpview_tui.sources.inet_diag import COUNTED, SIZE
from tcpview_tui.sources.netlink import HEAD

_START = struct.Struct("=IH")
"""Length and type of a netlink message."""

MESSAGE = 20
"""SOCK_DIAG_BY_FAMILY (include/uapi/linux/sock_diag.h)."""

_KEPT = 1_000
"""Layouts remembered; a kernel has a dozen, and damaged datagrams must not fill the memory."""

Layout = tuple[int, struct.Struct]
"""The length of a message, and what takes from one: length, type, `inet_diag_msg`, counters."""


class Layouts:
    """What messages of each length look like, as far as met."""

    def __init__(self) -> None:
        self._known: dict[int, Layout] = {}

    def of(self, part: bytes, at: int) -> Layout | None:
        """Return the layout of the message at `at`; `None` when no whole one is there."""
        if at + HEAD.size + SIZE > len(part):
            return None
        length, kind = _START.unpack_from(part, at)
        if kind != MESSAGE or length < HEAD.size + SIZE or length & 3 or at + length > len(part):
            return None  # the kernel pads every attribute to four bytes (nla_put)
        layout = self._known.get(length)
        if layout is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            layout = self._known[length] = length, _struct(part, at, length)
        return layout


def _struct(part: bytes, at: int, length: int) -> struct.Struct:
    body = HEAD.size + SIZE
    first, last = inet_diag.info_in(part, at + HEAD.size, at + length)
    begin = min(first + COUNTED.start, last) - at if last else body
    end = min(first + COUNTED.stop, last) - at if last else body
    return struct.Struct(f"=IH10x{SIZE}s{begin - body}x{end - begin}s{length - end}x")
