"""What a trace_pipe of tracefs says about TCP sockets: its text, taken apart.

Every line begins with the name of a process, 15 bytes that the process chose: spaces, brackets, digits, newlines. They
are too few to spell what follows them, so a record is found by its fixed part, and the name is what stands before it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tcpview_tui.model.address import canonical
from tcpview_tui.model.connection import Endpoint, Family, State
from tcpview_tui.text import safe_bytes

EVENT = "inet_sock_set_state"
"""The tracepoint that tells each change of a socket's state (include/trace/events/sock.h; Linux 4.16 and later)."""

_RECORD = re.compile(
    rb"-(\d+) +(?:\( *(\d+|-+)\) +)?\[\d+\] (\S{4,6}) +(\d+\.\d+): inet_sock_set_state: family=AF_INET(6?)"
    rb" protocol=IPPROTO_TCP sport=(\d+) dport=(\d+) saddr=([\d.]+) daddr=([\d.]+)"
    rb" saddrv6=([\da-f:.]+) daddrv6=([\da-f:.]+) oldstate=TCP_(\w+) newstate=TCP_(\w+)\n"
)
"""Thread, process, processor, context, seconds (Documentation/trace/ftrace.rst), and the fields of the tracepoint."""

_NAME_FIELD = 16
"""Bytes that the name stands in, padded on the left (kernel/trace/trace_output.c); TASK_COMM_LEN is 16 with its NUL."""

_LOST = re.compile(rb"CPU:\d+ \[LOST (?:(\d+) )?EVENTS\]\n")
"""What the pipe says where its buffer ran over; longer than a name, so that no process can forge it."""

_UNNAMED = b"<...>"
"""What the kernel writes when it has forgotten the name."""

_STATES = {
    b"ESTABLISHED": State.ESTABLISHED,
    b"SYN_SENT": State.SYN_SENT,
    b"SYN_RECV": State.SYN_RECEIVED,
    b"NEW_SYN_RECV": State.SYN_RECEIVED,
    b"FIN_WAIT1": State.FIN_WAIT_1,
    b"FIN_WAIT2": State.FIN_WAIT_2,
    b"TIME_WAIT": State.TIME_WAIT,
    b"CLOSE": State.CLOSED,
    b"CLOSE_WAIT": State.CLOSE_WAIT,
    b"LAST_ACK": State.LAST_ACK,
    b"LISTEN": State.LISTEN,
    b"CLOSING": State.CLOSING,
}
"""The kernel's spelling of the states (include/net/tcp_states.h)."""


class Transition(NamedTuple):
    """One change of a socket's state. `at` is seconds of the clock that the trace was told to use.

    `local` has port 0 where a socket begins to connect before the kernel has chosen its port. `pid` and `name` say who
    ran on the processor; only where `is_call` did that process itself ask for the change. `name` may be empty.
    """

    at: float
    pid: int
    name: str
    is_call: bool
    family: Family
    local: Endpoint
    remote: Endpoint
    old: State
    new: State
    is_thread: bool = False
    """Whether `pid` is that of a thread, whose process the kernel had not noted yet."""
    thread: int = 0
    """The number of the thread, also where `pid` is that of its process."""


class Batch(NamedTuple):
    """What one read brought: the transitions in order, how many the kernel lost, and the begun record at the end."""

    transitions: list[Transition]
    lost: int
    rest: bytes


def parse(text: bytes) -> Batch:
    """Take the text of a pipe apart. Never raises; what is no record of this tracepoint is passed over."""
    transitions: list[Transition] = []
    end = lost = 0
    for record in _RECORD.finditer(text):
        before, end = text[end : record.start()], record.end()
        transition = _transition(before[-_NAME_FIELD:], record)
        if transition:
            transitions.append(transition)
        if len(before) > _NAME_FIELD:
            lost += _lost(before)
    return Batch(transitions, lost, text[end:])


def _transition(name: bytes, record: re.Match[bytes]) -> Transition | None:
    thread, process, context, at, six, sport, dport, saddr, daddr, saddr6, daddr6, old, new = record.groups()
    is_noted = process is not None and process.isdigit()
    try:
        return Transition(
            float(at),
            int(process) if is_noted else int(thread),
            _name(name),
            _is_call(context),
            _family(daddr6 if six else daddr),
            _endpoint(saddr6 if six else saddr, sport),
            _endpoint(daddr6 if six else daddr, dport),
            _STATES[old],
            _STATES[new],
            not is_noted,
            int(thread),
        )
    except (KeyError, ValueError):  # a state of a kernel to come; a number that no kernel writes
        return None


def _is_call(context: bytes) -> bool:
    # First sign: interrupts or softirqs held off; third: inside an interrupt or softirq. There the process is
    # whatever the interrupt fell upon, a kernel thread, or one that resets a connection of another (tcp_abort).
    return context[:1] == b"." and context[2:3] == b"."


def _lost(before: bytes) -> int:
    return sum(int(number[:18] or 1) for number in _LOST.findall(before))


@lru_cache(maxsize=4096)
def _name(field: bytes) -> str:
    name = field.lstrip(b" ")
    return "" if name == _UNNAMED else safe_bytes(name)


@lru_cache(maxsize=16_384)
def _endpoint(address: bytes, port: bytes) -> Endpoint:
    return Endpoint(canonical(address.decode("ascii")), int(port))


@lru_cache(maxsize=16_384)
def _family(address: bytes) -> Family:
    return 6 if ":" in canonical(address.decode("ascii")) else 4
