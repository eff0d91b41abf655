"""Histories for tests of what is recorded: some by hand, any at all with the strategy `histories`, and their lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Namespace, State, Unowned
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.ecs_events import id_of
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Event, Gap, Judged, Moment, Named, Opened, Unseen
from tcpview_tui.record.identity import identify_by
from tcpview_tui.record.stream import Stream
from tcpview_tui.record.tracked import Tracked
from tcpview_tui.text import safe
from tests.fakes import EPOCH
from tests.model.rows import make_process, make_row, processes, rows
from tests.record.judged import PAIR, PROGRAM, found, judgements, moved

HERE = Moment(EPOCH, 1000.0, 1)
CURL = Process(
    4242, EPOCH - 3.123456, "curl", "alice", "/usr/bin/curl", "curl https://example.org/", "session-3.scope",
    (Ancestor(100, "bash"), Ancestor(1, "init")), "docker:0123456789ab",
)  # fmt: skip
CALL = replace(make_row("10.0.0.5:50000", "192.0.2.7:443", CURL).connection, key=(4026531840, 77))
SSHD = replace(make_row("0.0.0.0:22", None, make_process(), state=State.LISTEN).connection, key=(4026531840, 5))
SPOKEN = replace(make_row("10.0.0.5:22", "192.0.2.9:4711").connection, key=(4026531840, 6), user="root")
BOX = {"host": "box", "boot_id": "b00t", "kernel": "Linux 6.1", "started": "2026-01-01T00:00:00.000Z"}
NO_DIGESTS: Mapping[Process, str] = {}
PROBLEM = Problem(Code.OWNERLESS, "3 sockets without owner: not root", "Run it as root.")


def later(seconds: float) -> Moment:
    return Moment(EPOCH + seconds, 1000.0 + seconds, 1 + round(seconds))


def streamed(form: str, *looks: Iterable[Event], digests: Mapping[Process, str] = NO_DIGESTS) -> str:
    out = io.StringIO(newline="")
    stream = Stream(out, form, BOX, digests.get)
    for look in looks:
        stream.write(look)
    stream.close()
    return out.getvalue()


def documents(*looks: Iterable[Event], digests: Mapping[Process, str] = NO_DIGESTS) -> list[dict[str, Any]]:
    """Return the documents of the events, without that of the facts."""
    return [json.loads(line) for line in streamed("jsonl", *looks, digests=digests).splitlines()][1:]


def as_filed(*looks: Iterable[Event]) -> list[Event]:
    """Return the events with the ids of their connections: what nobody but the source can know is not in a file."""
    tracked = Tracked(identify=identify_by(BOX))
    return [_called(each.event, id_of(each)) for look in looks for each in tracked.take(tuple(look))]


def _called(event: Event, name: str) -> Event:
    match event:
        case Opened(_, connection) | Changed(_, connection):
            return event._replace(connection=replace(connection, key=name))
        case Closed() | Counted():
            return event._replace(key=name)
        case Judged(at, place, findings):
            return Judged(at, *moved(place, findings, lambda _: name))
    return event


LIFE: list[list[Event]] = [
    [Opened(later(0.25), CALL)],
    [Named(later(1), "192.0.2.7", "far.example"), Counted(later(1), CALL.key, Counters(7000, 30))],
    [Closed(later(2.5), CALL.key)],
]

EVERYTHING: list[Event] = [
    Unseen(HERE, "ownerless", PROBLEM),
    Opened(HERE, SSHD, preexisting=True),
    Opened(later(0.123456), replace(CALL, owners=(CURL, replace(CURL, pid=7, started=None, parents=())))),
    Opened(HERE, replace(SPOKEN, key=9, unowned=Unowned.OTHER_USER, namespace=Namespace(4026532245, "blue"))),
    Opened(HERE, replace(SPOKEN, key=10, past_owners=(CURL, make_process()), namespace=UNKNOWN_NAMESPACE)),
    Opened(
        HERE, replace(SPOKEN, key=11, transport="raw", state=State.NONE, local=Endpoint("fe80::1%eth0", 1), family=6)
    ),
    Changed(later(1), replace(CALL, owners=(), state=State.TIME_WAIT, past_owners=(CURL,))),
    Changed(later(1), replace(SPOKEN, direction="in", opened_at=EPOCH - 0.001)),
    Counted(later(2), CALL.key, Counters(7000, 30, 5, 4, 3, 0.0125, 2, 1, "cubic")),
    Counted(later(2), SSHD.key, Counters(receive_queue=0, send_queue=128)),
    Named(later(2), "fe80::7%eth0", "far.example"),
    Judged(later(2), *found(("connection", CALL.key))),
    Judged(later(2), *found(("process", CURL.identity), "started from /dev/shm/x", "deleted since 14:02:11")),
    Judged(later(2), *found(("machine", ("hidden-socket", SSHD.key)))),
    Judged(later(2), *found(("machine", ("ld-so-preload", "/etc/ld.so.preload", ("/lib/evil.so",))))),
    Judged(later(2), *found(("activity", PAIR))),
    Judged(later(2), *found(("activity", PROGRAM))),
    Closed(later(2), CALL.key, (CURL, make_process())),
    Judged(later(2), ("connection", CALL.key)),
    Judged(later(2), *found(("machine", ("hidden-process", 4242)))),
    Closed(later(2), "0123456789abcdef"),
    Unseen(later(3), "ownerless", None),
    Gap(later(9), 6.5),
    Acted(later(9), "Ended curl (4242)."),
]


_facts = st.none() | st.text(min_size=1, max_size=20).map(safe)


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Any life of a connection with hostile texts, and what else there is to tell."""
    connection = draw(rows()).connection
    user, unowned = draw(_facts), draw(st.none() | st.sampled_from(Unowned))
    place = draw(st.none() | st.builds(Namespace, st.integers(0, 2**32), _facts))
    since = draw(st.none() | st.floats(0, 2e9))
    opened = _tidy(replace(connection, user=user, unowned=unowned, namespace=place, opened_at=since))
    past = tuple(_known(each) for each in draw(st.lists(processes(), max_size=2)))
    at = Moment(
        draw(st.floats(0, 2e9)),
        draw(st.floats(-1, 1e9)),
        draw(st.integers(0, 2**40)),
        draw(st.just(0.0) | st.floats(-1e6, 1e6)),
    )
    counters = Counters(draw(st.integers(0, 2**62)), draw(st.none() | st.integers(0, 2**62)), rtt=draw(st.floats(0, 9)))
    return [
        Opened(at, opened, draw(st.booleans())),
        Changed(at, replace(opened, owners=(), past_owners=past)),
        Counted(at, opened.key, counters),
        Judged(at, *draw(judgements(st.just(opened.key)))),
        Closed(at, opened.key, past),
        Judged(at, *draw(judgements(st.just(opened.key)))),
        Acted(at, draw(st.text().map(safe))),
    ]


def _tidy(connection: Connection) -> Connection:
    return replace(connection, owners=tuple(_known(each) for each in connection.owners))


def _known(process: Process) -> Process:
    """Return `process` with `None` for texts that are empty: what is unknown is never empty."""
    names = ("user", "executable", "command_line", "service", "container")
    facts: dict[str, Any] = {name: getattr(process, name) or None for name in names}
    return replace(process, **facts)
