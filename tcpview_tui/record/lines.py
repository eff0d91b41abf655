"""The lines of a stream: JSON for log stores, CSV for spreadsheets, text for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.alignment import cells
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.record import judgement
from tcpview_tui.record.digests import Digest, unread
from tcpview_tui.record.ecs_events import beginning, document, id_of
from tcpview_tui.record.ecs_judged import process_of
from tcpview_tui.record.event import Acted, Changed, Closed, Counted, Gap, Judged, Named, Opened, Unseen
from tcpview_tui.record.facts import begun, sentence
from tcpview_tui.record.spreadsheet import inert
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.record.values import FACTS, cell
from tcpview_tui.text import duration, size

if TYPE_CHECKING:
    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.tracked import Happening

_COLUMNS = (*(column for column in COLUMNS if column.id not in {"rate_in", "rate_out", "age"}), *FACTS)
"""What an event tells of a connection: rates and ages are those of a look at it."""

_TITLES = (
    "Time", "Monotonic", "Look", "Host", "Event", "Key", *(column.title for column in _COLUMNS), "SHA-256", "Detail"
)  # fmt: skip

WORDS: dict[type[Event], str] = {
    Opened: "opened",
    Changed: "changed",
    Closed: "closed",
    Counted: "counted",
    Named: "named",
    Unseen: "unseen",
    Gap: "gap",
    Acted: "action",
    Judged: "finding",
}
"""What happened, for people."""

_FIRST = "recording"
"""The word of the line with the facts."""

_ENDS, _STATE = 45, 12
"""Cells of the columns of text: two endpoints of IPv4 and the longest state fit; what is wider is not cut."""


@dataclass(frozen=True, slots=True)
class Form:
    """How events are written: the head, the line of the facts, that of each event, what stands between and last."""

    id: str
    head: str
    first: Callable[[Mapping[str, str]], str]
    line: Callable[[Happening, str, Digest], str]
    between: str = ""
    foot: str = ""


def json_facts(facts: Mapping[str, str]) -> str:
    """Return the ECS document of what is true of the whole recording."""
    return msgspec.json.encode(beginning(facts)).decode()


def json_first(facts: Mapping[str, str]) -> str:
    """Return that document with the end of its line."""
    return json_facts(facts) + "\n"


def csv_first(facts: Mapping[str, str]) -> str:
    """Return the record of what is true of the whole recording: all in its last cell, the event is `recording`."""
    origin = [facts.get("started", ""), facts.get("monotonic", ""), "", inert(facts.get("host", "")), _FIRST, ""]
    return _record([*map(inert, origin), *[""] * len(_COLUMNS), "", inert(sentence(facts))])


def text_first(facts: Mapping[str, str]) -> str:
    """Return the line of it for people."""
    at = begun(facts)
    return f"{'-' if at is None else _local(at)}  {_FIRST}  {sentence(facts)}\n"


def json_document(happening: Happening, host: str, digest_of: Digest = unread) -> str:
    """Return an ECS document."""
    return msgspec.json.encode(document(happening, host, digest_of)).decode()


def json_line(happening: Happening, host: str, digest_of: Digest = unread) -> str:
    """Return an ECS document with the end of its line (JSON Lines)."""
    return json_document(happening, host, digest_of) + "\n"


def csv_line(happening: Happening, host: str, digest_of: Digest = unread) -> str:
    """Return a record (RFC 4180) with times in UTC; what the event does not tell is empty."""
    event, row, context = happening.event, happening.row, happening.context
    at, key = event.at, id_of(happening)
    origin = [timestamp(at.wall), f"{at.monotonic:.3f}", str(at.look), inert(host), WORDS[type(event)], key]
    owner = row.owner if row else process_of(event.place, happening.rows) if isinstance(event, Judged) else None
    known = {"process": inert(owner.name), "pid": str(owner.pid)} if owner else {}
    facts = [cell(column, row, context) if row else known.get(column.id, "") for column in _COLUMNS]
    digest = (owner and digest_of(owner)) or ""
    return _record([*origin, *facts, digest, inert(detail(happening))])


def text_line(happening: Happening, _: str, __: Digest = unread) -> str:
    """Return a line for people: the local time with its distance from UTC, what happened, to what, and by whom."""
    event, row = happening.event, happening.row
    told = f"{id_of(happening) if row is None else _subject(row)}  {detail(happening)}".strip()
    return f"{_local(event.at.wall)}  {WORDS[type(event)]:7}  {told}\n"


def _local(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat(timespec="milliseconds")


def _subject(row: Row) -> str:
    connection, owner = row.connection, row.owner
    who = "" if owner is None else f"was {owner.label}" if row.owners_past else owner.label
    user = owner.user if owner else connection.user
    return f"{_wide(connection.ends, _ENDS)}  {connection.state.value:{_STATE}}  {' '.join(filter(None, (who, user)))}"


def detail(happening: Happening) -> str:
    """Return in words what an event tells beside its connection."""
    row = happening.row
    match happening.event:
        case Opened(_, _, True):
            return "was there before"
        case Closed(at, _) if row and not row.preexisting and not row.is_brief:
            return f"after {duration(max(at.wall - row.first_seen, 0.0))}"
        case Counted(_, _, counters) if counters.received is not None and counters.sent is not None:
            return f"{size(counters.received)} received, {size(counters.sent)} sent"
        case Named(_, address, name):
            return f"{address} is {name}"
        case Unseen(_, code, problem):
            return f"{code}: {problem.summary if problem else 'seen again'}"
        case Gap(_, seconds):
            return f"nobody looked for {duration(seconds)}"
        case Acted(_, sentence):
            return sentence
        case Judged(_, _, findings):
            return "; ".join(map(_finding, findings)) or judgement.withdrawn(happening.before)
    return ""


def _finding(found: Finding) -> str:
    return f"{found.severity.label}: {found.title}, {found.name}: {found.sentence}"


def _wide(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def _record(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(values)
    return out.getvalue()


FORMS = (
    Form("jsonl", "", json_first, json_line),
    Form("csv", _record([*_TITLES]), csv_first, csv_line),
    Form("text", "", text_first, text_line),
)
"""The forms of a stream; only the first brings everything back (`record.parsing`)."""

ARRAY = Form("json", "[\n", json_facts, json_document, ",\n", "\n]\n")
"""One array of the documents, a line each, which is no stream: it is not whole before its end."""
