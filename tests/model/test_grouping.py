from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import Namespace, State
from tcpview_tui.model.grouping import GROUPING_BY_ID, GROUPINGS, Arranger, Entry, Group, Grouping, GroupKey, Line
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.traffic import Counters, Flow, Gauge
from tests.model.rows import make_process, make_row, rows

SERVICES = {("tcp", 9): "discard", ("tcp", 443): "https", ("udp", 53): "domain"}
CONTEXT = Context(service_name=lambda *port: SERVICES.get(port))

SSHD = make_process("sshd", 100, service="ssh.service")


class Decoded(NamedTuple):
    """A measure that was decoded already."""

    counters: Counters = Counters()


def entries(grouping: Grouping, *rows: Row, order: Order | None = None) -> list[Entry]:
    """Return rows in their order, as the ledger holds them."""
    place = (order or Order()).key()
    return sorted((place(row, Context()), row.key, row, grouping.value(row)) for row in rows)


def headings(lines: list[Line]) -> list[Group]:
    return [item for _, _, item, _ in lines if isinstance(item, Group)]


def labels(by: str, *rows: Row, order: Order | None = None) -> list[str]:
    """Return the names of the groups, from the first to the last."""
    grouping, order = GROUPING_BY_ID[by], order or Order()
    found = Arranger().arrange(entries(grouping, *rows, order=order), grouping, (), by_rank=not order.by)
    return [group.label(CONTEXT) for group in headings(found)]


def label(by: str, row: Row) -> str:
    return labels(by, row)[0]


def remote(address: str) -> Row:
    return make_row(remote=f"[{address}]:443")


def test_each_grouping_is_declared_once() -> None:
    assert list(GROUPING_BY_ID) == ["process", "remote", "network", "service", "container", "port", "state"]
    assert len({grouping.title for grouping in GROUPINGS}) == len(GROUPINGS)


def test_a_process_is_its_name_pid_and_start() -> None:
    one, same = make_row("10.0.0.5:1", None, SSHD), make_row("10.0.0.5:2", None, SSHD)
    reused = make_row("10.0.0.5:3", None, make_process("sshd", 100, started=2000.0))
    assert labels("process", one, same, reused) == ["sshd (100)", "sshd (100)"]
    assert label("process", make_row("10.0.0.5:1", None, SSHD, make_process("child", 101))) == "sshd (100)"
    assert label("process", make_row("10.0.0.5:1", None, SSHD, owners_past=True)) == "sshd (100)"


def test_who_is_unknown_and_who_cannot_be_are_two_groups() -> None:
    unknown = make_row()
    none = [make_row(state=state) for state in (State.TIME_WAIT, State.SYN_RECEIVED)]
    assert label("process", unknown) == "? unknown process"
    assert {label("process", row) for row in none} == {"- no process, by design"}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("192.0.3.0", "192.0.3.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.9.9.9", "127.0.0.0/8"),
        ("::1", "::1/128"),
        ("0.0.0.0", "0.0.0.0/24"),
        ("no address", "no address"),
    ],
)
def test_a_network_is_what_mostly_has_one_owner(address: str, network: str) -> None:
    assert label("network", remote(address)) == network


def test_a_zone_tells_two_addresses_apart() -> None:
    assert labels("remote", remote("fe80::1%eth0"), remote("fe80::1%eth1")) == ["fe80::1%eth0", "fe80::1%eth1"]


@pytest.mark.parametrize("by", ["remote", "network"])
def test_what_is_connected_to_nobody_stands_together(by: str) -> None:
    assert labels(by, make_row("0.0.0.0:80", None), make_row("0.0.0.0:53", None, transport="udp")) == ["not connected"]


def test_the_port_of_a_service_is_at_the_end_that_was_called() -> None:
    here, there = "10.0.0.5:22", "192.0.2.7:443"
    assert label("port", make_row(here, there, direction="out")) == "TCP 443 https"
    assert label("port", make_row(here, there, direction="in")) == "TCP 22"
    assert label("port", make_row(here, None, direction="listening")) == "TCP 22"
    assert label("port", make_row("10.0.0.5:53", None, transport="udp", direction="out")) == "UDP 53 domain"
    assert label("port", make_row("10.0.0.5:53", None, direction="listening")) == "TCP 53"


def test_a_service_is_the_unit_of_the_process() -> None:
    assert label("service", make_row("10.0.0.5:1", None, SSHD)) == "ssh.service"
    assert label("service", make_row("10.0.0.5:1", None, make_process())) == "none known"
    assert label("service", make_row()) == "none known"


def test_a_container_is_that_of_the_process_else_the_namespace() -> None:
    row = make_row()
    inside = replace(make_row(), connection=replace(row.connection, namespace=Namespace(7)))
    docker = make_row("1.1.1.1:1", "2.2.2.2:2", make_process(container="docker:0123456789ab"))
    assert labels("container", row, inside, docker) == ["7", "docker:0123456789ab", "none known"]


def test_a_state_has_its_own_name() -> None:
    assert {label("state", make_row(state=state)) for state in State} == {
        "no state",
        *(state.value for state in State if state.value),
    }


@pytest.mark.parametrize(
    ("by", "rows", "expected"),
    [
        (
            "process",
            [
                make_row(),
                make_row("1.1.1.1:1", "2.2.2.2:2", make_process("b", 9)),
                make_row("1.1.1.1:1", "1.1.1.1:2", make_process("b", 10)),
                make_row("1.1.1.1:1", "9.2.2.2:2", make_process("A", 11)),
            ],
            ["A (11)", "b (9)", "b (10)", "? unknown process"],
        ),
        (
            "remote",
            [remote(each) for each in ("2001:db8::1", "10.0.0.1", "9.9.9.9", "strange")],
            ["9.9.9.9", "10.0.0.1", "2001:db8::1", "strange"],
        ),
        (
            "network",
            [remote(each) for each in ("2001:db8::1", "100.0.0.1", "9.9.9.9")],
            ["9.9.9.0/24", "100.0.0.0/24", "2001:db8::/48"],
        ),
        (
            "service",
            [make_row(), *(make_row("1.1.1.1:1", "2.2.2.2:2", make_process(service=each)) for each in ("b", "A"))],
            ["A", "b", "none known"],
        ),
        (
            "port",
            [make_row("10.0.0.5:1000"), make_row("10.0.0.5:9"), make_row("10.0.0.5:22")],
            ["TCP 9 discard", "TCP 22", "TCP 1000"],
        ),
    ],
)
def test_groups_of_one_rank_stand_in_the_order_of_what_they_have_in_common(
    by: str, rows: list[Row], expected: list[str]
) -> None:
    assert labels(by, *rows) == labels(by, *reversed(rows)) == expected


def test_groups_with_conversations_stand_before_those_that_only_wait() -> None:
    a, z = make_process("a", 1), make_process("z", 2)
    listening = make_row("0.0.0.0:80", None, a, state=State.LISTEN)
    assert labels("process", listening, make_row("1.1.1.1:1", "2.2.2.2:2", z)) == ["z (2)", "a (1)"]
    assert labels("process", listening, make_row("1.1.1.1:1", "2.2.2.2:2", z), make_row("1.1.1.1:1", "2.2.2.2:2", a))[
        0
    ] == ("a (1)")


def test_with_a_sort_groups_stand_in_the_order_of_their_first_rows() -> None:
    a, z = make_process("a", 1), make_process("z", 2)
    some = [make_row(f"1.1.1.1:{port}", "2.2.2.2:2", who) for port, who in ((1, z), (2, a), (3, z), (4, a))]
    assert labels("process", *some, order=Order((By("lport"),))) == ["z (2)", "a (1)"]
    assert labels("process", *some, order=Order((By("lport", reverse=True),))) == ["a (1)", "z (2)"]


def test_a_group_is_kept_and_its_counts_are_those_of_now() -> None:
    grouping, arranger = GROUPING_BY_ID["state"], Arranger()

    def group(*rows: Row, opened: tuple[GroupKey, ...] = ()) -> Group:
        return headings(arranger.arrange(entries(grouping, *rows), grouping, opened, by_rank=True))[0]

    one, two = make_row(mark=Mark.NEW), make_row()
    first = group(one, two)
    assert first.counts == ([(State.ESTABLISHED, 2)], {Mark.NEW: 1, Mark.NONE: 1}, 0)
    gone = make_row(mark=Mark.CLOSED, closed_at=1.0)
    second = group(one, gone, opened=(first.key,))
    assert second is first
    assert second.counts == ([(State.ESTABLISHED, 1)], {Mark.NEW: 1, Mark.CLOSED: 1}, 1)
    assert second.is_open
    assert not group(one).is_open


def test_a_group_carries_what_its_open_rows_carry_now() -> None:
    grouping, arranger = GROUPING_BY_ID["state"], Arranger()
    one, other = make_row("10.0.0.5:1"), make_row("10.0.0.5:2")
    gone = make_row("10.0.0.5:3", mark=Mark.CLOSED, closed_at=1.0)

    def flow(now: float, *rows: Row, **rates: tuple[float, float]) -> Flow:
        rows_by_name = {"one": one, "other": other, "gone": gone}
        gauges = {rows_by_name[name].key: Gauge(Decoded(), *rate) for name, rate in rates.items()}
        lines = arranger.arrange(entries(grouping, *rows), grouping, (), by_rank=True)
        return headings(lines)[0].flow(Context(now, gauges=gauges))

    assert flow(1.0, one, other) == Flow()
    assert flow(2.0, one, other, one=(10.0, 1.0), other=(5.0, 0.0)) == Flow(15.0, 1.0)
    assert flow(3.0, one, gone, one=(10.0, 1.0), gone=(5.0, 0.0)) == Flow(10.0, 1.0)
    assert flow(4.0, one, gone, one=(20.0, 2.0)) == Flow(20.0, 2.0)


def test_another_grouping_begins_with_other_groups() -> None:
    arranger, row = Arranger(), make_row("0.0.0.0:80", None)
    one, other, again = (
        headings(arranger.arrange(entries(grouping, row), grouping, (), by_rank=True))[0]
        for grouping in (GROUPING_BY_ID["remote"], GROUPING_BY_ID["network"], GROUPING_BY_ID["remote"])
    )
    assert len({one.key, other.key}) == 2
    assert again.key == one.key
    assert again is not one


ORDERS = st.sampled_from([Order(), Order((By("rport"),)), Order((By("process", reverse=True), By("age")))])
GROUPS = st.sampled_from(GROUPINGS)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(rows(), max_size=8), min_size=1, max_size=3), GROUPS, ORDERS, st.data())
def test_every_row_is_in_the_group_of_its_value(
    looks: list[list[Row]], grouping: Grouping, order: Order, data: st.DataObject
) -> None:
    arranger = Arranger()
    for look in looks:
        there = entries(grouping, *look, order=order)
        keys = [GroupKey(grouping.id, entry[3]) for entry in there]
        opened = frozenset(data.draw(st.sets(st.sampled_from(keys)))) if keys else frozenset()
        lines = arranger.arrange(there, grouping, opened, by_rank=not order.by)
        groups = headings(lines)
        assert {group.key for group in groups} == set(keys)
        assert len(groups) == len(set(keys))
        assert sorted((entry for group in groups for entry in group.entries), key=_first) == there
        assert lines == [line for group in groups for line in _block(group, opened)]
        for group in groups:
            assert {grouping.value(row) for row in group.rows} == {group.key.value}
            assert group.entries == sorted(group.entries, key=_first)
            assert group.label(CONTEXT)
            _check_counts(group)
        firsts = [_first(group.entries[0]) for group in groups]
        if order.by:
            assert firsts == sorted(firsts)
        else:
            ranks = [(first[0], grouping.order(group.key.value)) for first, group in zip(firsts, groups, strict=True)]
            assert ranks == sorted(ranks)


def _first(entry: Entry) -> Any:
    return entry[0]


def _block(group: Group, opened: frozenset[GroupKey]) -> list[Line]:
    heading: Line = ((), group.key, group, None)
    return [heading, *group.entries] if group.key in opened else [heading]


def _check_counts(group: Group) -> None:
    states, marks, closed = group.counts
    there = group.rows
    assert dict(states) == Counter(row.connection.state for row in there if not row.is_closed)
    assert [number for _, number in states] == sorted((number for _, number in states), reverse=True)
    assert closed == sum(row.is_closed for row in there)
    assert sum(marks.values()) == len(there) == sum(number for _, number in states) + closed


@settings(max_examples=40, deadline=None)
@given(st.lists(rows(), min_size=2, max_size=8), GROUPS, st.randoms())
def test_the_default_order_of_groups_does_not_depend_on_the_order_of_rows(
    some: list[Row], grouping: Grouping, random: Any
) -> None:
    there = [((0,), row.key, row, grouping.value(row)) for row in some]
    shuffled = random.sample(there, len(there))
    one, other = (Arranger().arrange(each, grouping, (), by_rank=True) for each in (there, shuffled))
    assert [group.place for group in headings(one)] == [group.place for group in headings(other)]


@pytest.mark.parametrize(
    ("by", "one", "other"),
    [
        ("remote", remote("fe80::1%eth0"), remote("fe80::1%eth1")),
        ("service", *(make_row("1.1.1.1:1", None, make_process(service=each)) for each in ("A", "a"))),
    ],
)
def test_groups_never_change_places_with_their_rows(by: str, one: Row, other: Row) -> None:
    grouping = GROUPING_BY_ID[by]
    there = [((0,), row.key, row, grouping.value(row)) for row in (one, other)]
    first, second = (Arranger().arrange(each, grouping, (), by_rank=True) for each in (there, there[::-1]))
    assert [group.key for group in headings(first)] == [group.key for group in headings(second)]


def test_a_process_without_a_name_is_a_process() -> None:
    named = make_row("1.1.1.1:1", "2.2.2.2:2", make_process("x", 8))
    assert "7" in label("process", make_row("1.1.1.1:1", "2.2.2.2:2", make_process("", 7)))
    assert "unknown" not in labels("process", named, make_row("1.1.1.1:1", None, make_process("", 7)))[1]
