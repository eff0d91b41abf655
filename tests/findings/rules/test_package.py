from __future__ import annotations

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.package import ALTERED, UNPACKAGED
from tcpview_tui.sources.packages.answers import Checksum, NotOwned, Owner, Ownership
from tcpview_tui.sources.packages.provenance import Provenance

NOT_OWNED = NotOwned(("dpkg",))
OWNER = Owner("coreutils", "dpkg", "9.1-1", Checksum("md5", "0" * 32))


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/usr/bin/xyz", Severity.MEDIUM),
        ("/bin/xyz", Severity.MEDIUM),
        ("/sbin/xyz", Severity.MEDIUM),
        ("/usr/lib/systemd/systemd-xyz", Severity.MEDIUM),
        ("/usr/local/bin/xyz", Severity.LOW),
        ("/opt/db/bin/server", Severity.LOW),
        ("/home/ada/bin/xyz", Severity.LOW),
        ("/app/server", Severity.LOW),
        ("/tmp/xyz", Severity.LOW),
        ("/usrlocal/xyz", Severity.LOW),
    ],
)
def test_where_only_packages_put_programs_it_weighs_more(path: str, severity: Severity) -> None:
    hit = UNPACKAGED.check(Provenance(path, NOT_OWNED))
    assert isinstance(hit, Hit)
    assert (hit.severity or UNPACKAGED.severity) == severity
    assert hit.sentence.startswith(f"no package owns {path}")
    assert hit.against


@pytest.mark.parametrize("intact", [True, None])
def test_a_program_of_a_package_is_not_marked(intact: bool | None) -> None:
    evidence = Provenance("/usr/bin/sleep", OWNER, intact)
    assert UNPACKAGED.check(evidence) is ALTERED.check(evidence) is None


def test_a_program_of_no_package_is_not_altered() -> None:
    assert ALTERED.check(Provenance("/opt/x", NOT_OWNED)) is None


def test_an_altered_program_names_its_package_and_the_checksum() -> None:
    hit = ALTERED.check(Provenance("/usr/bin/sleep", OWNER, intact=False))
    assert isinstance(hit, Hit)
    assert hit.sentence == (
        "/usr/bin/sleep is not as its package brought it: its MD5 is not that of coreutils 9.1-1 (dpkg)"
    )
    assert UNPACKAGED.check(Provenance("/usr/bin/sleep", OWNER, intact=False)) is None


@pytest.mark.parametrize(
    ("owner", "intact"),
    [(Unread("Why."), None), (OWNER, Unread("Why."))],
)
def test_what_could_not_be_read_is_the_third_answer(owner: Ownership, intact: Unread | None) -> None:
    evidence = Provenance("/usr/bin/x", owner, intact)
    assert ALTERED.check(evidence) == Unknown("Why.")
    assert UNPACKAGED.check(evidence) == (Unknown("Why.") if isinstance(owner, Unread) else None)
