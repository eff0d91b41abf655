"""Listed addresses and programs: the hit with its evidence, what speaks against it, and its normal twin."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.reputation import ADDRESS, PROGRAM, AddressLookup, ProgramLookup
from tcpview_tui.lookup.lists.folder import Lists
from tests.fakes import FakeClock

DAY = 86_400.0
PLANTED = "# Last updated: 2026-01-01 00:00:00 UTC\n127.0.0.0/8\n45.0.0.0/24 ; planted\n45.0.0.7\n"
PLANTED_AT = 1_767_225_600.0


def lists_in(folder: Path, text: str) -> Lists:
    (folder / "planted.txt").write_text(text)
    lists = Lists(folder, FakeClock())
    lists.refresh()
    assert lists.wait(30)
    return lists


def looked(lists: Lists, ip: str, now: float = PLANTED_AT, accepted: bool = False) -> AddressLookup:
    return AddressLookup(ip, 4444, accepted, lists.address(ip, 4444), now)


def test_a_listed_address_is_a_hit_with_its_evidence(tmp_path: Path) -> None:
    digest = hashlib.sha256(PLANTED.encode()).hexdigest()[:12]
    assert ADDRESS.check(looked(lists_in(tmp_path, PLANTED), "45.0.0.9")) == Hit(
        "connected to 45.0.0.9:4444, which is listed: planted.txt has “45.0.0.0/24 ; planted” in line 3 "
        f"(it says it is of 2026-01-01, SHA-256 {digest}…)"
    )


def test_several_entries_are_counted(tmp_path: Path) -> None:
    answer = ADDRESS.check(looked(lists_in(tmp_path, PLANTED), "45.0.0.7"))
    assert isinstance(answer, Hit)
    assert "“45.0.0.7” in line 4" in answer.sentence
    assert answer.sentence.endswith("…), and 1 other entry")


def test_its_twins_are_not_marked(tmp_path: Path) -> None:
    lists = lists_in(tmp_path, PLANTED)
    for ip in ("45.0.1.9", "127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "93.184.216.34"):
        assert ADDRESS.check(looked(lists, ip)) is None


def test_a_knock_at_a_service_is_less_grave(tmp_path: Path) -> None:
    answer = ADDRESS.check(looked(lists_in(tmp_path, PLANTED), "45.0.0.9", accepted=True))
    assert isinstance(answer, Hit)
    assert answer.sentence.startswith("accepted a connection from 45.0.0.9:4444, ")
    assert (answer.severity, answer.against) == (
        Severity.MEDIUM,
        "listed addresses try every service that the Internet reaches",
    )


def test_an_old_list_speaks_against_it(tmp_path: Path) -> None:
    answer = ADDRESS.check(looked(lists_in(tmp_path, PLANTED), "45.0.0.9", PLANTED_AT + 412 * DAY))
    assert isinstance(answer, Hit)
    assert answer.against == "the list is 412 days old: the address may be somebody else's now"


def test_what_could_not_be_looked_up_is_unknown() -> None:
    assert ADDRESS.check(AddressLookup("45.0.0.9", 1, False, (), 0.0, "the lists are being read")) == Unknown(
        "the lists are being read"
    )
    assert PROGRAM.check(ProgramLookup("/bin/x", "", (), 0.0, "not permitted")) == Unknown("not permitted")


def test_what_one_list_tells_counts_before_the_others_are_read(tmp_path: Path) -> None:
    found = looked(lists_in(tmp_path, PLANTED), "45.0.0.9")._replace(unread="the lists are being read")
    assert isinstance(ADDRESS.check(found), Hit)
    program = ProgramLookup("/bin/x", "0" * 64, found.matches, 0.0, "the lists are being read")
    assert isinstance(PROGRAM.check(program), Hit)


def test_a_listed_program_is_a_hit_and_another_is_not(tmp_path: Path) -> None:
    digest = hashlib.sha256(Path(sys.executable).read_bytes()).hexdigest()
    lists = lists_in(tmp_path, f"{digest}  implant\n{'0' * 64}\n")
    answer = PROGRAM.check(ProgramLookup("/dev/shm/.x", digest, lists.digest(digest), 0.0))
    assert isinstance(answer, Hit)
    assert answer.sentence.startswith(f"runs /dev/shm/.x, whose SHA-256 is listed: planted.txt has “{digest} implant” ")
    other = hashlib.sha256(b"").hexdigest()
    assert PROGRAM.check(ProgramLookup("/dev/shm/.x", other, lists.digest(other), 0.0)) is None
