"""What is told of a recording wherever a part of it goes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.record.digests import Digest, recorded
from tcpview_tui.record.excerpt import EVER, Span
from tcpview_tui.record.facts import FACTS, lasting
from tcpview_tui.record.reader import ReadingError
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.text import count, safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tcpview_tui.record.reader import Reader


_WORDS = {"Here from": "from", "Here until": "until", "Filter": "filter"}
"""What a part is told by: for people, who read of the whole recording above it, and in the file."""


class About(NamedTuple):
    """The host that was recorded, what is known of its programs, facts for people by title, and for files by name."""

    host: str
    digest_of: Digest
    facts: Mapping[str, str]
    told: Mapping[str, str]


def about(reader: Reader, name: str, span: Span, expression: str) -> About:
    """Return what there is to tell of the part of a recording. Raises ReadingError."""
    told = reader.facts
    part = dict(_part(span, expression))
    known = {fact.title: told[fact.name] for fact in FACTS if fact.title and told.get(fact.name)}
    host = told.setdefault("host", "")
    facts = {"Host": host, "Recording": safe(name), **dict(_times(reader)), **known, **part, **dict(_seal(reader))}
    here = ", ".join(f"{_WORDS[title]} {text}" for title, text in part.items())
    excerpt = "; ".join(filter(None, [told.get("excerpt"), here]))
    return About(
        host,
        recorded(reader),
        {title: text for title, text in facts.items() if text},
        lasting(told) | ({"excerpt": excerpt} if excerpt else {}),
    )


def _times(reader: Reader) -> Iterator[tuple[str, str]]:
    start, end = reader.times()
    with suppress(TypeError, ValueError, OverflowError, OSError):  # there is none, or somebody has made it up
        yield from (("Recorded from", timestamp(start / 1000)), ("to", timestamp(end / 1000)))
    with suppress(ReadingError):
        yield "In all", count(reader.last, "event")


def _part(span: Span, expression: str) -> Iterator[tuple[str, str]]:
    if span.since > -EVER:
        yield "Here from", timestamp(span.since / 1000)
    if span.until < EVER:
        yield "Here until", timestamp(span.until / 1000)
    if expression:
        yield "Filter", safe(expression)


def _seal(reader: Reader) -> Iterator[tuple[str, str]]:
    with suppress(ReadingError):
        for (digest,) in reader.ask("SELECT lower(hex(digest)) FROM seal ORDER BY id DESC LIMIT 1"):
            yield "Last seal", f"{safe(str(digest))}, which tcpview-tui verify makes again from the recording"
