"""A stream of JSON Lines becomes the events that it was made of. It may have been changed on its way by anybody."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain
from math import inf
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tcpview_tui.model.address import parse
from tcpview_tui.model.connection import Connection, Endpoint, Family, Namespace, Unowned
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.ecs_events import BEGINNING
from tcpview_tui.record.ecs_judged import FOUND, OVER
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Event, Gap, Judged, Moment, Named, Opened, Unseen
from tcpview_tui.record.judgement import judgement
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.record.wire import Line, LineEnd, LineProcess
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_REASON_LENGTH = 400
"""Characters that are told of what is wrong with a line: it may quote it."""

_DISORDER = 60.0
"""Seconds: events are told in the order in which they became known, but for moments between two threads."""

_APART = "Import it by itself, with the lines from there on; what stands before was taken."

_NO_LINES = "It is no JSON Lines, which import takes alone: record -o - and export write them with --format jsonl."

_FAMILIES: dict[str, Family] = {"ipv4": 4, "ipv6": 6}


class StreamError(ValueError):
    """A sentence that names the line and says what is wrong with it. It is safe to print."""


class Imported(NamedTuple):
    """The event of a line, and the SHA-256 of those programs of which it tells it."""

    event: Event
    digests: dict[Process, str]


def imported(lines: Iterable[str]) -> tuple[dict[str, str], Iterator[Imported]]:
    """Return the facts that the first line tells, and what each line tells after it.

    Keys are the ids in the file. All texts have passed `text.safe`. Of lines whose first was lost not much is known.
    `StreamError` is raised at the first line that tells nothing, after all before it, and where another
    recording begins: its clock is another one.
    """
    told = _numbered(lines)
    number, first = next(told, (0, None))
    if first is None:
        return {}, iter(())
    if first.event.action != BEGINNING:
        return _least(first), _events(chain([(number, first)], told))
    recording = first.tcpview.recording or {}
    return {safe(name): safe(value) for name, value in recording.items()}, _events(told)


def events(lines: Iterable[str]) -> Iterator[Event]:
    """Yield the events alone, as `imported` does."""
    return (each.event for each in imported(lines)[1])


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, Line]]:
    decoder = msgspec.json.Decoder(Line)
    for number, text in enumerate(lines, 1):
        if text.strip():
            if number == 1 and not (text.lstrip().startswith("{") or text.rstrip().endswith("}")):  # it may be cut
                raise StreamError(_NO_LINES)
            with _at_line(number):
                line = decoder.decode(text)
            yield number, line


def _least(first: Line) -> dict[str, str]:
    """Return what an event tells of a recording."""
    time = first.tcpview.time
    return {"host": safe(first.host.name), **({"started": timestamp(time.wall)} if time else {})}


def _events(lines: Iterable[tuple[int, Line]]) -> Iterator[Imported]:
    latest = -inf
    for number, line in lines:
        if line.event.action == BEGINNING:
            raise StreamError(f"With line {number} another recording begins. {_APART}")
        with _at_line(number):
            told = Imported(_event(line), _digests(line))
        if told.event.at.clock < latest - _DISORDER:
            raise StreamError(f"Line {number} is of an earlier time than those before it, or another start. {_APART}")
        latest = max(latest, told.event.at.clock)
        yield told


@contextmanager
def _at_line(number: int) -> Iterator[None]:
    """Raise what is wrong with a line as `StreamError`."""
    try:
        yield
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        reason = safe(str(error), _REASON_LENGTH).rstrip(".")
        others = "Those before it are." if number > 1 else "Leave it out, and import the rest."
        raise StreamError(f"Line {number} is no event of a recording: {reason}. {others}") from error


def _event(line: Line) -> Event:
    reader, time = _READERS.get(line.event.action), line.tcpview.time
    if reader is None:
        raise ValueError(f"nothing is known of the event.action {line.event.action!r}")
    if time is None:
        raise ValueError("it has no tcpview.time")
    return reader(Moment(time.wall, time.monotonic, time.look, time.early), line)


def _opened(at: Moment, line: Line) -> Event:
    return Opened(at, _connection(line), line.tcpview.preexisting)


def _changed(at: Moment, line: Line) -> Event:
    return Changed(at, _connection(line))


def _closed(at: Moment, line: Line) -> Event:
    return Closed(at, safe(line.tcpview.key), _processes(line.tcpview.past_owners))


def _counted(at: Moment, line: Line) -> Event:
    told = msgspec.structs.asdict(line.tcpview.counters)
    return Counted(at, safe(line.tcpview.key), Counters(**told | {"congestion": _text(told["congestion"])}))


def _named(at: Moment, line: Line) -> Event:
    return Named(at, _address(line.tcpview.address), safe(line.tcpview.name))


def _unseen(at: Moment, line: Line) -> Event:
    code, told = Code(line.tcpview.code), line.tcpview.problem
    problem = None if told is None else Problem(code, safe(told.summary), safe(told.detail))
    return Unseen(at, code.value, problem)


def _gap(at: Moment, line: Line) -> Event:
    return Gap(at, line.tcpview.seconds)


def _acted(at: Moment, line: Line) -> Event:
    return Acted(at, safe(line.tcpview.sentence))


def _judged(at: Moment, line: Line) -> Event:
    own = line.tcpview
    if own.of is None:
        raise ValueError("it tells not of what something was found")
    subject = msgspec.json.decode(own.subject)
    return Judged(at, *judgement(own.of, subject, own.finding, safe(own.key)))


_READERS: dict[str, Callable[[Moment, Line], Event]] = {
    "connection-opened": _opened,
    "listener-opened": _opened,
    "connection-changed": _changed,
    "listener-changed": _changed,
    "connection-closed": _closed,
    "listener-closed": _closed,
    "connection-counted": _counted,
    "listener-counted": _counted,
    "address-named": _named,
    "visibility-changed": _unseen,
    "gap": _gap,
    "action-taken": _acted,
    FOUND: _judged,
    OVER: _judged,
}


def _connection(line: Line) -> Connection:
    own, network = line.tcpview, line.network
    if network is None or own.local is None:
        raise ValueError("it tells of a connection without network or tcpview.local")
    transport = own.transport or network.transport
    if transport is None:
        raise ValueError("it tells of a connection without network.transport")
    return Connection(
        key=safe(own.key),
        transport=transport,
        family=_FAMILIES[network.type],
        state=own.state,
        local=_end(own.local),
        remote=None if own.remote is None else _end(own.remote),
        owners=() if own.owner_past else _processes(own.owners),
        user=_text(own.user),
        direction=own.direction,
        opened_at=own.opened_at,
        namespace=None if own.namespace is None else Namespace(own.namespace, _text(own.namespace_name)),
        unowned=None if own.unowned is None else _unowned(own.unowned),
        past_owners=_processes(own.past_owners),
    )


def _digests(line: Line) -> dict[Process, str]:
    told = (*line.tcpview.owners, *line.tcpview.past_owners)
    return {_process(each): each.hash.sha256 for each in told if each.hash.sha256 is not None}


def _processes(told: Iterable[LineProcess]) -> tuple[Process, ...]:
    return tuple(_process(each) for each in told)


def _process(told: LineProcess) -> Process:
    own = told.tcpview
    return Process(
        pid=told.pid,
        started=own.started,
        name=safe(told.name),
        user=_text(told.user.name),
        executable=_text(told.executable),
        command_line=_text(told.command_line),
        service=_text(own.service),
        parents=tuple(Ancestor(parent.pid, safe(parent.name)) for parent in own.parents),
        container=_text(own.container),
    )


def _end(told: LineEnd) -> Endpoint:
    return Endpoint(_address(f"{told.ip}%{told.zone}" if told.zone else told.ip), told.port)


def _address(text: str) -> str:
    address = parse(text)
    if address is None:
        raise ValueError(f"{text!r} is no address")
    return safe(str(address))


def _unowned(name: str) -> Unowned:
    if name not in Unowned.__members__:
        raise ValueError(f"nothing is known of the tcpview.unowned {name!r}")
    return Unowned[name]


def _text(text: str | None) -> str | None:
    return None if text is None else safe(text)
