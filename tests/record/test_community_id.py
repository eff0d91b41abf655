from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Endpoint, Transport
from tcpview_tui.record.community_id import community_id
from tests.model.rows import endpoint

PUBLISHED: list[tuple[Transport, str, str, str]] = [
    ("tcp", "128.232.110.120:34855", "66.35.250.204:80", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
    ("udp", "192.168.1.52:54585", "8.8.8.8:53", "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
    (
        "tcp",
        "[2001:470:e5bf:dead:4957:2174:e82c:4887]:63943",
        "[2607:f8b0:400c:c03::1a]:25",
        "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
    ),
    ("tcp", "1.2.3.4:4584", "43.3.132.3:3483", "1:koNcqhFRD5kb254ZrLsdv630jCM="),
]
"""Of the specification's own test data, and of other programs' (the last: the manual of Tenzir)."""


@pytest.mark.parametrize(("transport", "local", "remote", "published"), PUBLISHED)
def test_the_published_ids_come_out_from_either_end(
    transport: Transport, local: str, remote: str, published: str
) -> None:
    here, there = endpoint(local), endpoint(remote)
    assert community_id(transport, here, there) == community_id(transport, there, here) == published


def test_a_zone_is_no_part_of_a_flow() -> None:
    plain, zoned = Endpoint("fe80::1", 22), Endpoint("fe80::1%eth0", 22)
    far = Endpoint("fe80::2", 50000)
    assert community_id("tcp", zoned, far) == community_id("tcp", plain, far) is not None


@pytest.mark.parametrize("transport", ["udplite", "raw"])
def test_another_transport_has_no_id(transport: Transport) -> None:
    assert community_id(transport, endpoint("10.0.0.1:1"), endpoint("10.0.0.2:2")) is None


def test_what_is_no_flow_has_no_id() -> None:
    assert community_id("tcp", endpoint("0.0.0.0:22"), None) is None
    assert community_id("tcp", Endpoint("nonsense", 1), endpoint("10.0.0.2:2")) is None


_ends = st.builds(Endpoint, st.ip_addresses(v=4).map(str), st.integers(0, 65535))


@given(_ends, _ends, _ends)
def test_other_ends_have_another_id(here: Endpoint, there: Endpoint, other: Endpoint) -> None:
    same = community_id("tcp", here, there) == community_id("tcp", here, other)
    assert same == (there == other)
    assert community_id("tcp", here, there) != community_id("udp", here, there)
