"""Whatever a service answers, that is told in plain sentences."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.lookup.reputation_api import abuseipdb, virustotal
from tcpview_tui.lookup.reputation_api.services import Services
from tcpview_tui.text import safe
from tests.lookup.servers import HOSTILE

from .asking import ABUSE, VT, VT_ADDRESS, VT_FILE, asked
from .server import FLOOD_LIMIT, ApiServer

REFUSED = {
    "404": "VirusTotal does not know it.",
    "401": "VirusTotal refuses the key: see that it is the right one, and still valid.",
    "403": "VirusTotal refuses the key: see that it is the right one, and still valid.",
    "429": "VirusTotal was asked too many questions: ask again later.",
    "500": "VirusTotal answered with HTTP error 500.",
    "302": "VirusTotal sent the question on elsewhere (HTTP 302), where the key must not go.",
}

BROKEN = {
    "closed": "No answer: 127.0.0.1 closed the connection without an answer.",
    "garbage": "No answer: 127.0.0.1 did not answer in proper HTTP.",
    "huge": "No answer: 127.0.0.1 sent more than 2,000,000 bytes, which no answer needs.",
}


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("57", "in 57 s"),
        ("7200", "in 2 h"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "later"),
        ("9" * 99, "later"),
        ("٣", "later"),
    ],
)
def test_how_long_to_wait_is_told(tmp_path: Path, told: str, shown: str) -> None:
    with ApiServer(mode="429", Retry_After=told.encode().decode("latin-1")) as server:
        assert asked(tmp_path, server) == (f"VirusTotal was asked too many questions: ask again {shown}.",)


@pytest.mark.parametrize(("mode", "sentence"), [*REFUSED.items(), *BROKEN.items()])
def test_a_refusal_or_a_broken_answer_is_a_plain_answer(tmp_path: Path, mode: str, sentence: str) -> None:
    with ApiServer(mode=mode) as server:
        assert asked(tmp_path, server) == (sentence,)
        assert server.sent < FLOOD_LIMIT


@pytest.mark.parametrize("mode", ["held", "drip", "drip-header"])
def test_a_slow_answer_is_not_waited_for(tmp_path: Path, mode: str) -> None:
    with ApiServer(mode=mode) as server:
        begun = time.monotonic()
        assert asked(tmp_path, server, seconds=0.3) == ("No answer: 127.0.0.1 did not answer in time.",)
        assert time.monotonic() - begun < 10


def test_nobody_at_home(tmp_path: Path, closed_port: int) -> None:
    home = Services(tmp_path, VT, bases={"VirusTotal": f"http://127.0.0.1:{closed_port}"})
    assert home.ask("8.8.8.8", None)[0].sentences == ("No answer: 127.0.0.1 refused the connection.",)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"data": ', b"\xff\xfe"])
def test_what_is_no_json_is_said(tmp_path: Path, body: bytes) -> None:
    with ApiServer(body, "raw") as server:
        assert asked(tmp_path, server) == ("No answer: 127.0.0.1 sent something that is not JSON.",)


@pytest.mark.parametrize("value", [None, [], {}, 7, {"data": []}, {"data": {"attributes": {"last_analysis_stats": 1}}}])
def test_what_is_not_understood_is_said(tmp_path: Path, value: Any) -> None:
    with ApiServer(value) as server:
        assert asked(tmp_path, server) == ("VirusTotal answered, but in a way that is not understood.",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HOSTILE),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
KEYS = sorted({*VT_ADDRESS["data"]["attributes"], *VT_FILE["data"]["attributes"], *ABUSE["data"]})
STATS = st.dictionaries(st.sampled_from(["malicious", "suspicious", "harmless", "undetected"]), JSON)
FACTS = st.dictionaries(st.sampled_from(KEYS), JSON | STATS)


@settings(deadline=None)
@given(JSON, FACTS)
def test_no_answer_breaks_the_reading(nonsense: Any, facts: Any) -> None:
    for read in (virustotal.sentences, abuseipdb.sentences):
        for value in (nonsense, {"data": facts}, {"data": {"attributes": facts}}):
            for sentence in read(json.loads(json.dumps(value))):
                assert sentence == safe(sentence)
                assert len(sentence) < 600
