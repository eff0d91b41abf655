"""What the kernel counts of a TCP connection, and what that tells: traffic, and who opened it.

Layout: struct tcp_info in include/uapi/linux/tcp.h; offsets count from its first byte.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from tcpview_tui.model.connection import Direction, State
from tcpview_tui.model.traffic import Counters

COUNTED = slice(60, 216)
"""The part of `tcp_info` that changes with traffic alone: what counts milliseconds stands before it."""

UNACKED = slice(24, 28)
"""`tcpi_unacked`: segments under way."""

_QUEUES = struct.Struct("=II")
_RTT, _RETRANSMITTED, _SEGMENTS = struct.Struct("=I"), struct.Struct("=I"), struct.Struct("=I")
_BYTES = struct.Struct("=QQII")
_SENT = struct.Struct("=QQ")
_RTT_AT, _RETRANSMITTED_AT, _BYTES_AT, _SEGMENTS_AT, _SENT_AT = 68, 100, 120, 152, 200

_NONE = bytes(4)

_SIDE = struct.Struct("=60xQ72xQQ")
"""Of all that is `COUNTED`: `tcpi_bytes_acked`, `tcpi_bytes_sent`, `tcpi_bytes_retrans`."""

_HAS_RECEIVED_FIN = frozenset({State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING, State.TIME_WAIT})
"""States in which the sequence number of the other end's FIN is among the bytes received (RFC 9293 section 3.4)."""

_FIN_ACKED = {State.ESTABLISHED: 0, State.CLOSE_WAIT: 0, State.FIN_WAIT_2: 1}
"""Sequence numbers of our own FIN that the other end has acknowledged, in the states where that is certain."""

_BEFORE: dict[State, Direction] = {State.SYN_SENT: "out", State.SYN_RECEIVED: "in"}
"""States on the way to a connection, which tell by themselves."""

_SURPLUS: dict[int, Direction] = {0: "in", 1: "out"}


class Measured(NamedTuple):
    """The counters of one socket as the kernel wrote them; `info` is the part `COUNTED` of its `tcp_info`."""

    state: State
    queues: bytes
    info: bytes
    congestion: str | None = None

    @property
    def counters(self) -> Counters:
        """The counters; an old kernel's shorter `tcp_info` leaves out what it does not have."""
        received, sent = _QUEUES.unpack(self.queues)
        if not self.info or self.state is State.LISTEN:
            return Counters(receive_queue=received, send_queue=sent)
        return Counters(
            *_payload(self.info, self.state),
            *_packets(self.info),
            _number(_RETRANSMITTED, self.info, _RETRANSMITTED_AT),
            _seconds(_number(_RTT, self.info, _RTT_AT)),
            received,
            sent,
            self.congestion,
        )


def opener(state: State, unacked: bytes, info: bytes) -> Direction | None:
    """Return who opened a TCP connection, where the parts `UNACKED` and `COUNTED` of its `tcp_info` prove it.

    `tcpi_bytes_acked` counts sequence numbers: on the side that opened also its own SYN, since the kernel begins to
    count there before it is acknowledged, and behind it on the other side (tcp_create_openreq_child in
    tcp_minisocks.c). While nothing is under way, one more than the payload sent tells the side.
    """
    fin = _FIN_ACKED.get(state)
    if fin is None:
        return _BEFORE.get(state)
    if unacked != _NONE or len(info) < _SIDE.size:
        return None
    acknowledged, sent, again = _SIDE.unpack(info)
    return _SURPLUS.get(acknowledged - (sent - again) - fin)


def _payload(info: bytes, state: State) -> tuple[int | None, int | None]:
    """Return bytes received and sent, without the sequence numbers of SYN and FIN and what was sent again.

    The FIN of the other end is among those received where the state says so, or where no segment had data.
    """
    found = _unpack(_BYTES, info, _BYTES_AT)
    if found is None:
        return None, None
    acknowledged, received = found[:2]
    sent = _unpack(_SENT, info, _SENT_AT)
    is_fin = received == 1 and _number(_SEGMENTS, info, _SEGMENTS_AT) == 0  # tcpi_data_segs_in
    received -= is_fin or state in _HAS_RECEIVED_FIN
    return max(received, 0), max(acknowledged - 1, 0) if sent is None else max(sent[0] - sent[1], 0)


def _packets(info: bytes) -> tuple[int | None, int | None]:
    found = _unpack(_BYTES, info, _BYTES_AT)
    return (None, None) if found is None else (found[3], found[2])


def _number(layout: struct.Struct, info: bytes, at: int) -> int | None:
    found = _unpack(layout, info, at)
    return None if found is None else found[0]


def _unpack(layout: struct.Struct, info: bytes, at: int) -> tuple[int, ...] | None:
    """Return fields at an offset of `tcp_info`, of which `info` is the part `COUNTED`; `None` beyond its end."""
    at -= COUNTED.start
    return layout.unpack_from(info, at) if at + layout.size <= len(info) else None


def _seconds(microseconds: int | None) -> float | None:
    return None if not microseconds else microseconds / 1e6
