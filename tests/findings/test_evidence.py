"""Evidence as values, and what every rule about a process keeps to whatever it is given."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.evidence import Child, Claim, Contact, Evidence, Executable, File, Joined, Stream, Unread
from tcpview_tui.findings.programs import is_interpreter, is_shell, plain
from tcpview_tui.findings.rule import Hit, Rule, Unknown
from tcpview_tui.findings.rules.deleted import DELETED_EXE
from tcpview_tui.findings.rules.interpreter import SHELL_ON_SOCKET
from tcpview_tui.findings.rules.kernel_name import FAKE_KERNEL_THREAD
from tcpview_tui.findings.rules.memfd import MEMFD_EXE
from tcpview_tui.findings.rules.name import NAME_MISMATCH
from tcpview_tui.findings.rules.places import EXE_PLACE
from tcpview_tui.findings.rules.preload import PRELOAD
from tcpview_tui.findings.rules.shell import SHELL_BEHIND_CONNECTION
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.sources.packages.provenance import Provenance
from tcpview_tui.text import safe
from tests.fakes import EPOCH

RULES: tuple[Rule[Evidence], ...] = (
    DELETED_EXE,
    EXE_PLACE,
    FAKE_KERNEL_THREAD,
    MEMFD_EXE,
    NAME_MISMATCH,
    PRELOAD,
    SHELL_BEHIND_CONNECTION,
    SHELL_ON_SOCKET,
)
UNREAD = Unread("not permitted")

texts = st.text(max_size=20).map(safe) | st.sampled_from(
    ["sshd", "[kworker/0:1]", "sh", "-c", "/tmp/.x/sh", "", " ", ":"]
)
numbers = st.integers(0, 5)
files = st.builds(File, numbers, numbers, numbers, numbers, numbers, st.just(EPOCH), st.just(EPOCH))
unread = st.just(UNREAD)
paths = texts | texts.map("/tmp/{}".format) | texts.map("/memfd:{}".format) | texts.map("/usr/bin/{}".format)
executables = st.builds(
    Executable,
    paths,
    st.booleans(),
    files | unread,
    files | st.none() | unread,
    st.just(()) | unread,
    st.none() | st.just("fuse.x") | unread,
    st.sampled_from([None, "/usr/bin/bash", "/usr/bin/perl"]) | unread,
)
owners = st.sampled_from([Owner("worker", "dpkg", "2"), NotOwned(("dpkg",))]) | unread
streams = st.none() | st.builds(
    Stream, st.sampled_from(["pipe:[1]", "socket:[1]", "/dev/pts/0"]), st.sampled_from([None, "TCP", "UNIX", UNREAD])
)
standard = st.tuples(streams, streams, streams) | unread
words = st.lists(texts, max_size=4).map(tuple)
children = st.builds(Child, numbers, texts, words, standard, st.none() | st.just("/usr/bin/bash"))
joined = st.builds(Joined, children, texts, texts, st.booleans())
evidences = st.builds(
    Evidence,
    st.builds(Process, numbers, st.none() | st.just(EPOCH), texts, parents=st.just((Ancestor(1, "systemd"),))),
    st.lists(
        st.builds(Contact, texts, numbers, st.just(EPOCH - 1) | st.just(EPOCH + 1e9), st.booleans(), st.booleans())
    ).map(tuple),
    st.booleans(),
    texts,
    words | unread,
    numbers | unread,
    executables | st.none() | unread,
    st.sampled_from(Claim) | unread,
    standard,
    st.dictionaries(st.sampled_from(["LD_PRELOAD", "LD_AUDIT"]), texts) | unread,
    st.lists(children, max_size=2).map(tuple) | unread,
    numbers | unread,
    st.builds(Provenance, texts, owners, st.none() | st.booleans() | unread) | unread,
    st.lists(joined, max_size=2).map(tuple) | unread,
)


@given(evidences)
def test_every_answer_is_a_safe_sentence(evidence: Evidence) -> None:
    for rule in RULES:
        answer = rule.check(evidence)
        if isinstance(answer, Hit):
            assert answer.sentence
            assert safe(answer.sentence, 100_000) == answer.sentence
            assert safe(answer.against, 100_000) == answer.against
        elif isinstance(answer, Unknown):
            assert answer.reason == "not permitted"
        else:
            assert answer is None


@given(evidences)
def test_nobody_is_acquitted_or_marked_by_what_could_not_be_read(evidence: Evidence) -> None:
    blinded: dict[str, Any] = {field.name: UNREAD for field in fields(Evidence)[4:]}
    blind = replace(evidence, kernel=False, **blinded)
    answers = [rule.check(blind) for rule in RULES]
    assert all(isinstance(answer, Unknown) or not evidence.contacts for answer in answers)
    assert not any(isinstance(answer, Hit) for answer in answers)


def test_each_rule_is_told_in_full() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.of == "process"
        assert all((rule.title, rule.reads, rule.benign, rule.technique.startswith("T1")))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/usr/bin/python3.11", "python"),
        ("/usr/sbin/php-fpm8.2", "php-fpm"),
        ("/usr/bin/vim.basic", "vim"),
        ("/nix/store/x/bin/.foo-wrapped", "foo"),
        ("/usr/lib/firefox/firefox-bin", "firefox"),
        ("ruby2.7", "ruby"),
        ("7", "7"),
        ("", ""),
    ],
)
def test_the_plain_name_of_a_program(path: str, name: str) -> None:
    assert plain(path) == name


def test_what_a_shell_is() -> None:
    assert is_shell("/usr/bin/dash")
    assert is_shell("/bin/busybox", ("sh", "-i"))
    assert is_shell("/bin/busybox", ("busybox", "ash"))
    assert is_shell("/bin/busybox", ("-sh",))
    assert not is_shell("/bin/busybox", ("httpd", "-f"))
    assert not is_shell("/usr/bin/sleep", ("sh",))
    assert is_interpreter("/usr/bin/perl5.36.0")
    assert not is_interpreter("/usr/bin/sshd")
