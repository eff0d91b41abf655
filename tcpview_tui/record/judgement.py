"""What was found of a subject, as files and streams tell it, and whom it is about.

The key of a connection stands apart, since each file has keys of its own: here its place is empty.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Of, Severity
from tcpview_tui.record.ecs_findings import told
from tcpview_tui.record.wire import LAST, LineFinding
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Key

Judgement = tuple["Place", tuple[Finding, ...]]
"""A subject, and all that was found of it."""


def key_of(place: Place) -> Key | None:
    """Return the key of the connection that a place is about; `None` when it is about none."""
    match place:
        case ("connection", key) | ("machine", ("hidden-socket", key)):
            return key
    return None


def about(key: Key) -> tuple[Place, Place]:
    """Return the places that are about a connection."""
    return ("connection", key), ("machine", ("hidden-socket", key))


def keyed(place: Place, key: Key | None) -> Place:
    """Return the place with another key; as it is when it is about no connection."""
    match place:
        case ("connection", _):
            return "connection", key
        case ("machine", ("hidden-socket", _)):
            return "machine", ("hidden-socket", key)
    return place


def withdrawn(before: Iterable[Finding]) -> str:
    """Return in words that nothing is found any more, and of whom, where it is known what was found before."""
    names = ", ".join(dict.fromkeys(each.name for each in before if each.name))
    return f"nothing is found of {names} any more" if names else "nothing is found any more"


def described(place: Place, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return each finding for JSON; one that is about somebody else than its place says so under `whom`, as JSON."""
    whom = (None if each.subject == place[1] else msgspec.json.encode(each.subject).decode() for each in findings)
    return [
        document | ({"whom": subject} if subject else {})
        for document, subject in zip(told(findings) or (), whom, strict=True)
    ]


def judgement(of: Of, subject: Any, findings: Iterable[LineFinding], key: Key | None) -> Judgement:
    """Return what these parts say together. Raises ValueError for a subject that is none."""
    place = keyed((of, _subject(subject)), key)
    return place, tuple(_finding(each, _whom(each, place)) for each in findings)


def _whom(told: LineFinding, place: Place) -> Subject:
    return place[1] if told.whom is None else _subject(msgspec.json.decode(told.whom))


def _subject(told: Any) -> Subject:
    """Return a subject: the identities of all kinds are tuples of each other, of texts and of numbers."""
    match told:
        case None | int() | float():
            return told
        case str():
            return safe(told)
        case list() | tuple():
            return tuple(map(_subject, told))
    raise ValueError("whom it is about is none of the things that are judged")


def _finding(told: LineFinding, subject: Subject) -> Finding:
    at = datetime.fromisoformat(told.since)
    since = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if not 0 <= since <= LAST:
        raise ValueError("it was found when there are no dates")
    unit = None if told.unit is None else safe(told.unit)
    return Finding(
        safe(told.rule), safe(told.title), Severity[told.severity.upper()], safe(told.sentence), safe(told.against),
        subject, safe(told.about), since, told.sha256, unit, told.version, safe(told.technique),
    )  # fmt: skip
