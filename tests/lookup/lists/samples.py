"""A small list of each format, written for these tests in the manner of those who publish such lists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tcpview_tui.lookup.lists.networks import sought
from tcpview_tui.lookup.lists.reputation import load

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.lookup.lists.match import Match
    from tcpview_tui.lookup.lists.reputation import Reputation

EVIL = "0123456789abcdef" * 4
OTHER = "f" * 64

PLAIN = """\
# addresses that were seen last week
45.0.0.1
45.0.1.0/24   # a network
45.0.2.10-45.0.2.13 ; a range

2a00:1450::/32
2a00:2000::5
"""

FIREHOL = """\
#
# example_level1
#
# ipv4 hash:net ipset
#
# Maintainer      : an example
# Source File Date: Sun May  5 23:01:34 UTC 2024
#
# This File Date  : Mon May  6 00:01:35 UTC 2024
#
0.0.0.0/8
10.0.0.0/8
45.0.0.0/16
45.1.0.7
127.0.0.0/8
224.0.0.0/3
"""

DROP = """\
; Spamhaus DROP List 2024/05/06 - an example
; Last-Modified: Mon, 06 May 2024 09:21:12 GMT
; Expires: Mon, 06 May 2024 10:32:21 GMT
45.0.16.0/20 ; SBL100001
45.2.0.0/15 ; SBL100002
"""

DROP_JSON = """\
{"cidr":"45.0.16.0/20","sblid":"SBL100001","rir":"apnic"}
{"cidr":"2a0f:9400::/32","sblid":"SBL100003","rir":"ripencc"}
{"type":"metadata","timestamp":1714987272,"size":1,"records":2}
"""

FEODO_CSV = """\
################################################################
# Botnet C2 IP Blocklist (CSV), an example                     #
# Last updated: 2024-05-06 10:20:05 UTC                        #
################################################################
#
"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
"2024-05-01 21:24:53","45.0.0.1","8080","offline","2024-05-05","Example"
"2024-05-02 21:24:53","45.0.0.1","443","online","2024-05-06","Example"
"2024-05-03 21:24:53","45.0.0.2","70000","online","2024-05-06","Example"
# END 3 entries
"""

FEODO_JSON = json.dumps(
    [
        {"ip_address": "45.0.0.1", "port": 8080, "status": "offline", "malware": "Example"},
        {"ip_address": "45.0.0.2", "port": 443, "status": "online", "hostname": None, "malware": "Example"},
    ],
    indent=4,
)

FEODO_PLAIN = """\
################################################################
# Botnet C2 IP Blocklist, an example                           #
# Last updated: 2024-05-06 10:20:05 UTC                        #
################################################################
#\r
45.0.0.1\r
45.0.0.2\r
"""

HASHES = f"""\
# hashes
{EVIL}  /tmp/evil # and more.exe
{OTHER.upper()} *dropper
SHA256 (other.bin) = {"1" * 64}
d41d8cd98f00b204e9800998ecf8427e
{"2" * 63}
"""


def _indicator(pattern: str, **more: object) -> dict[str, object]:
    name = {"type": "indicator", "name": "an example", "modified": "2024-05-06T10:00:00.000Z"}
    return {**name, "pattern": pattern, "pattern_type": "stix", **more}


STIX = json.dumps(
    {
        "type": "bundle",
        "id": "bundle--1",
        "objects": [
            {"type": "identity", "name": "somebody"},
            _indicator("[ipv4-addr:value = '45.0.0.1']"),
            _indicator("[ipv4-addr:value = '45.0.1.0/24'] OR [ipv4-addr:value ISSUBSET '45.0.4.0/24']"),
            _indicator("[ipv6-addr:value IN ('2a00:2000::5', '2a00:2000::6')]", valid_until="2025-01-01T00:00:00Z"),
            _indicator(f"[file:hashes.'SHA-256' = '{EVIL}' OR file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"),
            _indicator("[domain-name:value = 'evil.example']"),
            _indicator("[ipv4-addr:value = '45.9.0.1' AND network-traffic:dst_port = 443]"),
            _indicator("[ipv4-addr:value != '45.9.0.2']"),
            _indicator("[ipv4-addr:value = '45.9.0.3']", revoked=True),
            _indicator("45.9.0.4", pattern_type="snort"),
            _indicator("[ipv4-addr:value = '45.9.0.999']"),
            _indicator("[ipv4-addr:value = '192.168.1.1']"),
            "what is this",
        ],
    },
    indent=1,
)


def _attribute(type_: str, value: str, **more: object) -> dict[str, object]:
    return {"type": type_, "value": value, "to_ids": True, "category": "Network activity", **more}


MISP = json.dumps(
    {
        "Event": {
            "info": "an example",
            "date": "2024-05-06",
            "Attribute": [
                _attribute("ip-dst", "45.0.0.1", comment="beacon"),
                _attribute("ip-src", "45.0.1.0/24"),
                _attribute("ip-dst|port", "45.0.0.2|8443"),
                _attribute("domain", "evil.example"),
                _attribute("sha256", EVIL),
                _attribute("ip-dst", "45.9.0.1", to_ids=False),
                _attribute("ip-dst", "45.9.0.2", deleted=True),
                _attribute("ip-dst|port", "45.9.0.3"),
                _attribute("ip-dst", "10.0.0.1"),
            ],
            "Object": [{"name": "file", "Attribute": [_attribute("filename|sha256", f"evil.exe|{OTHER}")]}],
        }
    },
    indent=2,
)


def written(folder: Path, text: str, name: str = "list.txt") -> Reputation:
    """Write a list and load it."""
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return load(path)


def asked(list_: Reputation, ip: str, port: int | None = None) -> tuple[Match, ...]:
    """Ask a list of an address."""
    packed = sought(ip)
    return () if packed is None else list_.address(packed, port)


def entries_of(list_: Reputation, ip: str, port: int | None = None) -> list[tuple[int, str]]:
    """Return line and text of what a list says of an address."""
    return [(match.line, match.entry) for match in asked(list_, ip, port)]


def of_digest(list_: Reputation, sha256: str) -> list[tuple[int, str]]:
    return [(match.line, match.entry) for match in list_.digest(bytes.fromhex(sha256))]
