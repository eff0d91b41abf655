"""Events as documents with the names of ECS: one line of a stream, that stands alone and holds all that is known.

What ECS has no name for, or tells less exactly (its times have milliseconds), is under `tcpview`, so that
`record.parsing` makes the same events of the documents again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.record import ecs
from tcpview_tui.record.digests import unread
from tcpview_tui.record.ecs_judged import alert
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Gap, Judged, Named, Opened, Unseen
from tcpview_tui.record.facts import begun, sentence
from tcpview_tui.record.identity import key_id
from tcpview_tui.record.judgement import key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.column import Context
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.digests import Digest
    from tcpview_tui.record.ecs import Document
    from tcpview_tui.record.event import Event, Moment
    from tcpview_tui.record.tracked import Happening

_DONE: dict[type[Event], tuple[str, str]] = {
    Opened: ("opened", "start"),
    Changed: ("changed", "info"),
    Closed: ("closed", "end"),
    Counted: ("counted", "info"),
}
"""What was done to a connection, and the ECS `event.type`: of those that it lists for the category `network`."""

ACTIONS: dict[type[Event], str] = {
    Named: "address-named",
    Unseen: "visibility-changed",
    Gap: "gap",
    Acted: "action-taken",
}
"""The `event.action` of what is about no connection."""


BEGINNING = "recording-began"
"""The `event.action` of the document with the facts."""


def document(happening: Happening, host: str, digest_of: Digest = unread) -> Document:
    """Return the document of an event that was recorded on `host`. What is unknown is left out."""
    event = happening.event
    if isinstance(event, Judged):
        told = alert(event, happening, host, digest_of)
    else:
        told = _told(event, happening.row, happening.context, host, digest_of)
    own = {"time": _time(event.at), **told["tcpview"], **_exact(happening, host, digest_of)}
    return ecs.known({**ecs.base(event.at.wall), **told, "tcpview": own})


def _told(event: Event, row: Row | None, context: Context, host: str, digest_of: Digest) -> Document:
    subject = {"host": {"name": host}} if row is None else ecs.subject(row, context, host, digest_of)
    lifetime = {} if row is None else ecs.lifetime(row)
    verb, kind = _DONE.get(type(event), ("", "info"))
    action = ACTIONS.get(type(event)) or ecs.action(row, verb)
    return {
        "event": {"kind": "event", "category": ["network"], "type": ecs.types(row, kind), "action": action, **lifetime},
        "tcpview": {},
        **subject,
        **_sentence(event),
    }


def beginning(facts: Mapping[str, str]) -> Document:
    """Return the document of what is true of the whole recording: the first of a stream.

    When it does not say when it began, that is the beginning of 1970: ECS asks for a time.
    """
    at = begun(facts) or 0.0
    return ecs.known(
        {
            **ecs.base(at),
            "event": {"kind": "event", "category": ["host"], "type": ["info"], "action": BEGINNING},
            "host": {
                "name": facts.get("host"),
                "boot": {"id": facts.get("boot_id")},
                "os": {"kernel": facts.get("kernel")},
            },
            "message": sentence(facts),
            "tcpview": {"recording": dict(facts)},
        }
    )


def _time(at: Moment) -> Document:
    return {"wall": at.told, "monotonic": at.clock, "look": at.look, "early": at.early or None}


def id_of(happening: Happening) -> str:
    """Return the id of the connection that an event is about; empty when it is about none."""
    if happening.id:
        return happening.id
    match happening.event:
        case Opened(_, connection) | Changed(_, connection):
            return key_id(connection.key)
        case Closed(_, key) | Counted(_, key):
            return key_id(key)
        case Judged(_, place) if (key := key_of(place)) is not None:
            return key_id(key)
    return ""


def _exact(happening: Happening, host: str, digest_of: Digest) -> Document:
    """Return the facts of an event for which there is no other place."""
    return {"key": id_of(happening), **_facts(happening.event, host, digest_of)}


def _facts(event: Event, host: str, digest_of: Digest) -> Document:
    match event:
        case Opened(_, connection) | Changed(_, connection):
            return _connection(connection, host, digest_of)
        case Closed(_, _, owners):
            return {"past_owners": ecs.owners(owners, host, digest_of)}
        case Counted(_, _, counters):
            return {"counters": counters._asdict()}
        case Named(_, address, name):
            return {"address": address, "name": name}
        case Unseen(_, code, problem):
            return {"code": code, "problem": problem and {"summary": problem.summary, "detail": problem.detail}}
        case Gap(_, seconds):
            return {"seconds": seconds}
        case Acted(_, sentence):
            return {"sentence": sentence}
    return {}


def _connection(connection: Connection, host: str, digest_of: Digest) -> Document:
    facts: dict[str, Any] = {
        "user": connection.user,
        "direction": connection.direction,
        "opened_at": connection.opened_at,
        "unowned": connection.unowned and connection.unowned.name,
        "past_owners": ecs.owners(connection.past_owners, host, digest_of),
    }
    # A listing tells in full only several owners; here, also one.
    return facts | ({"owners": ecs.owners(connection.owners, host, digest_of)} if connection.owners else {})


def _sentence(event: Event) -> Document:
    """Return what people read, and where log stores look for addresses and names."""
    match event:
        case Named(_, address, name):
            return {"related": {"ip": [address.partition("%")[0]], "hosts": [name]}}
        case Unseen(_, _, problem):
            return {"message": problem and problem.summary}
        case Acted(_, sentence):
            return {"message": sentence}
    return {}
