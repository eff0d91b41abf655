from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tcpview_tui.model.connection import Namespace
from tcpview_tui.record.event import Acted, Event, Judged, Opened
from tcpview_tui.record.parsing import StreamError, events, imported
from tcpview_tui.text import safe
from tests.record.judged import found
from tests.record.streams import (
    BOX,
    CALL,
    EVERYTHING,
    HERE,
    LIFE,
    as_filed,
    documents,
    histories,
    later,
    streamed,
)


def test_every_event_comes_back_as_it_was() -> None:
    lines = streamed("jsonl", EVERYTHING).splitlines(keepends=True)
    assert list(events(lines)) == as_filed(EVERYTHING)


@pytest.mark.parametrize("form", ["csv", "text"])
def test_streams_of_other_forms_are_told_what_import_takes(form: str) -> None:
    with pytest.raises(StreamError, match=r"^It is no JSON Lines, which import takes alone: "):
        list(events(streamed(form, EVERYTHING).splitlines()))


def test_a_first_line_that_was_cut_is_one_of_json_all_the_same() -> None:
    first, *others = streamed("jsonl", EVERYTHING).splitlines()
    with pytest.raises(StreamError, match=r"^Line 1 is no event of a recording: "):
        list(events([first[20:], *others]))


def test_an_import_streams_the_same_again() -> None:
    text = streamed("jsonl", EVERYTHING)
    assert streamed("jsonl", events(text.splitlines())) == text


@given(histories())
def test_any_history_comes_back_as_it_was(history: list[Event]) -> None:
    lines = streamed("jsonl", history).splitlines(keepends=True)
    assert list(events(lines)) == as_filed(history)


def test_a_stream_that_was_cut_off_gives_all_before_and_names_the_line() -> None:
    text = streamed("jsonl", EVERYTHING)
    cut = text[: text.rindex("action-taken")].splitlines()
    found: list[Event] = []
    with pytest.raises(StreamError, match=rf"^Line {1 + len(EVERYTHING)} is no event of a recording: .*truncated"):
        found.extend(events(cut))
    told = iter(events(cut))
    assert [next(told) for _ in EVERYTHING[1:]] == as_filed(EVERYTHING[:-1])


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


FINDING: dict[str, Any] = {"rule": "x", "severity": "high", "since": "2026-01-01"}
NONSENSE: list[tuple[str, Any]] = [
    ("severity", "grave"), ("version", -1), ("sha256", "x"), ("whom", "{"), ("since", "yesterday"),
    ("since", "0001-01-01T00:00:00+23:59"), ("since", "9999-12-31T23:59:59-23:59"), ("since", "0001-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("of", "nobody"),
        ("of", None),
        ("subject", ""),
        ("subject", "{}"),
        ("subject", '[{"pid": 1}]'),
        ("subject", "[" * 100_000),
        ("finding", [{"rule": "x"}]),
        ("finding", {}),
        *(("finding", [FINDING | {name: value}]) for name, value in NONSENSE),
    ],
)
def test_a_finding_that_somebody_changed_into_nonsense_is_refused(path: str, value: Any) -> None:
    (document,) = documents([Judged(HERE, *found(("process", (1, None))))])
    with pytest.raises(StreamError, match=r"^Line 1 is no event of a recording: ") as told:
        list(events([changed(document, f"tcpview.{path}", value)]))
    assert safe(str(told.value)) == str(told.value)


def test_texts_of_a_finding_that_come_back_are_safe() -> None:
    (document,) = documents([Judged(HERE, *found(("machine", ("ld-so-preload", "x", ("x",)))))])
    evil = "\x1b[2J"
    own = document["tcpview"]
    own["subject"] = json.dumps(["ld-so-preload", evil, [evil]])
    texts = dict.fromkeys(("rule", "title", "technique", "sentence", "against", "about", "unit"), evil)
    own["finding"] = [FINDING | texts | {"whom": json.dumps(evil)}]
    (judged,) = events([json.dumps(document)])
    assert isinstance(judged, Judged)
    assert judged.place == ("machine", ("ld-so-preload", safe(evil), (safe(evil),)))
    assert {each for each in judged.findings[0] if isinstance(each, str)} == {safe(evil)}


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
    assert imported([json.dumps(document)])[0] == {"host": "box", "started": BOX["started"]}
    assert imported([changed(document, "host.name", "\x1b[2J")])[0]["host"] == "\\x1b[2J"


def test_the_facts_of_the_recording_come_back_and_are_safe() -> None:
    first, *rest = streamed("jsonl", *LIFE).splitlines()
    facts, told = imported(["", first, *rest])
    assert facts == BOX
    assert [each.event for each in told] == as_filed(*LIFE)
    evil = json.dumps(json.loads(first) | {"tcpview": {"recording": {"host": "\x1b[2J"}}})
    assert imported([evil])[0] == {"host": "\\x1b[2J"}


@pytest.mark.parametrize("facts", [{"a b": "x"}, {"\x1b": "x"}, {"host": 5}, {"host": "x" * 10_001}, []])
def test_facts_that_are_none_are_refused(facts: object) -> None:
    document = json.loads(streamed("jsonl")) | {"tcpview": {"recording": facts}}
    with pytest.raises(StreamError, match=r"^Line 1 is no event"):
        imported([json.dumps(document)])


def test_no_lines_tell_nothing() -> None:
    facts, told = imported([])
    assert (facts, list(told)) == ({}, [])


def test_a_second_recording_is_not_mixed_with_the_first() -> None:
    text = streamed("jsonl", *LIFE).splitlines()
    told = imported([*text, *text])[1]
    assert len([next(told) for _ in range(4)]) == 4
    with pytest.raises(StreamError, match=r"^With line 6 another recording begins. Import it by itself"):
        next(told)


def test_lines_of_another_start_are_not_mixed_with_the_first_though_its_facts_were_lost() -> None:
    text = streamed("jsonl", [Acted(later(5000), "x")], [Acted(later(4941), "y")], [Acted(later(9), "z")]).splitlines()
    told = imported(text)[1]
    assert [next(told).event.at.look for _ in range(2)] == [5001, 4942]
    with pytest.raises(StreamError, match=r"^Line 4 is of an earlier time"):
        next(told)
