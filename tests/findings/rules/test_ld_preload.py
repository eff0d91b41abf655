"""Which preloaded libraries are grave."""

from __future__ import annotations

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import Preload
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.ld_preload import LD_SO_PRELOAD
from tests.fakes import EPOCH

RASPBERRY = "/usr/lib/arm-linux-gnueabihf/libarmmem-${PLATFORM}.so"


def preload(*libraries: str, missing: tuple[str, ...] = ()) -> Preload:
    return Preload("/etc/ld.so.preload", libraries, missing, EPOCH)


def check(evidence: Preload) -> Hit:
    hit = LD_SO_PRELOAD.check(evidence)
    assert isinstance(hit, Hit)
    return hit


def test_its_content_is_named() -> None:
    hit = check(preload("/lib/libx.so", "/tmp/y.so", missing=("/tmp/y.so",)))
    assert hit.sentence.startswith("/etc/ld.so.preload makes every program load /lib/libx.so, /tmp/y.so, since ")
    assert hit.sentence.endswith("; of these not there: /tmp/y.so")
    assert hit.severity is None
    assert LD_SO_PRELOAD.severity is Severity.HIGH


def test_a_long_list_is_cut_and_says_so() -> None:
    assert "/4.so and 3 more, since" in check(preload(*(f"/{number}.so" for number in range(8)))).sentence


@pytest.mark.parametrize(
    ("libraries", "grave"),
    [
        ((RASPBERRY,), False),
        (("/opt/dynatrace/oneagent/agent/lib64/liboneagentproc.so", RASPBERRY), False),
        ((RASPBERRY, "/usr/lib/libprocesshider.so"), True),
        (("/tmp/libarmmem-v7l.so",), True),
        (("libarmmem-v7l.so",), True),
    ],
)
def test_what_the_administrator_is_known_to_put_there_is_less_grave(libraries: tuple[str, ...], grave: bool) -> None:
    hit = check(preload(*libraries))
    assert hit.severity is (None if grave else Severity.MEDIUM)
    assert ("Raspberry Pi OS" in hit.against) is not grave


def test_a_refusal_is_unknown() -> None:
    assert LD_SO_PRELOAD.check(Unread("Not permitted.")) == Unknown("Not permitted.")
