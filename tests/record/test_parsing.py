from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tcpview_tui.model.connection import Namespace
from tcpview_tui.record.event import Event, Opened
from tcpview_tui.record.parsing import StreamError, events, imported
from tcpview_tui.text import safe
from tests.record.streams import (
    CALL,
    EVERYTHING,
    HERE,
    as_filed,
    documents,
    histories,
    streamed,
)


def test_every_event_comes_back_as_it_was() -> None:
    lines = streamed("jsonl", EVERYTHING).splitlines(keepends=True)
    assert list(events(lines)) == [as_filed(event) for event in EVERYTHING]


def test_an_import_streams_the_same_again() -> None:
    text = streamed("jsonl", EVERYTHING)
    assert streamed("jsonl", events(text.splitlines())) == text


@given(histories())
def test_any_history_comes_back_as_it_was(history: list[Event]) -> None:
    lines = streamed("jsonl", history).splitlines(keepends=True)
    assert list(events(lines)) == [as_filed(event) for event in history]


def test_a_stream_that_was_cut_off_gives_all_before_and_names_the_line() -> None:
    text = streamed("jsonl", EVERYTHING)
    cut = text[: text.rindex("action-taken")].splitlines()
    found: list[Event] = []
    with pytest.raises(StreamError, match=rf"^Line {len(EVERYTHING)} is no event of a recording: .*truncated"):
        found.extend(events(cut))
    told = iter(events(cut))
    assert [next(told) for _ in EVERYTHING[1:]] == [as_filed(event) for event in EVERYTHING[:-1]]


def changed(document: dict[str, Any], path: str, value: Any) -> str:
    *parts, last = path.split(".")
    inner = document
    for part in parts:
        inner = inner[part]
    inner[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("event.action", "connection-\x1b[2J"),
        ("event.action", 5),
        ("network", None),
        ("network.transport", "sctp"),
        ("tcpview.time.wall", 1e300),
        ("tcpview.time.look", -1),
        ("tcpview.local.ip", "10.0.0.5\x1b"),
        ("tcpview.local.port", 65536),
        ("tcpview.unowned", "NOBODY"),
        ("tcpview.state", "OPEN"),
        ("tcpview.owners", [{"name": "no pid"}]),
    ],
)
def test_a_line_that_somebody_changed_into_nonsense_is_refused_in_a_safe_sentence(path: str, value: Any) -> None:
    (document,) = documents([Opened(HERE, CALL)])
    with pytest.raises(StreamError, match=r"^Line 1 is no event of a recording: ") as told:
        list(events([changed(document, path, value)]))
    assert safe(str(told.value)) == str(told.value)


@pytest.mark.parametrize("line", ["[]", "nonsense", "[" * 100_000, '"\udc80"', "{}", '{"event": {"action": "gap"}}'])
def test_what_is_no_document_is_refused(line: str) -> None:
    with pytest.raises(StreamError, match=r"^Line 2 is no event"):
        list(events(["\n", line]))


@pytest.mark.parametrize("path", ["tcpview.user", "tcpview.key", "tcpview.namespace_name", "tcpview.owners"])
def test_texts_that_come_back_are_safe(path: str) -> None:
    (document,) = documents([Opened(HERE, replace(CALL, namespace=Namespace(5)))])
    evil = "\x1b]0;x\x07\u202e"
    (opened,) = events([changed(document, path, [{"pid": 1, "name": evil}] if path == "tcpview.owners" else evil)])
    assert isinstance(opened, Opened)
    connection = opened.connection
    name = connection.namespace and connection.namespace.name
    assert safe(evil) in (connection.user, connection.key, name, connection.owner and connection.owner.name)


def test_the_host_comes_back_too_and_is_safe() -> None:
    (document,) = documents([Opened(HERE, CALL)])
    (told,) = imported([json.dumps(document)])
    assert told.host == "box"
    (told,) = imported([changed(document, "host.name", "\x1b[2J")])
    assert told.host == "\\x1b[2J"
