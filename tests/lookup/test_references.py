from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.lookup.addresses import classify
from tcpview_tui.lookup.references import TEMPLATES, Reference, merged, references, unasked

SUM = "ab" * 32


def test_pages_about_an_address_and_a_file() -> None:
    assert references("8.8.8.8", SUM.upper()) == (
        Reference("VirusTotal", "https://www.virustotal.com/gui/ip-address/8.8.8.8"),
        Reference("VirusTotal, file", f"https://www.virustotal.com/gui/file/{SUM}"),
        Reference("AbuseIPDB", "https://www.abuseipdb.com/check/8.8.8.8"),
        Reference("Shodan", "https://www.shodan.io/host/8.8.8.8"),
        Reference("GreyNoise", "https://viz.greynoise.io/ip/8.8.8.8"),
        Reference("bgp.he.net", "https://bgp.he.net/ip/8.8.8.8"),
    )


def test_only_what_is_known_is_named() -> None:
    assert [page.name for page in references(None, SUM)] == ["VirusTotal, file"]
    assert len(references("8.8.8.8", None)) == 5
    assert references(None, None) == ()


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "fe80::1%eth0", "169.254.169.254", "203.0.113.7", "x"])
def test_no_page_knows_a_special_address_and_there_is_a_reason(address: str) -> None:
    assert references(address, None) == ()
    assert classify(address) is not None


@pytest.mark.parametrize("text", ["", "ab", "g" * 64, SUM + "\n", SUM + "0", "../" + SUM])
def test_what_is_no_sha256_is_not_named(text: str) -> None:
    assert references(None, text) == ()


@pytest.mark.parametrize(
    ("address", "sha256", "offline", "reason"),
    [
        ("8.8.8.8", SUM, True, "--offline forbids it"),
        (None, None, True, "--offline forbids it"),
        ("10.0.0.1", None, False, "neither an address of somebody else nor the SHA-256 of the program is known"),
        (None, None, False, "neither an address of somebody else nor the SHA-256 of the program is known"),
        (None, "ab", False, "neither an address of somebody else nor the SHA-256 of the program is known"),
        ("8.8.8.8", None, False, "there is no usable key of a service that knows the address"),
        ("10.0.0.1", SUM, False, "there is no usable key of a service that knows the SHA-256"),
        ("8.8.8.8", SUM, False, "there is no usable key of a service that knows the address or the SHA-256"),
    ],
)
def test_why_nobody_is_asked(address: str | None, sha256: str | None, offline: bool, reason: str) -> None:
    assert unasked(address, sha256, offline=offline) == reason


def test_addresses_are_spelled_as_the_pages_expect() -> None:
    only = {"one": "https://example.net/{address}"}
    assert references("::ffff:8.8.8.8", None, only)[0].url == "https://example.net/8.8.8.8"
    assert references("2A00:1450::1%eth0", None, only)[0].url == "https://example.net/2a00:1450::1"


@given(st.one_of(st.ip_addresses().map(str), st.text(max_size=40)), st.text(max_size=70))
def test_no_text_leads_elsewhere(address: str, sha256: str) -> None:
    for page in references(address, sha256):
        assert page.url.isascii()
        assert page.url.isprintable()
        assert " " not in page.url
        assert urlsplit(page.url).netloc == urlsplit(TEMPLATES[page.name]).netloc


def test_ones_own_templates_replace_add_and_remove() -> None:
    own = {
        "Shodan": "",
        "AbuseIPDB": "https://mirror.example/{address}",
        "Mine": "http://10.0.0.1:8080/?h={sha256}&a=1",
    }
    templates = merged(own)
    assert list(templates) == ["VirusTotal", "VirusTotal, file", "AbuseIPDB", "GreyNoise", "bgp.he.net", "Mine"]
    assert references("8.8.8.8", SUM, templates)[-1].url == f"http://10.0.0.1:8080/?h={SUM}&a=1"
    assert merged({}) == TEMPLATES


@pytest.mark.parametrize(
    "template",
    [
        "https://example.net/",
        "https://{address}/",
        "https://{address}.example.net/{address}",
        "https://example.net/{address}/{sha256}",
        "https://example.net/{name}",
        "https://example.net/{address}{",
        "https://user@example.net/{address}",
        "https://example.net/ {address}",
        "https://example.net/\x1b{address}",
        "https://exämple.net/{address}",
        "https://[::1/{address}",
        "javascript:alert({address})",
        "file:///etc/{sha256}",
        "{address}",
    ],
)
def test_a_template_that_cannot_be_used_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r'references."Bad" is .*: expected a URL with \{address\} or \{sha256\}'):
        merged({"Bad": template})


def test_the_templates_that_come_along_are_accepted() -> None:
    assert merged(TEMPLATES) == TEMPLATES
