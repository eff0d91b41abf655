from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.meter import SMOOTHING, Meter
from tcpview_tui.model.traffic import Counters, Flow


class Told(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters


class Sealed:
    """A measure that nobody may decode."""

    @property
    def counters(self) -> Counters:
        raise AssertionError


def told(received: int | None, sent: int | None = 0) -> Told:
    return Told(Counters(received, sent))


def test_the_first_look_tells_no_rates_and_decodes_nothing() -> None:
    gauges, flow = Meter().take({1: Sealed(), 2: Sealed()}, {1, 2}, 10.0)
    assert [(gauge.rate, gauge.is_busy) for gauge in gauges.values()] == [(0.0, False)] * 2
    assert flow == Flow()


def test_what_grows_has_a_rate_that_nears_the_true_one() -> None:
    meter = Meter()
    meter.take({1: told(1_000_000, 500)}, {1}, 0.0)
    rates = []
    for look in range(1, 21):
        gauges, flow = meter.take({1: told(1_000_000 + look * 2000, 500 + look * 100)}, {1}, look * 2.0)
        assert flow == Flow(1000.0, 50.0)
        rates.append(gauges[1].receiving)
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(1000 * (1 - 2.718281828 ** (-2 / SMOOTHING)))
    assert rates[-1] == pytest.approx(1000, rel=0.01)
    assert gauges[1].sending == pytest.approx(50, rel=0.01)


def test_what_comes_later_began_with_nothing() -> None:
    meter = Meter()
    meter.take({}, set(), 0.0)
    gauges, flow = meter.take({1: told(3000, 50)}, {1}, 1.0)
    assert flow == Flow(3000.0, 50.0)
    assert gauges[1].is_busy
    assert 0 < gauges[1].receiving < 3000


def test_what_comes_later_and_is_old_has_carried_nothing_yet() -> None:
    meter = Meter()
    meter.take({}, set(), 0.0)
    gauges, flow = meter.take({1: told(3000, 50), 2: told(7)}, {1, 2}, 1.0, {1})
    assert flow == Flow(7.0, 0.0)
    assert (gauges[1].rate, gauges[1].is_busy) == (0.0, False)
    _, flow = meter.take({1: told(3100, 50)}, {1, 2}, 2.0)
    assert flow == Flow(100.0, 0.0)


def test_a_rate_falls_to_exactly_nothing_and_is_told_no_more() -> None:
    meter = Meter()
    meter.take({1: told(0)}, {1}, 0.0)
    meter.take({1: told(100_000)}, {1}, 1.0)
    rates, now = [], 1.0
    while gauges := meter.take({}, {1}, now := now + 1.0)[0]:
        assert not gauges[1].is_busy
        rates.append(gauges[1].receiving)
    assert rates == sorted(rates, reverse=True)
    assert rates[-2] >= 1.0
    assert rates[-1] == 0.0
    assert len(rates) < 30


def test_one_byte_is_busy_for_one_look() -> None:
    meter = Meter()
    meter.take({1: told(0)}, {1}, 0.0)
    assert meter.take({1: told(1)}, {1}, 60.0)[0][1].is_busy
    gauges = meter.take({}, {1}, 61.0)[0]
    assert (gauges[1].is_busy, gauges[1].rate) == (False, 0.0)
    assert meter.take({}, {1}, 62.0)[0] == {}


def test_a_measure_that_moves_without_payload_is_told_and_not_busy() -> None:
    meter = Meter()
    meter.take({1: told(5)}, {1}, 0.0)
    gauges, flow = meter.take({1: Told(Counters(5, 0, rtt=0.01))}, {1}, 1.0)
    assert (gauges[1].is_busy, gauges[1].rate, gauges[1].counters.rtt) == (False, 0.0, 0.01)
    assert flow == Flow()


def test_counters_that_go_backwards_or_are_missing_carry_nothing() -> None:
    meter = Meter()
    meter.take({1: told(1000, 1000), 2: told(None, None)}, {1, 2}, 0.0)
    gauges, flow = meter.take({1: told(10, 1500), 2: told(None, None)}, {1, 2}, 1.0)
    assert flow == Flow(0.0, 500.0)
    assert gauges[2].rate == 0.0


def test_a_closed_connection_has_a_last_gauge_without_a_rate_and_is_forgotten() -> None:
    meter = Meter()
    meter.take({1: told(0), 2: told(0)}, {1, 2}, 0.0)
    meter.take({1: told(5000), 2: told(5000)}, {1, 2}, 1.0)
    gauges, flow = meter.take({1: told(6000)}, set(), 2.0)
    assert flow == Flow(1000.0, 0.0)
    assert [(gauge.counters.received, gauge.rate) for gauge in (gauges[1], gauges[2])] == [(6000, 0), (5000, 0)]
    assert (gauges[1].is_busy, gauges[2].is_busy) == (True, False)
    assert meter.take({}, set(), 3.0)[0] == {}
    assert meter.take({1: told(10)}, {1}, 4.0)[1] == Flow(10.0, 0.0), "the same key begins anew"


def test_connections_that_come_and_go_leave_nothing_behind() -> None:
    meter = Meter()
    meter.take({}, set(), 0.0)
    for number in range(5000):
        meter.take({number: told(0)}, {number}, number + 1.0)
    assert len(meter._last) < 2000


def test_two_looks_at_the_same_moment_give_numbers() -> None:
    meter = Meter()
    meter.take({1: told(0)}, {1}, 5.0)
    gauges, _ = meter.take({1: told(1000)}, {1}, 5.0)
    assert 0 < gauges[1].receiving <= 1000


LOOKS = st.lists(
    st.tuples(
        st.floats(0.01, 100),
        st.dictionaries(st.integers(0, 5), st.tuples(st.integers(0, 10**12), st.integers(0, 10**6)), max_size=4),
    ),
    max_size=20,
)


@given(LOOKS)
def test_the_flows_add_up_to_what_the_counters_grew_and_rates_never_exceed_them(
    looks: list[tuple[float, dict[int, tuple[int, int]]]],
) -> None:
    meter, now = Meter(), 0.0
    counters = dict.fromkeys(range(4), (7, 7))
    meter.take({key: told(*pair) for key, pair in counters.items()}, range(6), now)
    flowed_in = flowed_out = 0.0
    fastest = 0.0
    for elapsed, grown in looks:
        for key, (more_in, more_out) in grown.items():
            before = counters.get(key, (0, 0))
            counters[key] = (before[0] + more_in, before[1] + more_out)
            fastest = max(fastest, more_in / elapsed)
        now += elapsed
        gauges, flow = meter.take({key: told(*counters[key]) for key in grown}, range(6), now)
        flowed_in += flow.received * elapsed
        flowed_out += flow.sent * elapsed
        assert all(gauge.receiving <= fastest * 1.001 for gauge in gauges.values())
    assert flowed_in == pytest.approx(sum(pair[0] for pair in counters.values()) - 4 * 7, rel=1e-3, abs=1e-3)
    assert flowed_out == pytest.approx(sum(pair[1] for pair in counters.values()) - 4 * 7, rel=1e-3, abs=1e-3)
