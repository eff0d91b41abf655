"""Which servers of whois are asked: a mirror and nothing else, or the registries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from ipwhois.rdap import BOOTSTRAP_URL, RIR_RDAP
from ipwhois.whois import RIR_WHOIS

from tcpview_tui.lookup import whois
from tcpview_tui.lookup.settings import Lookup
from tcpview_tui.lookup.whois import RDAP_HOSTS, servers

from .asking import ARIN, answered, failed, look
from .servers import ASN_RECORDS, DnsServer, RdapServer, WhoisServer

if TYPE_CHECKING:
    from .conftest import FakeClock


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.2:1/", "https://rdap.arin.net/", "http://169.254.169.254/", "//[bad", "file:///etc/passwd"],
)
def test_a_mirror_cannot_send_the_question_elsewhere(clock: FakeClock, contacted: set[int], target: str) -> None:
    with RdapServer("redirect", target=target) as rdap, DnsServer(ASN_RECORDS) as dns_server:
        failed(look(clock, rdap_url=rdap.url, dns_server=dns_server.address))
        assert contacted == {rdap.port, dns_server.port}


def test_a_mirror_can_send_on_within_itself(clock: FakeClock) -> None:
    with RdapServer("redirect-once") as rdap, DnsServer(ASN_RECORDS) as dns_server:
        answer = answered(look(clock, rdap_url=rdap.url, dns_server=dns_server.address))
        assert answer.source == f"RDAP {rdap.url}/elsewhere"


def test_a_mirror_is_asked_without_the_proxy(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://198.51.100.1:3128")
    with RdapServer() as rdap, DnsServer(ASN_RECORDS) as dns_server:
        assert answered(look(clock, rdap_url=rdap.url, dns_server=dns_server.address))


def test_without_mirrors_the_registry_of_the_address_is_asked(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RdapServer() as rdap, WhoisServer(text=ARIN) as classic, DnsServer(ASN_RECORDS) as dns_server:
        monkeypatch.setitem(RIR_RDAP, "arin", {"ip_url": rdap.url + "/registry/ip/{0}"})
        monkeypatch.setitem(RIR_WHOIS, "arin", {"server": classic.address})
        answer = answered(look(clock, dns_server=dns_server.address))
        assert answer.source == f"RDAP {rdap.url}/registry/ip/8.8.8.8"
        assert classic.asked == []
        rdap.mode = "500"
        assert answered(look(clock, dns_server=dns_server.address)).owner == "Google LLC"
        assert classic.asked == ["n + 8.8.8.8"]


def test_who_learns_of_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    public = " ".join(servers(Lookup()))
    assert "this machine's DNS server" in public
    assert "Team Cymru" in public
    assert "rdap.arin.net" in public
    monkeypatch.setenv("https_proxy", "http://user:secret@proxy.example:3128")
    assert "proxy.example:3128" in " ".join(servers(Lookup()))
    assert "secret" not in " ".join(servers(Lookup()))
    mirrored = " ".join(
        servers(Lookup(rdap_url="http://m.example:81/ip", whois_server="w.example", dns_server="9.9.9.9"))
    )
    assert all(name in mirrored for name in ("m.example:81", "w.example", "9.9.9.9"))
    assert "arin" not in mirrored
    assert "proxy" not in mirrored
    assert "whois" not in " ".join(servers(Lookup(rdap_url="http://m.example")))


def test_the_registries_named_are_those_asked() -> None:
    asked = [urlsplit(registry["ip_url"]).hostname for registry in RIR_RDAP.values()] + [
        urlsplit(BOOTSTRAP_URL).hostname
    ]
    assert set(RDAP_HOSTS) - {"rdap.registro.br"} == set(asked)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://rdap.db.ripe.net/ip/8.8.8.8", True),
        ("http://rdap.db.ripe.net/ip/8.8.8.8", False),
        ("https://rdap.db.ripe.net:444/", False),
        ("https://rdap.db.ripe.net@evil.example/", False),
        ("https://127.0.0.1/", False),
    ],
)
def test_redirects_of_a_registry(url: str, allowed: bool) -> None:
    assert whois._is_registry(url) is allowed
