"""Learning, joining and forgetting: the laws that let a fleet put its files together in any order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.baseline.baseline import STALE, Baseline
from tcpview_tui.findings.baseline.days import anywhere, day, total
from tcpview_tui.findings.baseline.traits import Program
from tcpview_tui.model.column import Context
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tests.fakes import EPOCH
from tests.findings.baseline.lessons import CURL, DAY, NGINX, baselines, habitual, joined_with, lesson, listening, talk
from tests.model.rows import make_process, make_row

FIRST = day(EPOCH)


@given(baselines(), baselines())
def test_joining_is_the_same_in_either_order(one: Baseline, other: Baseline) -> None:
    assert one.joined(other) == other.joined(one)


@given(baselines(), baselines(), baselines())
def test_joining_is_the_same_however_it_is_grouped(one: Baseline, other: Baseline, third: Baseline) -> None:
    assert one.joined(other).joined(third) == one.joined(other.joined(third))


@given(baselines(), baselines())
def test_joining_the_same_again_changes_nothing(one: Baseline, other: Baseline) -> None:
    both = one.joined(other)
    assert one.joined(one) == one.joined(Baseline()) == one
    assert both.joined(one) == both.joined(other) == both


@given(st.lists(habitual(), max_size=4), st.lists(habitual(), max_size=4))
def test_learning_together_is_joining_what_was_learned_apart(one: list[Row], other: list[Row]) -> None:
    assert lesson(*one, *other) == lesson(*one).joined(lesson(*other))


@given(st.lists(habitual(), max_size=4), st.lists(habitual(), max_size=4))
def test_to_forget_days_is_not_to_have_learned_on_them(before: list[Row], during: list[Row]) -> None:
    poisoned = lesson(*before, days=(0, 5)).joined(lesson(*during, days=(2, 3)))
    assert poisoned.without_days(FIRST + 2, FIRST + 3) == lesson(*before, days=(0, 5))


def test_joining_leaves_both_as_they_are() -> None:
    one, other = lesson(talk("192.0.2.7:443")), lesson(talk("192.0.2.7:443"), days=(1,))
    one.joined(other).learn([talk("198.51.100.1:80")], joined_with(talk("192.0.2.7:443")), "web9", EPOCH)
    assert (one, other) == (lesson(talk("192.0.2.7:443")), lesson(talk("192.0.2.7:443"), days=(1,)))


def test_it_counts_days_and_hosts_and_not_connections() -> None:
    many = [talk(f"192.0.2.{number}:443") for number in range(1, 200)]
    both = lesson(*many, days=(0, 1, 5)).joined(lesson(*many, host="web2"))
    seen = both.programs[Program("/usr/bin/curl", "session-*.scope")].talks["to 192.0.2.0/24 tcp/443"]
    assert {host: total(spans) for host, spans in seen.items()} == {"web1": 3, "web2": 1}
    assert total(anywhere(seen)) == 3


def test_the_most_that_was_carried_is_known_until_one_of_its_days_is_forgotten() -> None:
    baseline = Baseline()
    for number, sent in enumerate((5000, 700)):
        row = talk("192.0.2.7:443")
        baseline.learn([row], joined_with(row, sent, received=number), "web1", EPOCH + number * DAY)
    (habits,) = baseline.programs.values()
    assert habits.carried == {"to 192.0.2.0/24 tcp/443": (1, 5000)}
    (left,) = baseline.without_days(FIRST, FIRST).programs.values()
    assert left.carried == {}
    assert left.talks.keys() == habits.talks.keys()


def test_who_was_there_before_anybody_looked_has_no_hour() -> None:
    (habits,) = lesson(replace(talk("192.0.2.7:443"), preexisting=True)).programs.values()
    assert habits.hours == {}
    (habits,) = lesson(talk("192.0.2.7:443", at=EPOCH + 3600 * 7)).programs.values()
    assert habits.hours.keys() == {"07"}


def test_what_has_no_known_program_is_not_learned_but_the_day_is() -> None:
    rows = [make_row(), make_row("10.0.0.5:22", "192.0.2.7:5000", make_process(executable=None))]
    baseline = lesson(*rows)
    assert baseline.programs == {}
    assert baseline.age(EPOCH + DAY) == 1


def test_every_process_that_has_a_socket_is_learned() -> None:
    baseline = lesson(make_row("0.0.0.0:443", None, NGINX, CURL, transport="udp", direction="listening"))
    assert [list(habits.listens) for habits in baseline.programs.values()] == [["any udp/443"]] * 2


def test_programs_are_forgotten() -> None:
    baseline = lesson(talk("192.0.2.7:443"), listening("0.0.0.0:80"))
    nginx = Program("/usr/sbin/nginx", "nginx.service")
    assert baseline.without([nginx]) == lesson(talk("192.0.2.7:443"))


@pytest.mark.parametrize(("days", "word"), [(0, None), (STALE, None), (94, "94 days ago"), (-3, None)])
def test_an_old_one_is_said_to_be(days: int, word: str | None) -> None:
    doubt = lesson(talk("192.0.2.7:443")).doubt(EPOCH + days * DAY)
    assert doubt is None if word is None else doubt and word in doubt[0]


def test_an_empty_one_is_said_to_be() -> None:
    assert Baseline().doubt(EPOCH) == ("the baseline knows nothing yet", "Everything is outside of it.")


def test_what_a_program_is_was_learned_and_merging_keeps_all_of_it() -> None:
    asked: list[Process] = []

    def digest_of(process: Process) -> str | None:
        asked.append(process)
        return "ab" * 32 if process == CURL else None

    one = Baseline()
    one.learn([talk("192.0.2.1:443"), talk("192.0.2.2:443"), listening("0.0.0.0:80")], Context(), "web1", EPOCH,
              digest_of=digest_of)  # fmt: skip
    assert sorted(asked, key=str) == sorted({CURL, NGINX}, key=str)
    other = lesson(talk("192.0.2.1:443"), days=(3,))
    other.recognise(CURL, "cd" * 32, "web2", (1, 1))
    (curl,) = (habits for program, habits in one.joined(other).programs.items() if program.path == "/usr/bin/curl")
    assert {digest: list(seen) for digest, seen in curl.sha256.items()} == {"ab" * 32: ["web1"], "cd" * 32: ["web2"]}


def test_a_program_that_is_not_known_has_no_content() -> None:
    baseline = lesson(talk("192.0.2.1:443"))
    before = baseline.joined(Baseline())
    baseline.recognise(make_process(), "ab" * 32, "web1", (1, 1))
    baseline.recognise(CURL, None, "web1", (1, 1))
    assert baseline == before
