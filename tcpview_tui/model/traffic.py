"""Traffic: what a socket has sent and received, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Counters(NamedTuple):
    """The counters of one socket since it was opened; `None` where its transport or the system has no such number.

    `received` and `sent` are bytes of payload, each counted once; `retransmits` are segments sent again; `rtt` is
    the smoothed round-trip time in seconds (RFC 6298). The queues are bytes; of a TCP listener, connections that wait
    to be accepted and how many may. `congestion` is the algorithm that controls how fast is sent, ``cubic``.
    """

    received: int | None = None
    sent: int | None = None
    packets_received: int | None = None
    packets_sent: int | None = None
    retransmits: int | None = None
    rtt: float | None = None
    receive_queue: int | None = None
    send_queue: int | None = None
    congestion: str | None = None


class Measure(Protocol):
    """Counters as the source has read them, decoded when somebody asks: 100,000 sockets change less than they are."""

    @property
    def counters(self) -> Counters:
        """The counters."""
        ...


class Flow(NamedTuple):
    """What all connections together carried between two looks, bytes per second."""

    received: float = 0.0
    sent: float = 0.0


NO_FLOW = Flow()


@dataclass(frozen=True, slots=True)
class Gauge:
    """The counters of one connection and its smoothed rates, bytes per second.

    `is_busy` says that it carried payload between the look before and this one.
    """

    measure: Measure
    receiving: float = 0.0
    sending: float = 0.0
    is_busy: bool = False

    @property
    def counters(self) -> Counters:
        """The counters, decoded now."""
        return self.measure.counters

    @property
    def rate(self) -> float:
        """Bytes per second in both directions."""
        return self.receiving + self.sending
