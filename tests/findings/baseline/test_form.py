"""The file's content: written and read again, an entry a line, and each damage named with its place."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.form import MeaningError, understood, written
from tcpview_tui.findings.baseline.traits import Program
from tcpview_tui.text import safe
from tests.findings.baseline.lessons import NGINX, baselines, lesson, listening, talk
from tests.model.rows import make_process

SAMPLE = lesson(talk("192.0.2.7:443"), listening("0.0.0.0:80"), days=(0, 1, 4))
SHOWN = """\
{
  "format": "tcpview-baseline",
  "learned": {"web1": "2026-01-01..2026-01-02 2026-01-05"},
  "programs": {
    "/usr/bin/curl": {
      "session-*.scope": {
        "hours": {
          "00": {"web1": "2026-01-01..2026-01-02 2026-01-05"}
        },
        "seen": {"web1": "2026-01-01..2026-01-02 2026-01-05"},
        "talks": {
          "to 192.0.2.0/24 tcp/443": {"web1": "2026-01-01..2026-01-02 2026-01-05"}
        }
      }
    },
"""


@given(baselines())
def test_what_is_written_is_read_again(baseline: Baseline) -> None:
    assert understood(written(baseline)) == baseline
    assert json.loads(written(baseline))["version"] == 1


@given(baselines(), baselines())
def test_the_same_knowledge_makes_the_same_bytes(one: Baseline, other: Baseline) -> None:
    assert written(one.joined(other)) == written(other.joined(one))


def test_people_can_read_it() -> None:
    assert written(SAMPLE).decode().startswith(SHOWN)


@given(st.text())
def test_texts_of_strangers_are_made_safe(text: str) -> None:
    whole = json.loads(written(lesson(listening("0.0.0.0:80"))))
    (unit,) = whole["programs"]["/usr/sbin/nginx"].values()
    unit["seen"] = unit["listens"]["any tcp/80"] = {text: "2026-01-01"}
    whole["programs"] = {text: {text: unit}}
    whole["learned"] = {text: "2026-01-01"}
    (program,) = (read := understood(json.dumps(whole).encode())).programs
    assert program == Program(safe(text), safe(text))
    assert list(read.learned) == list(read.programs[program].seen) == [safe(text)]


def test_names_with_what_json_or_a_path_gives_a_meaning_to_come_back() -> None:
    for name in ('/a"b\\c', "/x in y.service", "/né中", "[/x]", "", "/a / b"):
        baseline = lesson(talk("192.0.2.7:443", make_process(executable=name, service="a b.service")))
        assert understood(written(baseline)) == baseline


@given(st.binary() | st.recursive(st.none() | st.integers() | st.text(), lambda each: st.dictionaries(st.text(), each)))
def test_any_content_is_understood_or_refused_with_a_sentence(content: object) -> None:
    try:
        understood(content if isinstance(content, bytes) else json.dumps(content).encode())
    except MeaningError as error:
        assert safe(str(error)) == str(error)
        assert "expected" in str(error)


def test_a_content_cut_anywhere_is_refused() -> None:
    whole = written(SAMPLE).rstrip()
    for length in range(0, len(whole), 7):
        with pytest.raises(MeaningError, match="expected JSON"):
            understood(whole[:length])


CURL, UNIT = "/usr/bin/curl", "session-*.scope"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("format",), "x", 'format: expected "tcpview-baseline"'),
        (("version",), 2, "version: expected 1, which is all"),
        (("learned",), [], "learned: expected a table"),
        (("learned", "web1"), 5, "learned / web1: expected days, as in 2026-11-01"),
        (("extra",), 1, "extra: expected one of learned, programs"),
        (("programs", CURL), 7, "programs / /usr/bin/curl: expected a table"),
        (("programs", CURL, UNIT, "hats"), {}, f"programs / {CURL} / {UNIT} / hats: expected one of seen, hours"),
        (("programs", CURL, UNIT, "hours", "24"), {}, "hours / 24: expected an hour from 00 to 23"),
        (("programs", CURL, UNIT, "listens"), {"80": {}}, "listens / 80: expected a listener, as in any tcp/443"),
        (("programs", CURL, UNIT, "talks", "to x"), {}, "talks / to x: expected a network and port"),
        (("programs", CURL, UNIT, "sha256"), {"ab": {}}, "sha256 / ab: expected 64 hexadecimal digits"),
        (("programs", CURL, UNIT, "carried"), {"x": {}}, "carried / x: expected a network and port"),
        (
            ("programs", CURL, UNIT, "carried"),
            {"to 192.0.2.0/24 tcp/443": {"sent": True}},
            "tcp/443: expected numbers of bytes",
        ),
        (
            ("programs", CURL, UNIT, "seen", "\x1b]52"),
            "2026-01-02..2026-01-01",
            "seen / \\x1b]52: expected runs of days",
        ),
    ],
)
def test_a_damage_is_named_with_its_place(place: tuple[str, ...], value: object, said: str) -> None:
    whole = table = json.loads(written(SAMPLE))
    for name in place[:-1]:
        table = table[name]
    table[place[-1]] = value
    with pytest.raises(MeaningError) as caught:
        understood(json.dumps(whole).encode())
    assert said in str(caught.value)


def test_what_is_no_json_is_named_by_its_line() -> None:
    with pytest.raises(MeaningError, match="line 3: expected JSON"):
        understood(written(SAMPLE).replace(b'"learned":', b'"learned"'))


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000, b'{"version": ' + b"9" * 5000 + b"}"])
def test_what_would_exhaust_a_reader_is_refused(content: bytes) -> None:
    with pytest.raises(MeaningError):
        understood(content)


def test_long_days_cost_nothing() -> None:
    whole = json.loads(written(lesson(listening("0.0.0.0:80", NGINX))))
    whole["learned"] = {str(number): "0001-01-01..9999-12-31" for number in range(10_000)}
    assert len(understood(json.dumps(whole).encode()).learned) == 10_000
