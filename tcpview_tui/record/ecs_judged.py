"""What was found, as an alert with the names of ECS: the rule, its technique, and whom it is about, as far as known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.model.address import parse
from tcpview_tui.record import ecs
from tcpview_tui.record.ecs_findings import rules
from tcpview_tui.record.judgement import described, key_of, keyed, withdrawn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.digests import Digest
    from tcpview_tui.record.ecs import Document
    from tcpview_tui.record.event import Judged
    from tcpview_tui.record.tracked import Happening

_TRANSPORTS = frozenset({"tcp", "udp", "udplite"})
"""Those that ECS has a word for: a raw socket is none."""

FOUND, OVER = "finding", "finding-over"
"""The `event.action` of what was found, and of what is found no longer."""


def alert(event: Judged, happening: Happening, host: str, digest_of: Digest) -> Document:
    """Return the parts of the document of a judgement that was made on `host`, but for its time and its key."""
    gravest_first = sorted(event.findings, key=lambda each: -each.severity)
    about = {"host": {"name": host}, **_about(event.place, happening, host, digest_of)}
    of, subject = keyed(event.place, None)
    own = {
        "of": of,
        "subject": msgspec.json.encode(subject).decode(),
        "finding": described(event.place, event.findings) or None,
    }
    rule: Document = {"rule": None, "threat": None, **rules(gravest_first)}  # and not what else was found of the row
    return {
        "event": {
            "kind": "alert" if event.findings else "event",
            "category": ["intrusion_detection"],
            "type": ["info"],
            "action": FOUND if event.findings else OVER,
            "severity": gravest_first[0].severity if gravest_first else None,
        },
        **about,
        **rule,
        "message": "; ".join(each.sentence for each in gravest_first) or withdrawn(happening.before),
        "tcpview": {**about.get("tcpview", {}), **own},
    }


def _about(place: Place, happening: Happening, host: str, digest_of: Digest) -> Document:
    rows = happening.rows
    if rows and key_of(place) is not None:
        return ecs.subject(rows[0], happening.context, host, digest_of)
    process = process_of(place, rows)
    known = {} if process is None else ecs.of_process(process, host, digest_of)
    match place:
        case ("process" | "activity", (int(pid), _)) | ("machine", ("hidden-process", int(pid))) if process is None:
            return {"process": {"pid": pid}}
        case ("activity", ((_, _, _), str(transport), str(address), int(port), _)):
            return known | _remote(transport, address, port)
    return known


def _remote(transport: str, address: str, port: int) -> Document:
    """Return the remote end of a program; nothing for an address that is none, which anybody can write to a file."""
    parsed = parse(address.partition("%")[0])
    if parsed is None:
        return {}
    flow = {"type": f"ipv{parsed.version}", "transport": transport if transport in _TRANSPORTS else None}
    return {"network": flow, "destination": {"ip": str(parsed), "port": port}}


def process_of(place: Place, rows: Sequence[Row]) -> Process | None:
    """Return the process that a judgement about these rows is about: of a program, whose connection opened last."""
    owners = [owner for row in rows for owner in row.owners]
    match place:
        case ("process", identity) | ("machine", ("sniffer", identity)) | ("activity", (int(), _) as identity):
            owners = [owner for owner in owners if owner.identity == identity]
        case _:
            owners = [row.owner for row in sorted(rows, key=lambda row: -row.first_seen) if row.owner]
    return owners[0] if owners else None
