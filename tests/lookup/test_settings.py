from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tcpview_tui.lookup.settings import Lookup, check, server


def test_defaults_are_accepted() -> None:
    assert check(Lookup()) == Lookup()


@pytest.mark.parametrize(
    "values",
    [
        {"rdap_url": "http://127.0.0.1:8080/ip/"},
        {"rdap_url": "https://rdap.example.net"},
        {"rdap_url": "https://[2001:db8::1]:8443/rdap"},
        {"dns_server": "9.9.9.9", "whois_server": "whois.example.net:4343"},
        {"dns_server": "[::1]:5353", "whois_server": "::1"},
        {"cache_days": 0.0, "name_parallel": 1},
    ],
)
def test_accepted(values: dict[str, Any]) -> None:
    assert check(Lookup(**values))


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("rdap_url", "ftp://rdap.example.net", "expected a URL like https://"),
        ("rdap_url", "file:///etc/passwd", "expected a URL"),
        ("rdap_url", "https://", "expected a URL"),
        ("rdap_url", "https://host:99999/", "expected a URL"),
        ("rdap_url", "https://[::1", "expected a URL"),
        ("rdap_url", "https://user:word@host/", "expected a URL"),
        ("rdap_url", "https://host/?q=", "expected a URL"),
        ("rdap_url", "https://host/\r\nX: y", "expected a URL"),
        ("dns_server", "https://dns.example/dns-query", "expected host, host:port or [IPv6 address]:port"),
        ("dns_server", "host:0", "expected host"),
        ("dns_server", "host:65536", "expected host"),
        ("dns_server", "[host]:53", "expected host"),
        ("dns_server", "2001:db8::1:x", "expected host"),
        ("whois_server", "two words", "expected host"),
        ("whois_server", "-option", "expected host"),
        ("whois_timeout", 0.0, "expected 0.5 to 300 (seconds)"),
        ("whois_timeout", float("nan"), "expected 0.5 to 300"),
        ("name_timeout", float("inf"), "expected 0.1 to 60"),
        ("name_parallel", 0, "expected 1 to 64 (queries)"),
        ("cache_days", -1.0, "expected 0 to 365"),
    ],
)
def test_refused_with_key_value_and_expectation(key: str, value: Any, expected: str) -> None:
    with pytest.raises(ValueError, match=f"^lookup.{key} is ") as caught:
        check(Lookup(**{key: value}))
    assert expected in str(caught.value)


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="rdap_uri"):
        msgspec.convert({"rdap_uri": ""}, Lookup)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host", ("host", 53)),
        ("host:5353", ("host", 5353)),
        ("192.0.2.1:1", ("192.0.2.1", 1)),
        ("[::1]:65535", ("::1", 65535)),
        ("[::1]", ("::1", 53)),
        ("2001:db8::1", ("2001:db8::1", 53)),
    ],
)
def test_server(text: str, expected: tuple[str, int]) -> None:
    assert server(text, 53) == expected
