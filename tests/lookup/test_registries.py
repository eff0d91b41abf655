"""Replies of RDAP are read, however odd their parts."""

from __future__ import annotations

from typing import Any

import pytest

from tcpview_tui.lookup.registries import read_rdap
from tcpview_tui.lookup.wire import WireError

from .servers import rdap_network, vcard

NESTED: Any = {}
for _ in range(50):
    NESTED = {"roles": ["abuse"], "vcardArray": vcard("x", "deep@example.net"), "entities": [NESTED] * 2}


@pytest.mark.parametrize(
    "changes",
    [
        {"handle": None, "parentHandle": None, "country": None, "name": 5, "events": None, "entities": None},
        {"entities": [None, 5, {}, {"roles": 5}, {"vcardArray": 5}, {"vcardArray": ["vcard", [5, [], ["fn"]]]}]},
        {"entities": [{"vcardArray": ["vcard", [["fn", {}, "text", ["a", "b"]], ["email", {}, "text", None]]]}]},
        {"entities": [{"handle": {}, "roles": [{}], "entities": {"a": 1}}], "events": [5, {"eventAction": 1}]},
        {"entities": [NESTED], "links": [5], "remarks": 5, "notices": [None], "status": 7},
        {"ipVersion": None, "startAddress": "008.008.008.000"},
    ],
)
def test_odd_parts_do_not_spoil_the_answer(changes: dict[str, Any]) -> None:
    assert read_rdap("8.8.8.8", rdap_network(**changes)).network == "8.8.8.0/24"


@pytest.mark.parametrize(
    "reply",
    [
        None,
        [],
        5,
        "x",
        {},
        {"errorCode": 404},
        rdap_network(startAddress=None),
        rdap_network(startAddress="\x1b", endAddress=":"),
        rdap_network(endAddress="8.8.7.0"),
        rdap_network(startAddress="::1"),
        rdap_network(startAddress="x:", endAddress="y:"),
    ],
)
def test_what_describes_no_network(reply: Any) -> None:
    with pytest.raises(WireError, match="does not describe a network"):
        read_rdap("8.8.8.8", reply)


def test_another_network_is_noted() -> None:
    assert read_rdap("9.9.9.9", rdap_network()).notes == (
        "The server answered about a network that does not hold this address.",
    )
