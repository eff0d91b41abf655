from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipwhois.utils import ipv4_is_defined, ipv6_is_defined

from tcpview_tui.lookup.addresses import address_class, bare, classify, meant
from tcpview_tui.model.address import parse
from tcpview_tui.text import safe


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "193.0.6.139",
        "100.63.255.255",
        "100.128.0.0",
        "172.32.0.1",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2001:4860:4860::8888",
        "2a00:1450::1%eth0",
    ],
)
def test_may_be_asked_about(address: str) -> None:
    assert classify(address) is None


@pytest.mark.parametrize(
    ("address", "kind", "rfc"),
    [
        ("192.168.1.7", "private", "RFC 1918"),
        ("10.0.0.1", "private", "RFC 1918"),
        ("172.31.255.255", "private", "RFC 1918"),
        ("::ffff:10.1.2.3", "10.1.2.3 is a private", "RFC 1918"),
        ("127.0.0.1", "loopback", "RFC 1122"),
        ("::1", "loopback", "RFC 4291"),
        ("0.0.0.0", "unspecified", "RFC 1122"),
        ("::", "unspecified", "RFC 4291"),
        ("0.1.2.3", "this network", "RFC 791"),
        ("169.254.169.254", "metadata", "RFC 3927"),
        ("169.254.1.1", "link-local", "RFC 3927"),
        ("fd00:ec2::254", "metadata", "RFC 4193"),
        ("100.64.0.1", "shared", "RFC 6598"),
        ("224.0.0.251", "multicast", "RFC 5771"),
        ("255.255.255.255", "broadcast", "RFC 919"),
        ("240.0.0.1", "reserved", "RFC 1112"),
        ("192.0.2.1", "documentation", "RFC 5737"),
        ("203.0.113.9", "documentation", "RFC 5737"),
        ("198.19.255.255", "benchmarking", "RFC 2544"),
        ("192.88.99.1", "6to4 relay", "RFC 7526"),
        ("fe80::1%eth0", "link-local", "RFC 4291"),
        ("fec0::1", "site-local", "RFC 3879"),
        ("fd12::1", "unique local", "RFC 4193"),
        ("ff02::1", "multicast", "RFC 4291"),
        ("2001:db8::1", "documentation", "RFC 3849"),
        ("3fff::1", "documentation", "RFC 9637"),
        ("2001:2::1", "benchmarking", "RFC 5180"),
        ("100::1", "discard", "RFC 6666"),
        ("::8.8.8.8", "IPv4-compatible", "RFC 4291"),
        ("4000::1", "reserved", "RFC 4291"),
        ("2002:808:808::1", "look 8.8.8.8 up instead", "RFC 3056"),
        ("2002:c0a8:101::1", "192.168.1.1 is a private address (RFC 1918)", "RFC 3056"),
        ("64:ff9b::808:808", "look 8.8.8.8 up instead", "RFC 6052"),
        ("64:ff9b:1::1", "NAT64", "RFC 8215"),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", "look 8.8.8.8 up instead", "RFC 4380"),
    ],
)
def test_answered_here(address: str, kind: str, rfc: str) -> None:
    sentence = classify(address)
    assert sentence is not None
    assert kind in sentence
    assert rfc in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    "text", ["", "*", "host.example", "1.2.3", "8.8.8.8:53", "\x1b]52;c;x\x07", "8.8.8.8\n", "x" * 9000]
)
def test_what_is_no_address(text: str) -> None:
    sentence = classify(text)
    assert sentence is not None
    assert "is not an IP address" in sentence
    assert sentence == safe(sentence)


def test_a_hostile_zone_is_shown_as_text() -> None:
    sentence = classify("fe80::1%\x1b[31m")
    assert sentence is not None
    assert "\x1b" not in sentence


@given(st.ip_addresses())
def test_nothing_that_ipwhois_refuses_is_asked(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    plain = bare(str(address))  # unmapped, as it would be sent
    refused = (ipv6_is_defined if ":" in plain else ipv4_is_defined)(plain)[0]
    assert not refused or classify(str(address))


@given(st.ip_addresses())
def test_what_is_asked_is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    plain = ipaddress.ip_address(bare(str(address)))
    assert classify(str(address)) is not None or (plain.is_global and not plain.is_multicast)


def test_bare_is_what_may_be_sent() -> None:
    assert bare("::ffff:8.8.8.8") == "8.8.8.8"
    assert bare("2A00:1450:0::1%eth0") == "2a00:1450::1"
    with pytest.raises(ValueError, match="not an IP address"):
        bare("host")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("::ffff:192.168.1.1", "private"),
        ("100.64.0.1", "CGNAT"),
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("169.254.1.1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("169.254.169.254", "cloud metadata"),
        ("fd00:ec2::254", "cloud metadata"),
        ("fd12::1", "ULA"),
        ("224.0.0.251", "multicast"),
        ("ff02::1", "multicast"),
        ("203.0.113.9", "documentation"),
        ("2001:db8::1", "documentation"),
        ("240.0.0.1", "reserved"),
        ("4000::1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("64:ff9b::808:808", "NAT64"),
        ("2002:808:808::1", "6to4"),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", "Teredo"),
        ("8.8.8.8", None),
        ("2a00:1450::1", None),
        ("nonsense", None),
    ],
)
def test_classes(address: str, name: str | None) -> None:
    assert address_class(address) == name


@given(st.ip_addresses())
def test_an_address_has_a_class_exactly_when_no_registry_is_asked(address: ipaddress.IPv4Address) -> None:
    assert (address_class(str(address)) is None) == (classify(str(address)) is None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("64:ff9b::808:808", "8.8.8.8"),
        ("2002:808:808::1", "8.8.8.8"),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", "8.8.8.8"),
        ("2a00:1450::1%eth0", "2a00:1450::1"),
        ("64:ff9b::a00:1", None),
        ("10.0.0.1", None),
        ("203.0.113.7", None),
        ("nonsense", None),
    ],
)
def test_whose_owner_is_meant(text: str, address: str | None) -> None:
    found = meant(text)
    assert (found and str(found)) == address


@given(st.ip_addresses())
def test_what_may_be_asked_about_is_meant_itself(address: ipaddress.IPv4Address) -> None:
    assert (meant(str(address)) == parse(str(address))) == (classify(str(address)) is None)
