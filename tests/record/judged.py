"""Judgements for tests of what is recorded: one of each kind of subject, and any at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.pair import Pair, Program
from tcpview_tui.findings.register import Place
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.connection import Key, Namespace
from tcpview_tui.record.judgement import key_of, keyed
from tests.fakes import EPOCH

PROGRAM = Program("/usr/bin/curl", "alice", None)
PAIR = Pair(PROGRAM, "tcp", "192.0.2.7", 443, None)


def finding(place: Place, sentence: str = "started from /dev/shm/x", **more: Any) -> Finding:
    """Return a finding of what stands there."""
    told = Finding("exe-place", "Unusual place", Severity.HIGH, sentence, "", place[1], "curl (4242)", EPOCH + 0.125)
    return told._replace(**{"technique": "T1036", **more})


def found(place: Place, *sentences: str) -> tuple[Place, tuple[Finding, ...]]:
    """Return a judgement with these sentences, or one; what it is of, and all that was found."""
    return place, tuple(finding(place, each) for each in sentences or ("started from /dev/shm/x",))


def moved(
    place: Place, findings: tuple[Finding, ...], number: Callable[[Key], Key]
) -> tuple[Place, tuple[Finding, ...]]:
    """Return the same judgement where connections have other keys."""
    key = key_of(place)
    there = place if key is None else keyed(place, number(key))
    return there, tuple(each._replace(subject=there[1]) if each.subject == place[1] else each for each in findings)


_TEXTS = st.sampled_from(["curl", "=cmd|x", "a\\x1b[2J", "[/x]", "né中", '"', "<b>", "'; DROP TABLE event; --"])
_STARTED = st.none() | st.sampled_from([EPOCH, EPOCH - 3.123456])
_IDENTITIES = st.tuples(st.integers(1, 9), _STARTED)
_PROGRAMS = st.builds(Program, _TEXTS, st.none() | _TEXTS, st.none() | _TEXTS)
_PLACES = st.none() | st.builds(Namespace, st.integers(0, 2**32), st.none() | _TEXTS)
_PAIRS = st.builds(Pair, _PROGRAMS, st.sampled_from(["tcp", "udp"]), _TEXTS, st.integers(0, 65535), _PLACES)
_MACHINE = st.one_of(
    st.tuples(st.just("sniffer"), _IDENTITIES | st.lists(st.integers(1, 9), max_size=3).map(tuple)),
    st.tuples(st.just("hidden-process"), st.integers(1, 99)),
    st.tuples(st.just("unlisted-socket"), st.integers(1, 99)),
    st.tuples(st.just("ld-so-preload"), _TEXTS, st.lists(_TEXTS, max_size=2).map(tuple)),
)


def places(keys: st.SearchStrategy[Any]) -> st.SearchStrategy[Place]:
    """Return any place of anything that is judged; `keys` are those of connections."""
    return st.one_of(
        st.tuples(st.just("process"), _IDENTITIES),
        st.tuples(st.just("connection"), keys),
        st.tuples(st.just("machine"), st.tuples(st.just("hidden-socket"), keys)),
        st.tuples(st.just("machine"), _MACHINE),
        st.tuples(st.just("activity"), _PAIRS | _PROGRAMS | _IDENTITIES),
    )


@st.composite
def judgements(draw: st.DrawFn, keys: st.SearchStrategy[Any]) -> tuple[Place, tuple[Finding, ...]]:
    """Any place, and whatever was found of it; texts are hostile, and have passed `text.safe`."""
    place = draw(places(keys))
    findings = st.builds(
        Finding,
        _TEXTS,
        _TEXTS,
        st.sampled_from(Severity),
        _TEXTS,
        st.just("") | _TEXTS,
        st.just(place[1]) | st.tuples(_PROGRAMS, _TEXTS),
        _TEXTS,
        st.integers(0, 2_000_000_000_000).map(lambda each: each / 1000),
        st.none() | st.just("ab" * 32),
        st.none() | _TEXTS,
        st.integers(0, 99),
        st.just("") | st.just("T1036.005"),
    )
    return place, tuple(draw(st.lists(findings, max_size=3)))
