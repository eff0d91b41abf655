"""What happened as a row of typed columns, flat, for programs that count and sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.record.community_id import community_id
from tcpview_tui.record.ecs_events import id_of
from tcpview_tui.record.excerpt import FIRST
from tcpview_tui.record.lines import WORDS, detail
from tcpview_tui.record.wire import LAST

if TYPE_CHECKING:
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.about import About
    from tcpview_tui.record.tracked import Happening


_END = 1 << 63
"""What the whole numbers of a column, of 64 bits, end before."""


class _Fact(NamedTuple):
    """A column about the event itself: its name, its type (`parquet`), and its value."""

    name: str
    type: str
    value: Callable[[Happening, About], Any]


class _Seen(NamedTuple):
    """The row of an event, and what it is joined with."""

    row: Row
    context: Context
    about: About


class _Trait(NamedTuple):
    """A column about the row."""

    name: str
    type: str
    value: Callable[[_Seen], Any]


def _micros(seconds: float | None) -> int | None:
    """Return microseconds; `None` also for what has no date, as whoever made a recording can write anything."""
    return round(seconds * 1_000_000) if seconds is not None and FIRST <= seconds <= LAST else None


def _fitting(kind: str, value: Any) -> Any:
    """Return `value`; `None` when it is a whole number that a column does not hold."""
    return None if kind == "int" and not (isinstance(value, int) and -_END <= value < _END) else value


def _connection(attribute: str) -> Callable[[_Seen], Any]:
    return lambda seen: getattr(seen.row.connection, attribute)


def _local(attribute: str) -> Callable[[_Seen], Any]:
    return lambda seen: getattr(seen.row.connection.local, attribute)


def _remote(attribute: str) -> Callable[[_Seen], Any]:
    return lambda seen: getattr(seen.row.connection.remote, attribute, None)


def _owner(attribute: str) -> Callable[[_Seen], Any]:
    return lambda seen: getattr(seen.row.owner, attribute, None)


def _counter(name: str) -> Callable[[_Seen], Any]:
    def value(seen: _Seen) -> Any:
        gauge = seen.context.gauges.get(seen.row.key)
        return None if gauge is None else getattr(gauge.counters, name)

    return value


def _user(seen: _Seen) -> str | None:
    return seen.row.owner.user if seen.row.owner else seen.row.connection.user


def _flow(seen: _Seen) -> str | None:
    connection = seen.row.connection
    return community_id(connection.transport, connection.local, connection.remote)


def _process(process: Process, about: About) -> dict[str, Any]:
    return {
        "pid": _fitting("int", process.pid),
        "name": process.name,
        "user": process.user,
        "started": _micros(process.started),
        "executable": process.executable,
        "command_line": process.command_line,
        "sha256": about.digest_of(process),
    }


_FACTS = (
    _Fact("time", "time", lambda told, _: _micros(told.event.at.wall)),
    _Fact("known", "time", lambda told, _: _micros(told.event.at.told)),
    _Fact("monotonic", "real", lambda told, _: told.event.at.monotonic),
    _Fact("look", "int", lambda told, _: told.event.at.look),
    _Fact("host", "text", lambda _, about: about.host),
    _Fact("event", "text", lambda told, _: WORDS[type(told.event)]),
    _Fact("detail", "text", lambda told, _: detail(told) or None),
    _Fact("key", "text", lambda told, _: id_of(told) or None),
)

_TRAITS = (
    _Trait("transport", "text", _connection("transport")),
    _Trait("family", "int", _connection("family")),
    _Trait("state", "text", lambda seen: seen.row.connection.state.value or None),
    _Trait("direction", "text", lambda seen: seen.row.direction),
    _Trait("local_ip", "text", _local("address")),
    _Trait("local_port", "int", _local("port")),
    _Trait("remote_ip", "text", _remote("address")),
    _Trait("remote_port", "int", _remote("port")),
    _Trait("remote_name", "text", lambda seen: seen.context.names.get(_remote("address")(seen))),
    _Trait("community_id", "text", _flow),
    _Trait("pid", "int", _owner("pid")),
    _Trait("process", "text", _owner("name")),
    _Trait("process_started", "time", lambda seen: _micros(_owner("started")(seen))),
    _Trait("user", "text", _user),
    _Trait("executable", "text", _owner("executable")),
    _Trait("command_line", "text", _owner("command_line")),
    _Trait("sha256", "text", lambda seen: seen.row.owner and seen.about.digest_of(seen.row.owner)),
    _Trait("service", "text", _owner("service")),
    _Trait("container", "text", _owner("container")),
    _Trait("processes", "processes", lambda seen: [_process(each, seen.about) for each in seen.row.owners]),
    _Trait("holds_it", "bool", lambda seen: not seen.row.owners_past if seen.row.owners else None),
    _Trait("preexisting", "bool", lambda seen: seen.row.preexisting),
    _Trait("first_seen", "time", lambda seen: _micros(seen.row.first_seen)),
    _Trait("closed", "time", lambda seen: _micros(seen.row.closed_at)),
    _Trait("namespace", "int", lambda seen: seen.row.connection.namespace and seen.row.connection.namespace.inode),
    _Trait("received", "int", _counter("received")),
    _Trait("sent", "int", _counter("sent")),
    _Trait("packets_received", "int", _counter("packets_received")),
    _Trait("packets_sent", "int", _counter("packets_sent")),
    _Trait("retransmits", "int", _counter("retransmits")),
    _Trait("rtt", "real", _counter("rtt")),
    _Trait("receive_queue", "int", _counter("receive_queue")),
    _Trait("send_queue", "int", _counter("send_queue")),
)

_NOTHING = (None,) * len(_TRAITS)

COLUMNS = tuple((each.name, each.type) for each in (*_FACTS, *_TRAITS))
"""The names of the columns, and of their types: those that `parquet` knows."""


def row_of(happening: Happening, about: About) -> tuple[Any, ...]:
    """Return the values of all columns; `None` is unknown, or does not fit. Times are microseconds since 1970 UTC."""
    facts = (_fitting(fact.type, fact.value(happening, about)) for fact in _FACTS)
    if happening.row is None:
        return (*facts, *_NOTHING)
    seen = _Seen(happening.row, happening.context, about)
    return (*facts, *(_fitting(trait.type, trait.value(seen)) for trait in _TRAITS))
