"""What somebody else has written down: remote addresses and programs that are in a reputation list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.text import count, endpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.lookup.lists.match import Match

_OLD_DAYS = 30
"""Days after which a list's age speaks against it: addresses get other owners within weeks."""

_VERBS = {True: "accepted a connection from", False: "connected to", None: "has a connection with"}


class AddressLookup(NamedTuple):
    """A remote end and what the lists say of it, at the second `now` UTC; the texts are safe.

    `accepted` is true when the other side opened the connection, and `None` when nobody can tell. `unread` says why
    there may be more matches than could be found, else it is empty.
    """

    address: str
    port: int | None
    accepted: bool | None
    matches: tuple[Match, ...]
    now: float
    unread: str = ""


class ProgramLookup(NamedTuple):
    """An executable and what the lists say of its hash, at the second `now` UTC; the texts are safe.

    `sha256` is that of the file that runs, in hexadecimal digits. `unread` says why it or a list is not known, else it
    is empty.
    """

    path: str
    sha256: str
    matches: tuple[Match, ...]
    now: float
    unread: str = ""


def _check_address(evidence: AddressLookup) -> Answer:
    if not evidence.matches:
        return Unknown(evidence.unread) if evidence.unread else None
    talked = f"{_VERBS[evidence.accepted]} {endpoint(evidence.address, evidence.port)}"
    sentence = f"{talked}, which is listed: {_told(evidence.matches)}"
    if not evidence.accepted:
        return Hit(sentence, _age(evidence.matches, evidence.now))
    knocks = "listed addresses try every service that the Internet reaches"
    return Hit(sentence, _joined(knocks, _age(evidence.matches, evidence.now)), Severity.MEDIUM)


def _check_program(evidence: ProgramLookup) -> Answer:
    if not evidence.matches:
        return Unknown(evidence.unread) if evidence.unread else None
    return Hit(f"runs {evidence.path}, whose SHA-256 is listed: {_told(evidence.matches)}")


def _told(matches: Sequence[Match]) -> str:
    others = len(matches) - 1
    return matches[0].sentence + (f", and {count(others, 'other entry', 'other entries')}" if others else "")


def _age(matches: Sequence[Match], now: float) -> str:
    days = int((now - max(match.dated.at for match in matches)) // 86_400)
    return f"the list is {days} days old: the address may be somebody else's now" if days > _OLD_DAYS else ""


def _joined(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))


ADDRESS = Rule(
    id="listed-address",
    version=1,
    title="Address in a reputation list",
    of="connection",
    reads="the remote address and port, and the reputation lists on this machine",
    severity=Severity.HIGH,
    technique="T1071",
    benign="Addresses that many share (hosting, VPN, carrier-grade NAT), old lists, scanners at a public service.",
    check=_check_address,
)

PROGRAM = Rule(
    id="listed-program",
    version=1,
    title="Program in a reputation list",
    of="process",
    reads="the SHA-256 of the executable, and the reputation lists on this machine",
    severity=Severity.HIGH,
    technique="T1204.002",
    benign="Lists of tools that administrators use too, and of test files.",
    check=_check_program,
)
