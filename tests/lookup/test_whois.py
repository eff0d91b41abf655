from __future__ import annotations

import socket
import time
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import dns.resolver
import pytest
from ipwhois.rdap import BOOTSTRAP_URL, RIR_RDAP
from ipwhois.whois import RIR_WHOIS

from tcpview_tui.lookup import whois
from tcpview_tui.lookup.classic import read_whois
from tcpview_tui.lookup.registries import read_rdap
from tcpview_tui.lookup.settings import Lookup
from tcpview_tui.lookup.whois import RDAP_HOSTS, WhoisAnswer, WhoisFailure, look_up, servers
from tcpview_tui.lookup.wire import WireError
from tcpview_tui.text import safe

from .servers import (
    ASN_RECORDS,
    FLOOD_LIMIT,
    HOSTILE,
    WHOIS_RIPE,
    DnsServer,
    RdapServer,
    WhoisServer,
    rdap_network,
    vcard,
)

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


@pytest.mark.parametrize("body", [b"[" * 100_000, b"1" * 10_000, b"\xff\xfe", b"", b'{"a": 1e999999'])
def test_json_that_is_none(clock: FakeClock, body: bytes) -> None:
    with RdapServer("raw", reply=body) as rdap, DnsServer(ASN_RECORDS) as dns_server:
        assert "not JSON" in failed(look(clock, rdap_url=rdap.url, dns_server=dns_server.address)).reason


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
