"""Where a server of whois fails, another is asked, and why is a sentence."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from .asking import answered, failed, look
from .servers import ASN_RECORDS, FLOOD_LIMIT, DnsServer, RdapServer, WhoisServer

if TYPE_CHECKING:
    from .conftest import FakeClock

BROKEN_RDAP = {
    "429": "asked too often (HTTP 429) and asks to wait 120 s",
    "404": "knows nothing about this address (HTTP 404)",
    "500": "answered with HTTP error 500",
    "html": "sent something that is not JSON",
    "garbage": "did not answer in proper HTTP",
    "closed": "closed the connection without an answer",
    "redirect": "round in circles (HTTP 302)",
    "huge": "longer than 2,000,000 bytes",
    "held": "did not answer in time",
    "drip": "did not answer in time",
}

BROKEN_WHOIS = {
    "garbage": "sent something that does not describe a network",
    "closed": "sent nothing",
    "huge": "longer than 2,000,000 bytes",
    "held": "did not answer in time",
    "drip": "did not answer in time",
}


@pytest.mark.parametrize(("mode", "reason"), BROKEN_RDAP.items())
def test_rdap_failures_are_sentences(clock: FakeClock, mode: str, reason: str) -> None:
    # Only the modes that never end run into the limit.
    limit = 2.0 if mode in {"held", "drip"} else 20.0
    with RdapServer(mode) as rdap, DnsServer(ASN_RECORDS) as dns_server:
        failure = failed(look(clock, rdap_url=rdap.url, dns_server=dns_server.address, whois_timeout=limit))
        assert reason in failure.reason
        assert failure.retryable is (mode != "404")
        assert len(rdap.asked) <= 5
        assert rdap.sent < FLOOD_LIMIT


@pytest.mark.parametrize("mode", BROKEN_RDAP)
def test_whois_answers_where_rdap_fails(clock: FakeClock, contacted: set[int], mode: str) -> None:
    limit = 4.0 if mode in {"held", "drip"} else 20.0
    with RdapServer(mode) as rdap, WhoisServer() as classic, DnsServer() as dns_server:
        addresses = {"whois_server": classic.address, "dns_server": dns_server.address}
        answer = answered(look(clock, "193.0.6.139", rdap_url=rdap.url, whois_timeout=limit, **addresses))
        assert answer.source == f"whois {classic.address}"
        assert answer.notes[1].startswith("RDAP: ")
        assert BROKEN_RDAP[mode] in answer.notes[1]
        assert classic.asked == ["193.0.6.139"]
        assert contacted == {rdap.port, classic.port, dns_server.port}
    assert (answer.network, answer.network_name) == ("193.0.0.0 - 193.0.7.255", "RIPE-NCC")
    assert answer.owner == "Reseaux IP Europeens Network Coordination Centre (RIPE NCC)"
    assert (answer.country, answer.abuse) == ("NL", ("abuse@ripe.net",))
    assert (answer.registered, answer.updated) == ("2003-03-17", "2017-12-04")


@pytest.mark.parametrize(("mode", "reason"), BROKEN_WHOIS.items())
def test_whois_failures_are_sentences(clock: FakeClock, mode: str, reason: str) -> None:
    limit = 2.0 if mode in {"held", "drip"} else 20.0
    with WhoisServer(mode) as classic, DnsServer() as dns_server:
        addresses = {"whois_server": classic.address, "dns_server": dns_server.address}
        failure = failed(look(clock, whois_timeout=limit, **addresses))
        assert failure.reason.startswith("whois: ")
        assert reason in failure.reason
        assert classic.sent < FLOOD_LIMIT


def test_nobody_listens(clock: FakeClock, closed_port: int) -> None:
    place = f"127.0.0.1:{closed_port}"
    failure = failed(look(clock, rdap_url=f"http://{place}", whois_server=place, dns_server=place))
    assert failure.reason == "RDAP: 127.0.0.1 refused the connection; whois: 127.0.0.1 refused the connection."
    assert failure.retryable


def test_a_machine_without_network(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    failure = failed(look(clock, dns_server="dns.example"))
    assert failure.retryable
    assert failure.reason == (
        "RDAP: the name rdap-bootstrap.arin.net could not be resolved (no network, or no DNS); "
        "whois: without the AS number nobody knows which registry to ask."
    )


@pytest.mark.parametrize("body", [b"[" * 100_000, b"1" * 10_000, b"\xff\xfe", b"", b'{"a": 1e999999'])
def test_json_that_is_none(clock: FakeClock, body: bytes) -> None:
    with RdapServer("raw", reply=body) as rdap, DnsServer(ASN_RECORDS) as dns_server:
        assert "not JSON" in failed(look(clock, rdap_url=rdap.url, dns_server=dns_server.address)).reason
