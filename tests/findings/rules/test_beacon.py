from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from tcpview_tui.findings.activity import Activity
from tcpview_tui.findings.rhythm import BARS
from tcpview_tui.findings.rule import Answer, Hit, Severity
from tcpview_tui.findings.rules.beacon import BEACON, LEAST_BY_LOOKS
from tcpview_tui.model.process import Process
from tests.fakes import EPOCH
from tests.findings.workload import lived, outgoing, seen_every


def answer(activity: Activity) -> Answer:
    told = activity.due(EPOCH).series
    return BEACON.check(told[0]) if told else None


def judged(openings: Iterable[float], **facts: Any) -> Answer:
    activity = Activity()
    lived(activity, (outgoing(at, **facts) for at in openings))
    return answer(activity)


def hit(found: Answer) -> Hit:
    assert isinstance(found, Hit)
    return found


def beats(number: int, period: float, jitter: float, seed: int = 1) -> Iterator[float]:
    """Times of a beacon that comes up to that share of its period too early, as implants spell jitter."""
    pick, at = random.Random(seed), 0.0
    for _ in range(number):
        yield at
        at += period * (1 - jitter * pick.random())


def jittered(number: int, period: float, jitter: float, seed: float) -> Iterator[float]:
    """Times of a beacon that comes too early or too late, by up to that share of its period."""
    pick, at = random.Random(seed), 0.0
    for _ in range(number):
        yield at
        at += period * pick.uniform(1 - jitter, 1 + jitter)


def by_chance(number: int, mean: float, seed: int) -> Iterator[float]:
    """Times of people: each independent of the last (a Poisson process)."""
    pick, at = random.Random(seed), 0.0
    for _ in range(number):
        at += pick.expovariate(1 / mean)
        yield at


@pytest.mark.parametrize("period", [5, 60, 300, 3600, 4 * 3600])
def test_a_beacon_is_found_from_seconds_to_hours(period: float) -> None:
    found = hit(judged(beats(14, period, 0)))
    assert found.severity is None
    assert "14 times" in found.sentence


def test_one_every_2_s_with_jitter_is_found_where_the_times_are_exact() -> None:
    assert all(judged(jittered(180, 2, 0.2, seed)) for seed in range(50))
    assert "every 2." in hit(judged(jittered(100, 2, 0.2, 3))).sentence
    assert judged(jittered(100, 2, 0.2, 3), exact=False) is None  # a look each second cannot tell it
    assert hit(judged(jittered(100, 2, 0.2, 3), remote=("10.0.0.9", 8080))).severity is Severity.LOW


@pytest.mark.parametrize("mean", [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3])
def test_who_calls_at_any_time_has_no_rhythm_because_no_interval_is_under_a_second(mean: float) -> None:
    assert not any(judged(by_chance(300, mean, seed)) for seed in range(30))


def test_connections_of_a_pool_that_come_again_each_at_its_time_have_none() -> None:
    for seed in range(20):
        pick = random.Random(seed)
        pool = (jittered(80, 6, 0.5, pick.random()) for _ in range(3))
        assert judged(sorted(at for each in pool for at in each)) is None


def test_what_is_done_within_a_minute_is_a_task() -> None:
    assert judged(beats(12, 5, 0)) is None
    assert judged(beats(13, 5, 0))


@pytest.mark.parametrize(("jitter", "number"), [(0.0, 9), (0.1, 16), (0.2, 40), (0.5, 80)])
def test_jitter_hides_no_beacon(jitter: float, number: int) -> None:
    assert all(judged(beats(number, 60, jitter, seed)) for seed in range(20))


def test_the_sentence_has_count_median_spread_and_histogram() -> None:
    openings = [0, 58, 118, 178, 238, 298, 358, 418, 480]
    sentence = hit(judged(openings)).sentence
    assert sentence.startswith("connected to 203.0.113.7:443 every 60 s: 9 times from ")
    assert ", by process 500; " in sentence
    assert sentence.endswith("; half of the intervals within 0 s of that, [▃▁▁▁█▁▁▃] from 58 s to 62 s")
    assert sentence.count("[") == 1
    assert set(sentence[sentence.index("[") + 1 : sentence.index("]")]) <= set(BARS)
    assert "looks" not in sentence


def test_runs_of_cron_are_one_beacon_and_each_is_named() -> None:
    activity = Activity()
    runs = (Process(1000 + n, 10.0 + n, "sh", "root", "/bin/dash") for n in range(9))
    lived(activity, (outgoing(300.0 * n, process=run) for n, run in enumerate(runs)))
    assert ", by processes 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008;" in hit(answer(activity)).sentence


def test_a_process_nobody_could_see_is_not_invented() -> None:
    assert "process" not in hit(judged(beats(12, 60, 0), process=None)).sentence


def test_eight_intervals_are_enough_and_seven_are_not() -> None:
    assert judged(beats(9, 60, 0))
    assert judged(beats(8, 60, 0)) is None


def test_missed_beats_and_a_night_asleep_hide_no_beacon() -> None:
    openings = [at for at in beats(60, 60, 0.1) if int(at / 60) % 9]
    assert judged([*openings, *(at + 30_000 for at in openings)])


def test_what_was_seen_by_looks_says_so() -> None:
    activity = Activity()
    seen_every(activity, 1, 700, beats(60, 10, 0.1))
    assert hit(answer(activity)).sentence.endswith("; times are those of looks, every 1 s")


@pytest.mark.parametrize("look", [1, 2, 5])
def test_the_rhythm_of_the_looks_is_nobodys(look: int) -> None:
    """A client so busy that there is something new at each look, or at nearly each."""
    for mean in (look / 4, look, 2 * look):
        activity = Activity()
        seen_every(activity, look, 100 * look, by_chance(200, mean, 1))
        assert answer(activity) is None


def test_a_period_near_that_of_the_looks_is_not_claimed() -> None:
    coarse, fine = Activity(), Activity()
    seen_every(coarse, 5, 600, beats(60, 10, 0))
    seen_every(fine, 2, 600, beats(60, 10, 0))
    assert answer(coarse) is None
    assert answer(fine)


def test_what_calls_each_second_is_busy_and_no_beacon() -> None:
    assert judged(beats(120, 1.2, 0)) is None
    activity = Activity()
    seen_every(activity, 1, 300, beats(60, LEAST_BY_LOOKS - 1, 0))
    assert answer(activity) is None


@pytest.mark.parametrize("mean", [10, 60, 600])
def test_people_have_no_rhythm(mean: float) -> None:
    marked = sum(judged(by_chance(60, mean, seed)) is not None for seed in range(100))
    assert marked == 0


def test_people_watched_from_the_beginning_are_hardly_ever_marked() -> None:
    marked = 0
    for seed in range(100):
        activity, found = Activity(), False
        for at in by_chance(60, 60, seed):
            lived(activity, [outgoing(at)])
            found = found or answer(activity) is not None
        marked += found
    assert marked <= 3


@pytest.mark.parametrize(
    "openings",
    [
        [start + part for start in (0, 340, 1500, 1630) for part in (0, 4, 9, 30, 31.5)],
        [3.0 * turn * turn for turn in range(30)],
        [2.0**turn for turn in range(14)],
    ],
)
def test_pages_read_and_clients_that_wait_longer_each_time_have_no_rhythm(openings: list[float]) -> None:
    assert judged(openings) is None


def test_a_health_check_on_this_machine_is_not_marked() -> None:
    assert judged(beats(100, 10, 0.1), remote=("127.0.0.1", 8080), local="127.0.0.1") is None


@pytest.mark.parametrize(
    ("remote", "word"),
    [
        (("10.0.0.9", 8080), "local network"),
        (("192.168.1.1", 443), "local network"),
        (("169.254.169.254", 80), "local network"),
        (("203.0.113.7", 123), "NTP"),
        (("203.0.113.7", 993), "IMAP"),
    ],
)
def test_a_health_check_with_jitter_and_honest_services_are_low_with_a_reason(
    remote: tuple[str, int], word: str
) -> None:
    found = hit(judged(beats(100, 30, 0.1), remote=remote))
    assert found.severity is Severity.LOW
    assert word in found.against
