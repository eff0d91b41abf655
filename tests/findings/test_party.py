from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.attempts import Attempts
from tcpview_tui.findings.burst import LEAST, Attempt
from tcpview_tui.findings.pair import NOBODY, pair_of
from tcpview_tui.findings.party import Family, doers, whom
from tcpview_tui.model.process import Ancestor, Process
from tests.fakes import EPOCH
from tests.findings.workload import AGENT, outgoing

XARGS, SHELL, INIT = Ancestor(4200, "xargs"), Ancestor(4100, "bash"), Ancestor(1, "systemd")


def nc(pid: int, *parents: Ancestor) -> Process:
    return Process(pid, float(pid), "nc", "root", "/usr/bin/nc", f"nc -z 203.0.113.{pid % 250} 445", parents=parents)


def attempts(*processes: Process | None) -> list[Attempt]:
    """What processes of one program tried, `LEAST` times each, each time another end."""
    made = Attempts()
    for number, process in enumerate(each for each in processes for _ in range(LEAST)):
        row = outgoing(number / 10, (f"203.0.113.{number % 250}", 445), process)
        pair = pair_of(row)
        assert pair is not None
        made.take(pair, row, True)
    (burst,) = made.bursts(EPOCH + 60)
    return list(burst.attempts)


def test_one_process_is_named_with_its_user_and_its_command() -> None:
    by_one = attempts(nc(4242))
    assert whom(by_one) == ((4242, 4242.0), "nc (4242)", ((4242, 4242.0),))
    assert doers(by_one) == "by nc (4242) of root: nc -z 203.0.113.242 445"


def test_of_a_long_command_line_the_beginning_is_told_and_what_is_not_known_is_not() -> None:
    long = doers(attempts(replace(AGENT, command_line="agent " + "x" * 500)))
    assert long.startswith("by agent (500) of root: agent xxx")
    assert long.endswith("… (506 characters)")
    assert doers(attempts(replace(AGENT, user=None))) == "by agent (500)"


def test_of_many_processes_the_first_are_named_and_whom_all_stem_from() -> None:
    children = [nc(5000 + number, Ancestor(6000 + number, "sh"), XARGS, SHELL, INIT) for number in range(5)]
    by_all = attempts(*children)
    told = whom(by_all)
    assert told.subject == Family(by_all[0].pair.program, "xargs")
    assert told.name == "nc (5000, 5001, 5002 and 2 more)"
    assert told.places == tuple(each.identity for each in children)
    assert doers(by_all) == (
        "by 5 processes (nc) of root, all below xargs (4200): 5000, 5001, 5002 and 2 more; "
        "the first: nc -z 203.0.113.0 445"
    )


def test_a_scanner_with_children_is_whom_all_stem_from() -> None:
    master = nc(70, SHELL, INIT)
    both = attempts(master, nc(71, Ancestor(70, "nc"), SHELL, INIT))
    assert whom(both)[:2] == (Family(both[0].pair.program, "nc"), "nc (70 and 71)")


def test_that_all_stem_from_init_says_nothing() -> None:
    orphans = attempts(nc(5000, INIT), nc(5001, INIT), nc(5002, Ancestor(9, "sh"), INIT))
    assert whom(orphans).subject == Family(orphans[0].pair.program, None)
    assert "below" not in doers(orphans)


def test_what_nobody_can_tell_the_process_of_stands_at_its_ends() -> None:
    unknown = attempts(None)
    told = whom(unknown)
    assert (told.subject, told.name) == (NOBODY, "unknown process")
    assert told.places == tuple(each.pair for each in unknown)
    assert doers(unknown) == "by whom is not known"


@given(st.lists(st.integers(2, 9).map(nc), min_size=1, max_size=8))
def test_it_stands_at_each_that_took_part_once_and_at_nobody_else(processes: list[Process]) -> None:
    told = whom(attempts(*processes))
    assert len(told.places) == len(set(told.places))
    assert set(told.places) == {each.identity for each in processes}
