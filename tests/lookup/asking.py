"""A question to whois with a test's own servers, and whether it was answered or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.lookup.settings import Lookup
from tcpview_tui.lookup.whois import WhoisAnswer, WhoisFailure, look_up
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from .conftest import FakeClock


def look(clock: FakeClock, address: str = "8.8.8.8", **settings: Any) -> WhoisAnswer | WhoisFailure:
    return look_up(address, Lookup(**{"whois_timeout": 20.0, **settings}), clock)


def answered(reply: WhoisAnswer | WhoisFailure) -> WhoisAnswer:
    assert isinstance(reply, WhoisAnswer), reply
    return reply


def failed(reply: WhoisAnswer | WhoisFailure) -> WhoisFailure:
    assert isinstance(reply, WhoisFailure), reply
    assert reply.reason == safe(reply.reason)
    assert reply.reason.endswith(".")
    return reply


ARIN = """
NetRange:       8.0.0.0 - 8.127.255.255
CIDR:           8.0.0.0/9
NetName:        LEVEL3
RegDate:        1992-12-01

OrgName:        Level 3
Country:        US

NetRange:       8.8.8.0 - 8.8.8.255
CIDR:           8.8.8.0/24
NetName:        GOGL
RegDate:        2023-12-28
Updated:        2023-12-28

OrgName:        Google LLC
Country:        US

OrgAbuseHandle: ABUSE5250-ARIN
OrgAbuseEmail:  network-abuse@google.com
"""
