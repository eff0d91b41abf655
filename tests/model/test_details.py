from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.lookup.geo.place import Place
from tcpview_tui.model.about_connection import about_connection
from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Namespace, State
from tcpview_tui.model.details import details, heading
from tcpview_tui.model.facts import Fact, Section
from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.process import Ancestor
from tcpview_tui.model.row import Row
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.text import local_time
from tests.model.rows import make_process, make_row, rows

SSHD = make_process(
    "sshd", 100, user="root", executable="/usr/sbin/sshd", command_line="sshd: alice [priv]", service="ssh.service",
    parents=(Ancestor(90, "sshd"), Ancestor(1, "systemd")),
)  # fmt: skip
SEEN = Inspection(SSHD.identity, "/", "sleeping", 3, 1412, 5 << 20, 61.25)
CONNECTION = (
    "Protocol", "State", "Direction", "Local", "Remote", "Remote name", "Network", "Namespace", "Opened", "Closed",
    "Duration", "History",
)  # fmt: skip
PROCESS = (
    "Owner", "Command", "Executable", "Directory", "User", "Service", "Container", "Started", "Name", "PID", "Threads",
    "Open files", "Status", "Memory", "CPU time",
)  # fmt: skip


class NothingMeasured:
    counters = Counters()


NOTHING_MEASURED = NothingMeasured()
SERVICES = {("tcp", 443): "https", ("udp", 53): "domain"}

NOW = Context(1090.0, {"192.0.2.7": "www.example.org"}, service_name=lambda *port: SERVICES.get(port))

T = [local_time(second) for second in range(1000, 1100)]
"""Local times by the seconds after 1000."""


def show(row: Row, *among: Row, inspection: Inspection | None = None, **options: object) -> tuple[Section, ...]:
    context, problems = options.pop("context", Context(1090.0)), options.pop("problems", ())
    return details(row, among, inspection, context, problems, **options)  # type: ignore[arg-type]


def values(section: Section) -> dict[str, str]:
    return {fact.label: fact.value for fact in section.facts}


def titled(sections: tuple[Section, ...], start: str) -> Section:
    return next(section for section in sections if section.title.startswith(start))


@st.composite
def inspections(draw: st.DrawFn, row: Row) -> Inspection | None:
    """Any inspection of the process of a row, of another process, or none."""
    identity = row.owner.identity if row.owner and draw(st.booleans()) else (7, 7.0)
    absent = st.sampled_from(Absence)
    number, text = absent | st.integers(0, 2**40), absent | st.sampled_from(["/", "/srv/straße", "\\x1b[2J"])
    seconds = absent | st.floats(0, 1e9)
    built = st.builds(Inspection, st.just(identity), text, text, number, number, number, seconds)
    return draw(st.none() | built)


TRAFFIC = ("Received", "Sent", "Packets", "Rate", "Retransmits", "RTT", "Congestion", "Queues", "Process")
PROBLEMS = st.lists(st.sampled_from(Code).map(lambda code: Problem(code, "summary", "Detail.")), max_size=3)


@given(st.data(), st.lists(rows(), min_size=1, max_size=8), PROBLEMS)
def test_labels_stand_in_the_same_places_whatever_is_missing(
    data: st.DataObject, among: list[Row], problems: list[Problem]
) -> None:
    row = among[0]
    sections = details(row, among, data.draw(inspections(row)), Context(2e9), problems)
    fixed = [(section.title, tuple(fact.label for fact in section.facts)) for section in sections[:3]]
    assert fixed == [("Process", PROCESS), ("Connection", CONNECTION), ("Traffic", TRAFFIC)]
    heights = {fact.label: fact.lines for section in sections[:3] for fact in section.facts if fact.lines != 1}
    assert heights == {"Command": 2, "Owner": 2}
    assert all(fact.value for section in sections[1:3] for fact in section.facts), "a missing value is a word"


def test_a_connection_is_told_with_every_state_and_its_time() -> None:
    passages = ((State.SYN_SENT, 1000.0), (State.ESTABLISHED, 1002.0), (State.CLOSE_WAIT, 1060.0))
    row = make_row("10.0.0.5:50000", "192.0.2.7:443", SSHD, state=State.CLOSE_WAIT, direction="out", passages=passages)
    told = values(show(row, context=NOW)[1])
    assert told == {
        "Protocol": "TCP",
        "State": f"CLOSE_WAIT since {T[60]}",
        "Direction": "out: no listener had the local port",
        "Local": "10.0.0.5:50000",
        "Remote": "192.0.2.7:443 (https), documentation",
        "Remote name": "www.example.org",
        "Network": "unknown",
        "Namespace": "that of this program",
        "Opened": T[0],
        "Closed": "still open",
        "Duration": "1m so far",
        "History": f"{T[0]} SYN_SENT, {T[2]} ESTABLISHED, {T[60]} CLOSE_WAIT",
    }


def test_what_was_there_before_the_program_says_so() -> None:
    told = values(show(make_row(preexisting=True))[1])
    assert (told["Opened"], told["Duration"]) == ("before this program started", "more than 1m so far")
    assert told["State"] == f"ESTABLISHED at least since {T[0]}"
    assert told["History"] == f"before {T[0]} ESTABLISHED"


def test_it_is_not_said_to_have_lasted_no_time() -> None:
    told = values(show(make_row(preexisting=True), context=Context(1010.0))[1])
    assert told["Duration"] == "unknown: it was open before the first look"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place("AU", 13335, "Cloudflare, Inc."), "AS13335 Cloudflare, Inc., registered in AU"),
        (Place("AU", 13335, is_estimate=True), "AS13335, thought to be used in AU"),
        (Place("AU"), "registered in AU"),
        (Place(None, None, "Cloudflare, Inc."), "Cloudflare, Inc."),
        (None, "unknown"),
    ],
)
def test_the_network_of_the_remote_address(place: Place | None, told: str) -> None:
    context = replace(NOW, place={"192.0.2.7": place}.get)
    assert values(show(make_row("10.0.0.5:50000", "192.0.2.7:443"), context=context)[1])["Network"] == told


def test_a_closed_connection_has_an_end_and_a_duration() -> None:
    row = make_row(closed_at=1075.0)
    told = values(show(row)[1])
    assert (told["Closed"], told["Duration"]) == (T[75], "75 s")
    assert told["History"] == f"{T[0]} ESTABLISHED, {T[75]} closed"
    assert values(show(replace(row, preexisting=True))[1])["Duration"] == "more than 75 s"


def test_an_unconnected_socket_has_no_remote_end_and_no_state() -> None:
    row = make_row("[::1]:53", None, transport="udp", state=State.NONE, direction="listening")
    told = values(show(row, context=NOW)[1])
    assert (told["Protocol"], told["Local"]) == ("UDP6", "[::1]:53 (domain)")
    assert (told["Remote"], told["Remote name"]) == ("none: nobody is connected", "unknown")
    assert told["State"] == "none: only TCP has states"


@pytest.mark.parametrize(
    ("namespace", "told"),
    [(Namespace(4026532245), "4026532245"), (Namespace(7, "blue"), "blue (netns:7)"), (UNKNOWN_NAMESPACE, "unknown")],
)
def test_a_foreign_namespace_is_told_by_name_and_inode(namespace: Namespace, told: str) -> None:
    row = make_row()
    sections = show(replace(row, connection=replace(row.connection, namespace=namespace)))
    assert values(sections[1])["Namespace"] == told


def test_a_container_is_told_with_the_process() -> None:
    owner = make_process(container="docker:0123456789ab")
    assert values(show(make_row("10.0.0.5:22", None, owner))[0])["Container"] == "docker:0123456789ab"


def test_a_process_is_told_with_what_was_read_just_now() -> None:
    assert values(show(make_row("10.0.0.5:22", "192.0.2.7:50000", SSHD), inspection=SEEN)[0]) == {
        "Name": "sshd",
        "PID": "100",
        "Command": "sshd: alice [priv]",
        "Executable": "/usr/sbin/sshd",
        "Directory": "/",
        "User": "root",
        "Service": "ssh.service",
        "Container": "none known",
        "Started": T[0],
        "Threads": "3",
        "Open files": "1,412",
        "Status": "sleeping",
        "Memory": "5.0 MiB",
        "CPU time": "61 s",
        "Owner": "the system names it as the owner",
    }


READ = ("Directory", "Threads", "Open files", "Status", "Memory", "CPU time")


@pytest.mark.parametrize(
    ("inspection", "word"),
    [
        (None, "reading"),
        (replace(SEEN, identity=(100, 2000.0)), "reading"),
        (Inspection.without(SSHD.identity, Absence.GONE), "ended"),
        (Inspection.without(SSHD.identity, Absence.REFUSED), "not permitted"),
        (Inspection.without(SSHD.identity, Absence.UNTOLD), "not told by this system"),
    ],
)
def test_what_was_not_read_says_why_and_another_process_is_never_described(
    inspection: Inspection | None, word: str
) -> None:
    facts = show(make_row("10.0.0.5:22", None, SSHD), inspection=inspection)[0].facts
    told = {fact.label: fact for fact in facts}
    assert {told[label].value for label in READ} == {word}
    assert all(told[label].quiet for label in READ)


def test_without_an_owner_every_line_is_there_and_one_says_why() -> None:
    problem = Problem(Code.OWNERLESS, "1 socket without owner", "The system tells it to root only.")
    facts = show(make_row(), problems=(problem,))[0].facts
    assert all(fact.quiet for fact in facts)
    assert {fact.value for fact in facts[1:]} == {"unknown"}
    assert facts[0].value == "unknown. The system tells it to root only."
    evidence = titled(show(make_row(), problems=(problem,)), "Evidence")
    assert "could not be checked: the process is unknown. The system tells it to root only." in evidence.facts[0].value


@pytest.mark.parametrize("row", [make_row(state=State.TIME_WAIT), make_row(state=State.SYN_RECEIVED)])
def test_where_there_is_no_process_by_design_nothing_is_missing(row: Row) -> None:
    assert [section.title for section in show(row)] == ["Process", "Connection", "Traffic"]


def test_the_user_of_a_socket_is_told_where_the_process_is_unknown() -> None:
    row = make_row()
    row = replace(row, connection=replace(row.connection, user="www-data"))
    (user,) = [fact for fact in show(row)[0].facts if fact.label == "User"]
    assert (user.value, user.quiet) == ("www-data", False)
    assert user.value == BY_ID["user"].text(row, NOW)
    owned = replace(row, owners=(SSHD,))
    assert values(show(owned)[0])["User"] == "root"


CARRIED = replace(NOW, gauges={"another": Gauge(NOTHING_MEASURED)})


@pytest.mark.parametrize(
    ("row", "context", "word"),
    [
        (make_row(), NOW, "not told by this source"),
        (make_row(closed_at=1075.0), NOW, "not told by this source"),
        (make_row(closed_at=1075.0), CARRIED, "not told of a closed connection"),
        (make_row(state=State.TIME_WAIT), CARRIED, "not told by the kernel"),
    ],
)
def test_a_source_with_counters_is_not_blamed_for_what_is_gone(row: Row, context: Context, word: str) -> None:
    told = values(titled(show(row, context=context), "Traffic"))
    assert (told["Congestion"], told["Queues"]) == (word, word)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (make_row(state=State.TIME_WAIT), "none: in TIME_WAIT the kernel keeps it alone"),
        (make_row(state=State.SYN_RECEIVED), "none yet: no process has accepted it"),
        (make_row(state=State.FIN_WAIT_2), "unknown. No process in sight holds it."),
        (
            make_row("10.0.0.5:22", "192.0.2.7:1", SSHD, state=State.TIME_WAIT, owners_past=True),
            "it had it; the kernel only winds the connection up now",
        ),
        (
            make_row("10.0.0.5:22", "192.0.2.7:1", SSHD, owners_past=True),
            "it had it; nobody is known to have it now",
        ),
        (
            make_row("10.0.0.5:22", None, SSHD, make_process("sshd", 101)),
            "the system names it as the owner, and 1 more that has the socket open",
        ),
    ],
)
def test_how_the_owner_was_found_or_why_not(row: Row, why: str) -> None:
    assert values(show(row)[0])["Owner"] == why


def test_an_executable_that_was_refused_says_so_and_that_of_a_kernel_thread_does_not() -> None:
    refused = Problem(Code.PATHS_REFUSED, "1 executable unreadable", "")
    hidden, kernel = replace(SSHD, executable=None), replace(SSHD, executable=None, command_line=None)
    for owner, problems, word in (
        (hidden, (refused,), "not permitted"),
        (hidden, (), "unknown"),
        (kernel, (refused,), "unknown"),
    ):
        told = values(show(make_row("10.0.0.5:22", None, owner), problems=problems)[0])
        assert told["Executable"] == word


def test_parents_come_nearest_first() -> None:
    row = make_row("10.0.0.5:22", None, SSHD)
    assert [(fact.label, fact.value) for fact in titled(show(row), "Parents").facts] == [
        ("90", "sshd"),
        ("1", "systemd"),
    ]
    orphan = make_row("10.0.0.5:22", None, make_process())
    assert titled(show(orphan), "Parents").facts == (Fact("", "none known", quiet=True),)


def test_the_other_connections_are_those_of_this_very_process() -> None:
    worker = make_process("sshd", 101)
    row = make_row("10.0.0.5:22", "192.0.2.7:1", SSHD)
    shared = make_row("10.0.0.5:22", None, worker, SSHD, state=State.LISTEN)
    closed = make_row("10.0.0.5:22", "192.0.2.7:2", SSHD, closed_at=1001.0)
    stateless = make_row("10.0.0.5:53", None, SSHD, transport="udp", state=State.NONE)
    strangers = (make_row("10.0.0.5:22", "192.0.2.7:3", replace(SSHD, started=5.0)), make_row(), make_row(
        "10.0.0.5:22", "192.0.2.7:4", worker
    ))  # fmt: skip
    section = titled(show(row, closed, *strangers, row, shared, stateless), "Other connections")
    assert section.title == "Other connections of the process (3)"
    assert section.facts == (
        Fact("LISTEN", "TCP 10.0.0.5:22", cut="middle"),
        Fact("closed", "TCP 10.0.0.5:22 - 192.0.2.7:2", quiet=True, cut="middle"),
        Fact("no state", "UDP 10.0.0.5:53", cut="middle"),
    )
    assert titled(show(row, row), "Other connections").facts == (Fact("", "none", quiet=True),)


def test_a_long_list_is_bounded_and_says_how_many_more_there_are() -> None:
    row, *others = [make_row("10.0.0.5:22", f"192.0.2.7:{port}", SSHD) for port in range(2001)]
    section = titled(show(row, *reversed(others), row, listed=3), "Other connections")
    assert section.title == "Other connections of the process (2,000)"
    assert [fact.value[-1] for fact in section.facts[:3]] == ["1", "2", "3"]
    assert section.facts[3:] == (Fact("", "and 1,997 more", quiet=True),)


def test_further_owners_are_named() -> None:
    row = make_row("10.0.0.5:22", None, SSHD, make_process("sshd", 101), make_process("sftp", 102))
    assert values(titled(show(row), "Other owners (2)")) == {"101": "sshd", "102": "sftp"}


def test_the_heading_names_the_row() -> None:
    assert heading(make_row("10.0.0.5:22", "192.0.2.7:1", SSHD)) == "sshd (100)  TCP 10.0.0.5:22 - 192.0.2.7:1"
    assert heading(make_row("10.0.0.5:22", None)) == "TCP 10.0.0.5:22"


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ("10.1.2.3:443", "10.1.2.3:443, private"),
        ("100.64.0.1:443", "100.64.0.1:443, CGNAT"),
        ("169.254.169.254:80", "169.254.169.254:80, cloud metadata"),
        ("9.9.9.9:443", "9.9.9.9:443"),
    ],
)
def test_the_kind_of_an_address_is_named(remote: str, told: str) -> None:
    row = make_row("10.0.0.5:50000", remote)
    section = about_connection(row, Context())
    assert {fact.label: fact.value for fact in section.facts}["Remote"] == told
