import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings import register as module
from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.register import About, Register
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown, Whom
from tcpview_tui.findings.silences import Silences
from tests.fakes import CURL, EPOCH, NGINX
from tests.judging.cases import row
from tests.record.judged import found


def rule(name: str, severity: Severity = Severity.LOW) -> Rule[object]:
    return Rule(name, 1, name.title(), "process", "", severity, "T1014", "", lambda _: None)


LOW, HIGH = rule("low"), rule("high", Severity.HIGH)
CURLS = About(CURL.identity, "curl", "ab" * 32, "curl.service")


@pytest.fixture
def register() -> Register:
    return Register(Silences(None))


def test_the_same_twice_is_nothing_new(register: Register) -> None:
    assert register.put("process", CURLS, [(LOW, Hit("found"))], EPOCH)
    assert not register.put("process", CURLS, [(LOW, Hit("found"))], EPOCH + 60)
    assert not register.put("process", About("x", "x"), [(LOW, None)], EPOCH)


def test_a_finding_has_all_that_there_is_to_say(register: Register) -> None:
    register.put("process", CURLS, [(LOW, Hit("found", "but", Severity.MEDIUM))], EPOCH)
    expected = Finding(
        "low", "Low", Severity.MEDIUM, "found", "but", CURL.identity, "curl", EPOCH, "ab" * 32, "curl.service",
        LOW.version, LOW.technique,
    )  # fmt: skip
    assert register.findings == [expected]


def test_new_evidence_keeps_the_time_and_one_found_again_later_has_a_new_one(register: Register) -> None:
    register.put("process", CURLS, [(LOW, Hit("found"))], EPOCH)
    assert register.put("process", CURLS, [(LOW, Hit("more")), (HIGH, Hit("grave"))], EPOCH + 60)
    assert {each.rule: each.since for each in register.findings} == {"low": EPOCH, "high": EPOCH + 60}
    register.put("process", CURLS, [], EPOCH + 70)
    register.put("process", CURLS, [(LOW, Hit("found"))], EPOCH + 80)
    assert [each.since for each in register.findings] == [EPOCH + 80]


def test_what_another_program_has_found_stands_until_it_says_otherwise() -> None:
    register, place = Register(Silences(None)), ("connection", 1)
    _, findings = found(("connection", 1))
    register.tell(("connection", 1), findings)
    assert (register.findings, register.standing(), register.version) == ([*findings], {place: findings}, 1)
    register.tell(("connection", 1), findings)
    assert register.version == 1
    register.tell(("connection", 1), ())
    assert (bool(register), register.standing(), register.version) == (False, {}, 2)


def test_they_come_by_severity_then_the_newest_first(register: Register) -> None:
    register.put("process", About("old", "old"), [(LOW, Hit("a"))], EPOCH)
    register.put("process", About("new", "new"), [(LOW, Hit("b")), (HIGH, Hit("c"))], EPOCH + 1)
    assert [each.sentence for each in register.findings] == ["c", "b", "a"]


def test_a_row_is_told_of_all_its_processes_and_of_itself_the_gravest_first(register: Register) -> None:
    seen = row(1, CURL, NGINX)
    register.put("connection", About(1, "row"), [(LOW, Hit("row"))], EPOCH)
    register.put("process", About(NGINX.identity, "nginx"), [(HIGH, Hit("nginx"))], EPOCH)
    register.put("process", CURLS, [(LOW, Unknown("why"))], EPOCH)
    assert [each.sentence for each in register.of(seen)] == ["nginx", "row"]
    assert [each.reason for each in register.unchecked_of(seen)] == ["why"]
    assert register.of(row(2)) == ()


def test_what_is_silent_is_not_told_but_still_found(register: Register) -> None:
    register.put("process", CURLS, [(LOW, Hit("a")), (HIGH, Hit("b"))], EPOCH)
    register.silences.hush(register.findings[0])
    assert [each.rule for each in register.findings] == ["low"]
    assert [each.rule for each in register.of(row(1))] == ["low"]
    assert register
    register.put("process", CURLS, [], EPOCH)
    assert not register


def test_what_is_about_the_same_is_told_once_as_it_was_first_and_on_each_row(register: Register) -> None:
    network, other = Whom("network", "curl to 192.0.2.0/24"), Whom("other", "curl to 198.51.100.0/24")
    for key in (2, 1, 3):
        told = Hit(f"to 192.0.2.{key}", whom=other if key == 3 else network)
        register.put("connection", About(key, f"row {key}"), [(LOW, told)], EPOCH + key)
    found = [(each.subject, each.name, each.sentence) for each in register.findings]
    assert found == [("other", other.name, "to 192.0.2.3"), ("network", network.name, "to 192.0.2.1")]
    assert [register.of(row(key))[0].sentence for key in (1, 2)] == ["to 192.0.2.1", "to 192.0.2.2"]
    register.silences.hush(register.findings[1])
    assert [register.of(row(key)) for key in (1, 2)] == [(), ()]
    assert [each.subject for each in register.findings] == ["other"]


def test_of_what_is_about_the_same_the_gravest_is_told_though_it_came_later(register: Register) -> None:
    whom = Whom("program", "curl")
    for key, severity in enumerate((Severity.LOW, Severity.HIGH, Severity.HIGH, Severity.MEDIUM)):
        told = Hit(f"row {key}", severity=severity, whom=whom)
        register.put("connection", About(key, f"row {key}"), [(LOW, told)], EPOCH + key)
    assert [(each.sentence, each.severity) for each in register.findings] == [("row 1", Severity.HIGH)]


def test_it_tells_where_something_has_changed_since_a_version_unless_that_is_too_long_ago(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RECENT", 3)
    register = Register(Silences(None))
    for key in (1, 2, 1):
        register.put("connection", About(key, "row"), [(LOW, Hit(f"at {register.version}"))], EPOCH)
    assert register.changed(0) == [("connection", 1), ("connection", 2)]
    assert register.changed(2) == [("connection", 1)]
    assert register.changed(3) == []
    register.put("connection", About(2, "row"), [], EPOCH)
    assert register.changed(0) is None
    assert register.changed(1) == [("connection", 2), ("connection", 1)]


def test_what_marks_rows_is_grave_and_not_silent(register: Register) -> None:
    register.put("process", CURLS, [(LOW, Hit("a"))], EPOCH)
    register.put("connection", About(1, "row"), [(HIGH, Hit("b"))], EPOCH)
    register.put("machine", About("preload", "this machine"), [(HIGH, Hit("c"))], EPOCH)
    assert register.marked == {("connection", 1), ("machine", "preload")}
    register.silences.hush(register.findings[0])
    assert len(register.marked) == 1


def test_what_is_only_unknown_is_no_finding(register: Register) -> None:
    register.put("process", CURLS, [(LOW, Unknown("why"))], EPOCH)
    assert not register


answers = st.lists(
    st.tuples(st.sampled_from([LOW, HIGH]), st.sampled_from([None, Hit("a"), Unknown("b")])),
    unique_by=lambda each: each[0].id,
)


@given(st.lists(st.tuples(st.integers(0, 3), answers)))
def test_it_holds_what_was_put_last_and_no_more(puts: list[tuple[int, list[tuple[Rule[object], Answer]]]]) -> None:
    register = Register(Silences(None))
    last: dict[int, set[tuple[str, Answer]]] = {}
    for subject, told in puts:
        before = last.get(subject, set())
        last[subject] = {(of.id, answer) for of, answer in told if answer is not None}
        changed = register.put("process", About(subject, "x"), told, EPOCH)
        assert changed or before == last[subject]
    assert len(register.findings) == sum(isinstance(answer, Hit) for each in last.values() for _, answer in each)
    for subject in last:
        register.put("process", About(subject, "x"), [], EPOCH)
    assert not register._told
