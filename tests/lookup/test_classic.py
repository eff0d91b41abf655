"""Texts of classic whois are read, in the dialects of the registries."""

from __future__ import annotations

import time

import pytest

from tcpview_tui.lookup.classic import read_whois
from tcpview_tui.lookup.wire import WireError

from .asking import ARIN

LACNIC = """% comment

inetnum:     8.8/15
owner:       Empresa
ownerid:     BR-EMPR
country:     BR
created:     20190423
"""


@pytest.mark.parametrize(
    ("text", "network", "name", "owner", "registered"),
    [
        (ARIN, "8.8.8.0/24", "GOGL", "Google LLC", "2023-12-28"),
        (LACNIC, "8.8/15", "BR-EMPR", "Empresa", "2019-04-23"),
        ("inetnum: nonsense\nnetname: X\n", "nonsense", "X", None, None),
    ],
)
def test_dialects(text: str, network: str, name: str, owner: str | None, registered: str | None) -> None:
    answer = read_whois("8.8.8.8", text, "host")
    assert (answer.network, answer.network_name, answer.owner, answer.registered) == (network, name, owner, registered)


@pytest.mark.parametrize(
    ("text", "reason", "retryable"),
    [
        ("% No entries found\n", "knows nothing", False),
        ("No match found for 8.8.8.8.", "knows nothing", False),
        ("%ERROR:201: access denied for 192.0.2.1\n", "asked too often", True),
        ("Query rate limit exceeded. Reduced information.", "asked too often", True),
    ],
)
def test_whois_without_a_network(text: str, reason: str, retryable: bool) -> None:
    with pytest.raises(WireError, match=reason) as caught:
        read_whois("8.8.8.8", text, "host")
    assert caught.value.retryable is retryable


@pytest.mark.parametrize(
    "piece", ["a: b \n", "descr: x ", "inetnum: 8.8.8.0 - 8.8.8.255\n\n", "abuse " + "a" * 70, "changed: 12345678 "]
)
def test_no_answer_is_costly_to_read(piece: str) -> None:
    begun = time.process_time()
    try:
        read_whois("8.8.8.8", "inetnum: 8.0.0.0/8\n" + piece * (1_900_000 // len(piece)), "host")
    finally:
        # ipwhois 1.3.0 needs 13 s for 2,400 bytes of the first, and eight times as long for twice as many.
        assert time.process_time() - begun < 20
