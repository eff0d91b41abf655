from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.findings.evidence import File, Unread
from tcpview_tui.findings.rule import Severity
from tcpview_tui.judging import case, processes
from tcpview_tui.judging.processes import RETRIES, Processes
from tcpview_tui.judging.verdict import Rules
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.sources.packages.answers import Checksum, NotOwned, Owner, Ownership
from tests.fakes import CURL, EPOCH, NGINX
from tests.judging.cases import Court, Reads, closed, process, row
from tests.lookup.lists.gated import UNREAD, GatedLists

HERE = ("127.0.0.1", 80)


@pytest.fixture
def reads() -> Reads:
    return Reads()


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def court(reads: Reads, rules: Rules) -> Court:
    return Court(Processes(rules, reads.reader, None))


def test_a_process_is_read_once_when_seen_and_once_a_minute(court: Court, reads: Reads) -> None:
    court.take(row(1), row(2))
    for second in range(181):
        court.look(at=EPOCH + second)
    assert reads.pids == [CURL.pid] * 4  # at 0, 60, 120, 180


def test_it_is_read_again_when_it_first_talks_to_somebody_and_then_no_more(court: Court, reads: Reads) -> None:
    court.look(row(1, NGINX, remote=HERE), at=EPOCH)
    court.look(row(2, NGINX), at=EPOCH + 1)
    court.look(row(3, NGINX), at=EPOCH + 2)
    assert [len(contacts) for _, contacts in reads.asked] == [0, 1]


def test_a_row_that_changes_each_look_costs_no_reading(court: Court, reads: Reads) -> None:
    seen = row(1)
    for second in range(59):
        court.look(replace(seen, touched=second), at=EPOCH + second)
    assert reads.pids == [CURL.pid]


def test_one_that_connects_again_and_again_is_not_read_more_often(court: Court, reads: Reads) -> None:
    for second in range(0, 58, 2):
        court.look(row(second), at=EPOCH + second)
        court.look(gone=[second], at=EPOCH + second + 1)
    assert reads.pids == [CURL.pid]


def test_contacts_are_those_seen_first(court: Court, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "CONTACTS", 2)
    court.look(*(row(n, at=EPOCH - n, remote=(f"203.0.113.{n}", 80)) for n in (1, 2, 3)))
    assert [contact.remote for contact in reads.asked[0][1]] == ["203.0.113.3", "203.0.113.2"]


def test_a_finding_keeps_its_time_and_goes_a_minute_after_the_last_row(court: Court, reads: Reads) -> None:
    reads.deleted.add(CURL.pid)
    seen = row(1)
    court.look(seen, at=EPOCH)
    court.look(at=EPOCH + 61)
    assert [(each.rule, each.since) for each in court.register.of(seen)] == [("deleted-exe", EPOCH)]
    court.look(gone=[1], at=EPOCH + 62)
    court.look(at=EPOCH + 122)
    assert (court.register.findings, court.register.unchecked) == ([], [])


def test_what_is_wrong_is_compared_with_its_package_and_hashed(court: Court, reads: Reads) -> None:
    reads.deleted.add(CURL.pid)
    court.look(row(1), row(2, NGINX))
    assert reads.compared == [CURL.pid]
    assert {each.digest for each in court.register.findings} == {f"{CURL.pid:064x}"}


def test_where_a_program_comes_from_is_asked_once_for_as_long_as_its_file_stays(court: Court, reads: Reads) -> None:
    reads.owner = NotOwned(("dpkg",))
    court.take(row(1))
    for second in range(0, 300, 10):
        court.look(at=EPOCH + second)
    assert (len(reads.asked), reads.traced) == (5, [CURL.pid])
    reads.deleted.add(CURL.pid)
    court.look(at=EPOCH + 301)
    assert reads.traced == [CURL.pid] * 2


ALTERED = File(1, 2, 0o100755, 0, 1, EPOCH, EPOCH)


def asked(court: Court, of: Process, file: File = ALTERED) -> None:
    """Tell that somebody has looked closer at a process."""
    assert isinstance(court.panel, Processes)
    court.panel.compare(of, file)


def test_what_somebody_has_looked_at_closer_is_compared_with_the_next_look(court: Court, reads: Reads) -> None:
    reads.owner, reads.agrees = Owner("agent", "dpkg"), False
    seen = row(1)
    court.look(seen)
    assert (court.rules(seen), reads.compared) == ([], [])
    asked(court, CURL)
    court.look(at=EPOCH + 1)
    assert (court.rules(seen), reads.compared) == (["altered-exe"], [CURL.pid])
    for second in range(2, 50):  # whoever looks on is heard at each look
        asked(court, CURL)
        court.look(at=EPOCH + second)
    assert reads.compared == [CURL.pid]


def test_whoever_runs_the_same_file_is_compared_in_its_turn_and_others_are_not(court: Court, reads: Reads) -> None:
    reads.owner, reads.agrees = Owner("agent", "dpkg"), False
    seen, worker = row(1), row(2, NGINX)
    court.look(seen, worker)
    asked(court, CURL)
    court.look(at=EPOCH + 61)
    assert court.rules(seen) == court.rules(worker) == ["altered-exe"]
    reads.changed = EPOCH + 62  # to touch it is no way out
    court.look(at=EPOCH + 122)
    assert court.rules(seen) == court.rules(worker) == ["altered-exe"]


def test_of_another_file_nothing_is_compared(court: Court, reads: Reads) -> None:
    reads.owner, reads.agrees = Owner("agent", "dpkg"), False
    seen = row(1)
    court.look(seen)
    asked(court, CURL, ALTERED._replace(inode=3))
    asked(court, NGINX, ALTERED._replace(device=3))  # it has no row
    court.look(at=EPOCH + 1)
    assert (court.rules(seen), reads.compared) == ([], [])


def test_what_was_looked_at_in_the_middle_of_an_upgrade_is_innocent_after_it(court: Court, reads: Reads) -> None:
    reads.owner, reads.agrees = Owner("agent", "dpkg"), False
    seen = row(1)
    court.take(seen)
    asked(court, CURL)
    court.look()
    assert court.rules(seen) == ["altered-exe"]
    reads.agrees = True
    court.look(at=EPOCH + 61)
    court.look(at=EPOCH + 122)
    assert (court.rules(seen), reads.compared) == ([], [CURL.pid] * 2)


NEXT = File(1, 3, 0o100755, 0, 1, EPOCH, EPOCH)


@pytest.mark.parametrize(
    ("owner", "agrees", "severity"),
    [
        (Owner("agent", "dpkg"), True, Severity.LOW),
        (Owner("agent", "dpkg"), False, Severity.HIGH),
        (Owner("agent", "dpkg"), Unread("too large"), Severity.MEDIUM),
        (NotOwned(("dpkg",)), True, Severity.MEDIUM),
    ],
)
def test_what_replaced_a_program_is_asked_for_its_package(
    court: Court, reads: Reads, owner: Ownership, agrees: bool | Unread, severity: Severity
) -> None:
    reads.owner, reads.agrees, reads.replaced[CURL.pid] = owner, agrees, NEXT
    court.look(row(1), row(2, NGINX))
    assert {each.rule: each.severity for each in court.register.findings}["deleted-exe"] is severity
    assert reads.succeeded == [CURL.pid]


def test_in_the_middle_of_an_upgrade_the_new_file_is_compared_with_the_old_database_and_later_again(
    court: Court, reads: Reads
) -> None:
    reads.owner, reads.agrees, reads.replaced[CURL.pid] = Owner("agent", "dpkg"), False, NEXT
    court.look(row(1))
    assert {each.severity for each in court.register.findings} == {Severity.HIGH}
    reads.owner, reads.agrees = Owner("agent", "dpkg", checksum=Checksum("md5", "ab" * 16)), True
    court.look(at=EPOCH + 61)
    assert {each.severity for each in court.register.findings} == {Severity.LOW}


def test_comparing_what_replaced_programs_has_its_turn_too(
    court: Court, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "HASHING", 0.0)
    reads.owner, reads.replaced[CURL.pid] = Owner("agent", "dpkg"), NEXT
    court.look(row(1))
    assert reads.succeeded == []
    assert court.register.findings == []  # nothing graver than it is, for the one look
    monkeypatch.undo()
    court.look()
    assert reads.succeeded == [CURL.pid]
    assert {each.severity for each in court.register.findings} == {Severity.LOW}


def test_nothing_waits_for_its_turn_for_long(court: Court, reads: Reads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "HASHING", 0.0)
    reads.owner, reads.replaced[CURL.pid] = Owner("agent", "dpkg"), NEXT
    verdicts = [court.look(row(1)), *(court.look() for _ in range(5))]
    assert verdicts == [0, 0, 0, 1, 1, 1]
    assert {each.severity for each in court.register.findings} == {Severity.MEDIUM}


def test_what_is_silenced_for_its_program_stays_so_while_it_waits_to_be_read(
    court: Court, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads.deleted.add(CURL.pid)
    court.look(row(1))
    assert {each.digest for each in court.register.findings} == {f"{CURL.pid:064x}"}
    monkeypatch.setattr(processes, "HASHING", 0.0)
    reads.changed = EPOCH  # only its time of change (inode(7)) tells that there are other bytes
    court.look(at=EPOCH + 61)
    assert {each.digest for each in court.register.findings} == {f"{CURL.pid:064x}"}
    reads.digests[CURL.pid] = "b" * 64
    monkeypatch.undo()
    court.look(at=EPOCH + 62)
    assert {each.digest for each in court.register.findings} == {"b" * 64}


def test_every_owner_of_a_row_is_judged(court: Court, reads: Reads) -> None:
    reads.deleted.add(NGINX.pid)
    seen = row(1, CURL, NGINX)
    court.look(seen)
    assert sorted(reads.pids) == [NGINX.pid, CURL.pid]
    assert court.rules(seen) == ["deleted-exe"]


def test_accept_then_fork_moves_the_row_to_the_child(court: Court, reads: Reads) -> None:
    parent, child = process(10), process(11)
    reads.deleted.add(10)
    accepted = row(1, parent)
    court.look(accepted, at=EPOCH)
    both = replace(accepted, owners=(parent, child))
    court.look(both, at=EPOCH + 1)
    alone = replace(accepted, owners=(child,))
    court.look(alone, at=EPOCH + 2)
    assert (court.rules(both), court.rules(alone)) == (["deleted-exe"], [])
    assert reads.pids == [10, 11]
    court.look(at=EPOCH + 61)
    assert court.register.findings == []


def test_a_pid_that_is_used_again_is_another_process(court: Court, reads: Reads) -> None:
    first = process(10)
    second = replace(first, started=99.0)
    reads.deleted.add(10)
    court.look(row(1, first))
    reads.deleted.clear()
    before, after = row(1, first), row(2, second)
    court.look(after)
    assert (court.rules(before), court.rules(after)) == (["deleted-exe"], [])


def test_one_that_ended_before_it_is_judged_is_unknown(court: Court, reads: Reads) -> None:
    reads.ended.add(CURL.pid)
    reads.deleted.add(CURL.pid)  # whoever has the pid now
    seen = row(1)
    court.look(seen)
    assert court.register.of(seen) == ()
    assert {each.reason for each in court.register.unchecked_of(seen)} == {"the process has ended before it was judged"}
    court.look(at=EPOCH + 61)
    assert len(reads.asked) == 1


def test_what_was_found_stays_with_the_rows_of_a_process_that_has_ended(court: Court, reads: Reads) -> None:
    reads.deleted.add(CURL.pid)
    seen = row(1)
    court.look(seen)
    reads.ended.add(CURL.pid)
    kept = closed(seen)
    for minute in range(1, 4):
        court.look(kept, at=EPOCH + 61 * minute)
    assert court.rules(kept) == ["deleted-exe"]
    assert len(reads.asked) == 2


def test_a_connection_that_no_look_saw_open_has_its_process_judged_too(court: Court, reads: Reads) -> None:
    reads.deleted.add(CURL.pid)
    brief = closed(row(1))
    court.look(brief)
    assert court.rules(brief) == ["deleted-exe"]


def test_one_in_the_middle_of_its_start_is_read_at_the_next_look(court: Court, reads: Reads) -> None:
    reads.unread[CURL.pid] = Unread("it was starting another program")
    seen = row(1)
    court.look(seen)
    assert {each.reason for each in court.register.unchecked_of(seen)} == {"it was starting another program"}
    del reads.unread[CURL.pid]
    court.look()
    court.look()
    assert len(reads.asked) == 2
    assert all("package" in each.reason for each in court.register.unchecked_of(seen))


def test_one_that_is_never_readable_is_not_read_at_each_look(court: Court, reads: Reads) -> None:
    reads.unread[CURL.pid] = Unread("no")
    court.take(row(1))
    for second in range(50):
        court.look(at=EPOCH + second)
    assert len(reads.asked) == 1 + RETRIES


def test_one_that_runs_another_program_is_judged_anew(court: Court, reads: Reads) -> None:
    seen = row(1)
    court.look(seen)
    court.look(replace(seen, owners=(replace(CURL, executable="/dev/shm/x"),)))
    assert len(reads.asked) == 2


def test_a_reading_that_raises_is_that_of_one_process(court: Court, reads: Reads, rules: Rules) -> None:
    reads.raises.add(CURL.pid)
    reads.deleted.add(NGINX.pid)
    seen, other = row(1), row(2, NGINX)
    for minute in range(3):
        court.look(seen, other, at=EPOCH + 61 * minute)
    assert rules.failed["deleted-exe"] == 1
    assert reads.pids.count(CURL.pid) == 1
    assert court.rules(other) == ["deleted-exe"]
    assert any("deleted-exe" in each.rules for each in court.register.unchecked_of(seen))
    court.look(gone=[1], at=EPOCH + 200)
    court.look(at=EPOCH + 300)
    assert not rules._off


def of_program(court: Court, of: Row) -> list[str]:
    return [each.reason for each in court.register.unchecked_of(of) if "listed-program" in each.rules]


@pytest.mark.parametrize(("entry", "found"), [(f"{CURL.pid:064x}", ["listed-program"]), ("45.0.0.1", [])])
def test_while_the_lists_are_read_nobody_can_tell_of_a_program(
    reads: Reads, rules: Rules, tmp_path: Path, entry: str, found: list[str]
) -> None:
    (tmp_path / "bad.txt").write_text(f"{entry}\n")
    lists = GatedLists(tmp_path)
    court = Court(Processes(rules, reads.reader, lists))
    seen, twin = row(1), row(2, NGINX)
    assert [court.look(seen, twin), court.look()] == [2, 0]
    assert [of_program(court, seen), of_program(court, twin)] == [[UNREAD], [UNREAD]]
    lists.finish()
    assert [court.look(), court.look()] == [2, 0]
    assert [court.rules(seen), court.rules(twin)] == [found, []]
    assert [of_program(court, seen), of_program(court, twin)] == [[], []]


def test_a_process_that_has_gone_is_not_judged_when_the_lists_have_been_read(
    reads: Reads, rules: Rules, tmp_path: Path
) -> None:
    (tmp_path / "bad.txt").write_text("45.0.0.1\n")
    lists = GatedLists(tmp_path)
    court = Court(Processes(rules, reads.reader, lists))
    court.look(row(1))
    court.look(gone=[1])
    court.look(at=EPOCH + 61)
    lists.finish()
    assert court.look(at=EPOCH + 62) == 0


def test_processes_without_rows_are_bounded(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "IDLE", 5)
    panel = court.panel
    assert isinstance(panel, Processes)
    for number in range(1, 50):
        court.look(row(number, process(number)))
        court.look(gone=[number])
    assert len(panel._cases) == len(panel._turns) == 5


steps = st.lists(
    st.tuples(st.integers(1, 6), st.sets(st.integers(1, 4), max_size=3), st.sampled_from("ocg"), st.integers(0, 40)),
    max_size=40,
)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_nothing_is_left_when_all_rows_are_gone(steps: list[tuple[int, set[int], str, int]]) -> None:
    reads = Reads()
    reads.deleted, reads.ended = {1, 2}, {2, 3}
    panel = Processes(Rules(), reads.reader, None)
    court, at = Court(panel), EPOCH
    for key, pids, what, seconds in steps:
        at += seconds
        seen = replace(row(key), owners=tuple(map(process, sorted(pids))))
        if what == "g":
            court.look(gone=[key], at=at)
        else:
            court.look(closed(seen) if what == "c" else seen, at=at)
    court.look(gone=range(1, 7), at=at)
    court.look(at=at + 60)
    assert not court.register._told
    assert not panel._cases and not panel._owners and not panel._idle and not len(panel._turns)  # noqa: PT018


def test_what_is_found_of_a_shell_or_of_a_copy_of_one_is_silenced_for_no_hash(court: Court, reads: Reads) -> None:
    shell = replace(CURL, pid=7, executable="/usr/bin/bash")
    reads.deleted |= {CURL.pid, shell.pid, NGINX.pid}
    reads.copies.add(CURL.pid)
    court.look(row(1), row(2, shell), row(3, NGINX))
    digests = {each.name.partition(" ")[2]: each.digest for each in court.register.findings}
    assert digests == {f"({CURL.pid})": None, "(7)": None, f"({NGINX.pid})": f"{NGINX.pid:064x}"}
