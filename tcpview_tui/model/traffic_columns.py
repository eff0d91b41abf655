"""The columns that show what a connection carries: their values are those of its gauge and not of the row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tcpview_tui import text
from tcpview_tui.model.column import Column, Context

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row


def _counter(name: str) -> Callable[[Row, Context], Any]:
    def value(row: Row, context: Context) -> Any:
        gauge = context.gauges.get(row.connection.key)
        return None if gauge is None else getattr(gauge.counters, name)

    return value


def _rate(direction: str) -> Callable[[Row, Context], float | None]:
    """Unlike a counter a rate is known without decoding; only TCP connections have one."""

    def value(row: Row, context: Context) -> float | None:
        connection = row.connection
        gauge = context.gauges.get(connection.key)
        if gauge is None or connection.transport != "tcp" or connection.remote is None:
            return None
        rate: float = getattr(gauge, direction)
        return rate

    return value


def _rtt(row: Row, context: Context) -> float | None:
    seconds = _counter("rtt")(row, context)
    return None if seconds is None else seconds * 1000


def _rtt_text(row: Row, context: Context) -> str:
    thousandths = _rtt(row, context)
    return "" if thousandths is None else f"{thousandths:.2f}" if thousandths < 10 else f"{thousandths:.0f}"


def _sized(value: Callable[[Row, Context], Any]) -> Callable[[Row, Context], str]:
    def shown(row: Row, context: Context) -> str:
        number = value(row, context)
        return "" if number is None else text.size(number)

    return shown


def _counted(value: Callable[[Row, Context], Any]) -> Callable[[Row, Context], str]:
    def shown(row: Row, context: Context) -> str:
        number = value(row, context)
        return "" if number is None else str(number)

    return shown


_receiving, _sending = _rate("receiving"), _rate("sending")
_received, _sent, _retransmits = _counter("received"), _counter("sent"), _counter("retransmits")
_packets_received, _packets_sent = _counter("packets_received"), _counter("packets_sent")
_receive_queue, _send_queue = _counter("receive_queue"), _counter("send_queue")

TRAFFIC_COLUMNS: tuple[Column, ...] = (
    Column(
        "rate_in", "Recv/s", "Recv/s",
        "Bytes received per second, smoothed. Empty: no kernel counts the bytes of UDP, and only Linux those of TCP.",
        20, 6, 7, _receiving, _sized(_receiving), right=True,
    ),
    Column(
        "rate_out", "Sent/s", "Sent/s", "Bytes sent per second, smoothed; empty as Recv/s.",
        21, 6, 7, _sending, _sized(_sending), right=True,
    ),
    Column(
        "recv", "Received", "Recv",
        "Bytes received since it was opened; of a closed one it can be one more, its end. Empty as Recv/s.",
        22, 5, 8, _received, _sized(_received), right=True,
    ),
    Column(
        "sent", "Sent", "Sent", "Bytes sent, each counted once; empty as Recv/s.",
        23, 5, 8, _sent, _sized(_sent), right=True,
    ),
    Column(
        "precv", "Packets received", "PRecv", "TCP segments received; empty as Recv/s.",
        24, 7, 10, _packets_received, _counted(_packets_received), right=True,
    ),
    Column(
        "psent", "Packets sent", "PSent", "TCP segments sent; empty as Recv/s.",
        25, 7, 10, _packets_sent, _counted(_packets_sent), right=True,
    ),
    Column(
        "retrans", "Retransmits", "Retr", "TCP segments sent again; empty as Recv/s.",
        26, 6, 11, _retransmits, _counted(_retransmits), right=True,
    ),
    Column(
        "rtt", "RTT ms", "RTT ms", "Round-trip time in milliseconds, smoothed (RFC 6298); empty as Recv/s.",
        27, 6, 7, _rtt, _rtt_text, right=True,
    ),
    Column(
        "recvq", "Receive queue", "RecvQ",
        "Bytes the process has not read yet; of a listener, connections not yet accepted. Empty: only Linux tells.",
        28, 5, 7, _receive_queue, _sized(_receive_queue), right=True,
    ),
    Column(
        "sendq", "Send queue", "SendQ",
        "Bytes sent and not confirmed; of a listener, how many connections may wait. Empty: only Linux tells.",
        29, 5, 7, _send_queue, _sized(_send_queue), right=True,
    ),
)  # fmt: skip

TRAFFIC = frozenset(column.id for column in TRAFFIC_COLUMNS)
"""The ids of these columns: they move while the rows do not."""
