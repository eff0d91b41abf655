"""Documents of a listing, or of a stream of events, become the events that they tell: a listed connection has opened.

All of them pass the gate of an import (`record.parsing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.record.event import Event, Named, Opened
from tcpview_tui.record.parsing import StreamError, events
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.record.ecs import Document

_DIRECTIONS = {"ingress": "in", "egress": "out"}
_ONCE = {"wall": 0.0, "monotonic": 0.0, "look": 0}

_decoder = msgspec.json.Decoder(dict[str, Any])


def parted(text: str) -> list[str]:
    """Return the documents of an array, not decoded. Raises ValueError when it is none."""
    try:
        return [bytes(document).decode() for document in msgspec.json.decode(text, type=list[msgspec.Raw])]
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def told(texts: Iterable[str], what: str) -> list[Event]:
    """Return the events of JSON documents; of several listings one after the other those of the last.

    Raises ValueError, which names the place by its number and `what` it is, a line or a document.
    """
    found: list[Event] = []
    listed_at = None
    for number, text in enumerate(texts, 1):
        try:
            document = _decoder.decode(text) if text.strip() else {}
            if not _is_listed(document):
                found += events([text])
                continue
            found = found if document.get("@timestamp") == listed_at else []
            listed_at = document.get("@timestamp")
            if _part(document, "tcpview").get("status") != "closed":
                found += opened(_listed(document), number)
        except StreamError as error:
            raise ValueError(f"{what} {number}: {error.__cause__}") from error
        except (ValueError, RecursionError, OverflowError) as error:
            raise ValueError(f"{what} {number}: {error}") from error
    return found


def opened(document: Document, number: int) -> Iterator[Event]:
    """Yield the opening of what is listed as number `number`, and the name of its other end, `domain`.

    Raises StreamError when the document has not what that takes; its cause says what.
    """
    own = document["tcpview"]
    line = document | {
        "event": {"action": "connection-opened"},
        "host": {"name": ""},
        "tcpview": own | {"time": _ONCE, "key": str(number), "preexisting": True},
    }
    for event in events([msgspec.json.encode(line).decode()]):
        yield event
        domain, far = own.get("domain"), isinstance(event, Opened) and event.connection.remote
        if domain and far:
            yield Named(event.at, far.address, safe(str(domain)))


def _is_listed(document: Document) -> bool:
    return str(_part(document, "event").get("action")).endswith("-listed")


def _listed(document: Document) -> Document:
    """Return a document of `list` in the words of one that says that something opened."""
    own, network, user = (_part(document, name) for name in ("tcpview", "network", "user"))
    direction = _DIRECTIONS.get(str(network.get("direction")))
    place = {name: own.get(name) for name in ("service", "container")}
    process = _part(document, "process") | {"user": user, "tcpview": place}
    owners = own.get("owners") or ([process] if "process" in document else [])
    facts = {
        "owners": owners,
        "past_owners": owners if own.get("owner_past") else [],
        "user": user.get("name"),
        "direction": direction,
        "domain": _part(document, "source" if direction == "in" else "destination").get("domain"),
    }
    return {"network": network, "tcpview": own | facts}


def _part(document: Document, name: str) -> Document:
    part = document.get(name, {})
    if not isinstance(part, dict):
        raise ValueError(f"{name} is no object")
    return part
