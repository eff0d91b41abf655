"""What is known of the traffic of a row: its counters, its rates, and what its process carried altogether."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.model.tide import total
from tcpview_tui.model.traffic import Counters
from tcpview_tui.text import count, size

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Gauge

SUMMED = 10_000
"""Connections of one process that are added up at most: to decode the counters of more would hold up a key."""


def about_traffic(row: Row, held: Sequence[Row], context: Context) -> Section:
    """Return the same labels for every row; a missing value is a word. `held` are all rows of the row's process."""
    gauge = context.gauges.get(row.key)
    counters = gauge.counters if gauge else Counters()
    untold = _untold(row, context)
    absent = _absent(row, untold)
    facts = (
        fact("Received", _bytes(counters.received), absent),
        fact("Sent", _bytes(counters.sent), absent),
        fact("Packets", _packets(counters), absent),
        fact("Rate", _rate(row, gauge, counters), absent),
        fact("Retransmits", None if counters.retransmits is None else f"{counters.retransmits:,}", absent),
        fact("RTT", None if counters.rtt is None else f"{counters.rtt * 1000:.3g} ms", absent),
        fact("Congestion", counters.congestion, absent),
        fact("Queues", _queues(row, counters), untold),
        _process(held, context),
    )
    return Section("Traffic", facts)


def _untold(row: Row, context: Context) -> str:
    """Return who does not tell a number: a source that has counters has some for any connection."""
    if not context.gauges:
        return "not told by this source"
    return "not told of a closed connection" if row.is_closed else "not told by the kernel"


def _absent(row: Row, untold: str) -> str:
    if row.connection.transport != "tcp":
        return "not counted: the kernel counts it for TCP alone"
    return "none: nobody is connected" if row.connection.remote is None else untold


def _bytes(number: int | None) -> str | None:
    if number is None:
        return None
    return f"{size(number)} ({number:,} bytes)" if number >= 1024 else count(number, "byte")


def _packets(counters: Counters) -> str | None:
    if counters.packets_received is None or counters.packets_sent is None:
        return None
    return f"{counters.packets_received:,} received, {counters.packets_sent:,} sent"


def _rate(row: Row, gauge: Gauge | None, counters: Counters) -> str | None:
    if gauge is None or counters.received is None or row.connection.remote is None:
        return None
    return f"{size(gauge.receiving)}/s received, {size(gauge.sending)}/s sent"


def _queues(row: Row, counters: Counters) -> str | None:
    if counters.receive_queue is None or counters.send_queue is None:
        return None
    if row.connection.transport == "tcp" and row.connection.is_listening:
        return f"{counters.receive_queue:,} of at most {counters.send_queue:,} wait to be accepted"
    return f"{size(counters.receive_queue)} to be read, {size(counters.send_queue)} to be sent or confirmed"


def _process(held: Sequence[Row], context: Context) -> Fact:
    if not held:
        return fact("Process", None)
    if len(held) > SUMMED:
        return fact("Process", None, f"not added up: it has {len(held):,} connections")
    if not any(row.key in context.gauges for row in held):
        return fact("Process", None, "not told by this source")
    sums = total(held, context.gauges)
    received, sent = size(sums.received), size(sums.sent)
    among = count(len(held), "connection")
    return Fact("Process", f"{received} received, {sent} sent, {size(sums.rate)}/s by {among}")
