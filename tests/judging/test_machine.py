from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import HiddenProcess, Sniffer, Tap, Unlooked
from tcpview_tui.findings.rule import Rule
from tcpview_tui.findings.rules.hidden import HIDDEN_PROCESS, HIDDEN_SOCKET
from tcpview_tui.findings.rules.ld_preload import LD_SO_PRELOAD
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.judging.machine import Machine, Watch
from tcpview_tui.judging.verdict import Rules
from tests.fakes import CURL, EPOCH
from tests.judging.cases import Court, row


def hidden(pid: int, looks: int = 1) -> HiddenProcess:
    return HiddenProcess(pid, "", "", "", EPOCH, EPOCH, looks)


class Things:
    """What a watch finds."""

    def __init__(self, *things: Any) -> None:
        self.found: Reading[Sequence[Any]] | Exception = things
        self.looks = 0

    def look(self) -> Reading[Sequence[Any]]:
        self.looks += 1
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def test_each_is_looked_for_once_a_minute_and_one_at_a_look() -> None:
    things = Things(), Things(), Things()
    rules: tuple[Rule[Any], ...] = (HIDDEN_PROCESS, SNIFFER, LD_SO_PRELOAD)
    court = Court(Machine(Rules(), [Watch(rule, each.look) for rule, each in zip(rules, things, strict=True)]))
    looked = []
    for second in range(63):
        court.look(at=EPOCH + second)
        looked.append(sum(each.looks for each in things))
    assert looked[:4] == [1, 2, 3, 3]
    assert looked[59:] == [3, 4, 5, 6]


def test_where_there_is_nothing_to_look_for_nothing_fails() -> None:
    court = Court(Machine(Rules(), []))
    assert court.look(at=EPOCH) == 0


def test_none_is_starved_when_looks_are_far_apart() -> None:
    things = Things(), Things(), Things()
    rules: tuple[Rule[Any], ...] = (HIDDEN_PROCESS, SNIFFER, LD_SO_PRELOAD)
    court = Court(Machine(Rules(), [Watch(rule, each.look) for rule, each in zip(rules, things, strict=True)]))
    for number in range(6):
        court.look(at=EPOCH + 60 * number)
    assert [each.looks for each in things] == [2, 2, 2]


def test_what_is_gone_is_taken_back_and_what_stays_keeps_its_time() -> None:
    things = Things(hidden(7), hidden(8))
    court = Court(Machine(Rules(), [Watch(HIDDEN_PROCESS, things.look)]))
    court.look(at=EPOCH)
    things.found = [hidden(8, 2)]
    court.look(at=EPOCH + 60)
    assert [(each.subject, each.since) for each in court.register.findings] == [(("hidden-process", 8), EPOCH)]
    things.found = []
    court.look(at=EPOCH + 120)
    assert not court.register._told


def test_what_cannot_be_looked_for_is_unknown_until_it_can() -> None:
    things = Things()
    things.found = Unread("not permitted")
    court = Court(Machine(Rules(), [Watch(HIDDEN_PROCESS, things.look)]))
    court.look(at=EPOCH)
    assert [(each.rules, each.reason) for each in court.register.unchecked] == [(("hidden-process",), "not permitted")]
    things.found = []
    court.look(at=EPOCH + 60)
    assert not court.register.unchecked


def test_a_watch_that_raises_takes_no_other_with_it() -> None:
    bad, good, rules = Things(), Things(hidden(7)), Rules()
    bad.found = ValueError("a fault")
    court = Court(Machine(rules, [Watch(SNIFFER, bad.look), Watch(HIDDEN_PROCESS, good.look)]))
    for second in range(0, 180, 30):
        court.look(at=EPOCH + second)
    assert (rules.failed, bad.looks) == ({"sniffer": 1}, 1)
    assert [each.rule for each in court.register.findings] == ["hidden-process"]
    assert [each.rules for each in court.register.unchecked] == [("sniffer",)]


def test_a_sniffer_marks_the_rows_of_its_process() -> None:
    things = Things(Sniffer(CURL, (Tap("packet", 3, None, 5, True),), EPOCH))
    court = Court(Machine(Rules(), [Watch(SNIFFER, things.look)]))
    court.look()
    assert court.rules(row(1)) == ["sniffer"]


def test_a_service_hides_nobody_who_shares_its_tap() -> None:
    tap = (Tap("packet", 3, None, 5),)
    service = replace(CURL, pid=7, executable="/usr/sbin/dhclient")
    child = replace(CURL, pid=8, executable="/usr/bin/python3.11")
    things = Things(*(Sniffer(each, tap, EPOCH) for each in (service, child)))
    court = Court(Machine(Rules(), [Watch(SNIFFER, things.look)]))
    court.look()
    assert court.rules(row(1, service)) == []
    assert court.rules(row(2, child)) == ["sniffer"]


def test_a_namespace_that_nobody_could_look_into_is_unknown_to_each_rule_that_sought_there() -> None:
    taps, sockets = (Unlooked(sought, None, f"no {sought}") for sought in ("sniffer", "hidden-socket"))
    watches = (Watch(SNIFFER, Things(taps).look), Watch(HIDDEN_SOCKET, Things(sockets).look))
    court = Court(Machine(Rules(), watches))
    court.look(at=EPOCH)
    court.look(at=EPOCH + 1)
    assert [(each.rules, each.reason, each.name) for each in court.register.unchecked] == [
        (("sniffer",), "no sniffer", "other network namespaces"),
        (("hidden-socket",), "no hidden-socket", "other network namespaces"),
    ]
