"""What whois answers, from real servers on loopback."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import dns.resolver
import pytest

from tcpview_tui.lookup.whois import WhoisAnswer
from tcpview_tui.text import safe

from .asking import answered, look
from .servers import ASN_RECORDS, HOSTILE, WHOIS_RIPE, DnsServer, RdapServer, WhoisServer, rdap_network, vcard

if TYPE_CHECKING:
    from .conftest import FakeClock


def texts(answer: WhoisAnswer) -> list[str]:
    values = [getattr(answer, field.name) for field in fields(answer)]
    return [
        text for value in values for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)
    ]


@pytest.mark.parametrize("path", ["", "/", "/ip", "/ip/"])
def test_a_full_answer(clock: FakeClock, contacted: set[int], path: str) -> None:
    with RdapServer() as rdap, DnsServer(ASN_RECORDS) as dns_server:
        reply = look(clock, "::ffff:8.8.8.8", rdap_url=rdap.url + path, dns_server=dns_server.address)
        assert answered(reply) == WhoisAnswer(
            address="8.8.8.8",
            network="8.8.8.0/24",
            network_name="EXAMPLE-NET",
            owner="Example LLC",
            country="US",
            asn=64500,
            asn_name="EXAMPLE, US",
            abuse=("abuse@example.net",),
            registered="2023-12-28",
            updated="2024-01-02",
            source=f"RDAP {rdap.url}/ip/8.8.8.8",
            fetched_at=clock.now,
        )
        assert rdap.asked == ["/ip/8.8.8.8"]
        assert dns_server.asked == ["8.8.8.8.origin.asn.cymru.com.", "AS64500.asn.cymru.com."]
        assert contacted == {rdap.port, dns_server.port}


def test_ipv6_without_its_zone(clock: FakeClock) -> None:
    reply = rdap_network(
        startAddress="2001:4860::", endAddress="2001:4860:ffff:ffff:ffff:ffff:ffff:ffff", ipVersion="v6"
    )
    address = "2001:4860:4860::8888%eth0"
    with RdapServer(reply=reply) as rdap, DnsServer() as dns_server:
        answer = answered(look(clock, address, rdap_url=rdap.url, dns_server=dns_server.address))
        assert answer.network == "2001:4860::/32"
        assert rdap.asked == ["/ip/2001:4860:4860::8888"]
        assert dns_server.asked == ["0.0.0.0.0.0.0.0.0.6.8.4.0.6.8.4.1.0.0.2.origin6.asn.cymru.com."[8:]]


@pytest.mark.parametrize("mode", ["SERVFAIL", "REFUSED", "NXDOMAIN", "garbage", "silent"])
def test_without_an_asn_it_is_still_an_answer(clock: FakeClock, mode: str) -> None:
    with RdapServer() as rdap, DnsServer(mode=mode) as dns_server:
        answer = answered(look(clock, rdap_url=rdap.url, dns_server=dns_server.address, whois_timeout=4.0))
    assert answer.owner == "Example LLC"
    assert answer.asn is None
    assert answer.notes == ("The AS number is not known: DNS gave no usable answer.",)


@pytest.mark.parametrize(
    "records", ["1 | x", "x | y | z | arin | d", "1 | 8.8.8.0/24 | US | nobody | d", HOSTILE.replace('"', "")]
)
def test_garbage_in_the_asn_record(clock: FakeClock, records: str) -> None:
    escaped = "".join(
        character if " " <= character <= "~" and character not in '"\\' else f"\\{ord(character) % 256:03d}"
        for character in records
    )
    with RdapServer() as rdap, DnsServer({("8.8.8.8.origin.asn.cymru.com.", "TXT"): [f'"{escaped}"']}) as dns_server:
        answer = answered(look(clock, rdap_url=rdap.url, dns_server=dns_server.address))
    assert answer.asn is None
    assert answer.network


def test_a_machine_without_dns_configuration(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured(*args: object, **kwargs: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", unconfigured)
    with RdapServer() as rdap, DnsServer(ASN_RECORDS) as dns_server:
        answer = answered(look(clock, rdap_url=rdap.url))
        assert answer.notes == (
            "The AS number is not known: this machine has no DNS server configured; lookup.dns_server can name one.",
        )
        assert answered(look(clock, rdap_url=rdap.url, dns_server=dns_server.address)).asn == 64500


@pytest.mark.parametrize("address", ["192.168.1.7", "::1", "fe80::1%eth0", "100.64.0.1", "::ffff:10.0.0.1", "rubbish"])
def test_local_addresses_are_answered_here(clock: FakeClock, contacted: set[int], address: str) -> None:
    answer = answered(look(clock, address))
    assert len(answer.notes) == 1
    assert answer.source == ""
    assert contacted == set()


def test_hostile_texts_are_made_visible(clock: FakeClock) -> None:
    person = {"handle": HOSTILE, "roles": ["registrant", "abuse"], "vcardArray": vcard(HOSTILE, HOSTILE, HOSTILE * 400)}
    event = {"eventAction": "registration", "eventDate": HOSTILE}
    reply = rdap_network(name=HOSTILE, country=HOSTILE, handle=HOSTILE, entities=[person], events=[event])
    with RdapServer(reply=reply) as rdap, DnsServer(ASN_RECORDS) as dns_server:
        answer = answered(look(clock, rdap_url=rdap.url, dns_server=dns_server.address))
    assert all((answer.owner, answer.country, answer.network_name, answer.abuse, answer.registered))
    assert [text for text in texts(answer) if text != safe(text)] == []


def test_hostile_whois_text_is_made_visible(clock: FakeClock) -> None:
    text = WHOIS_RIPE.replace("RIPE-NCC", "\x1b]52;c;eA==\x07\x9b[/x]").replace("NL", "\u202e")
    with WhoisServer(text=text) as classic, DnsServer() as dns_server:
        answer = answered(look(clock, "193.0.6.139", whois_server=classic.address, dns_server=dns_server.address))
    assert answer.network_name == "\\x1b]52;c;eA==\\x07\\x9b[/x]"
    assert answer.country == "\\u202e"
