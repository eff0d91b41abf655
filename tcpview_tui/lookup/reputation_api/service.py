"""The services that can be asked: how each is asked and read, declared in one table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.lookup.addresses import bare, classify
from tcpview_tui.lookup.reputation_api import abuseipdb, virustotal
from tcpview_tui.text import duration

if TYPE_CHECKING:
    from tcpview_tui.lookup.reputation_api.exchange import Reply


@dataclass(frozen=True, slots=True)
class Service:
    """A service: who it is, how it is asked, and where its key comes from."""

    name: str
    base: str
    header: str
    variable: str
    key_file: str
    read: Callable[[object], tuple[str, ...]]
    address_path: Callable[[str], str]
    file_path: Callable[[str], str] | None = None


SERVICES = (
    Service(
        "VirusTotal", virustotal.BASE, "x-apikey", "TCPVIEW_TUI_VIRUSTOTAL_KEY", "virustotal.key",
        virustotal.sentences, virustotal.address_path, virustotal.file_path,
    ),
    Service(
        "AbuseIPDB", abuseipdb.BASE, "Key", "TCPVIEW_TUI_ABUSEIPDB_KEY", "abuseipdb.key",
        abuseipdb.sentences, abuseipdb.address_path,
    ),
)  # fmt: skip
"""All services, in the order in which their answers are shown."""


def questions(service: Service, address: str | None, sha256: str | None) -> list[tuple[str, str]]:
    """Return what can be asked of a service: about what, and where."""
    found = []
    if address is not None and classify(address) is None:
        found.append(("address", service.address_path(bare(address))))
    if sha256 is not None and service.file_path and re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        found.append(("file", service.file_path(sha256.lower())))
    return found


def refusal(name: str, reply: Reply) -> str:
    """Return what a status of HTTP (RFC 9110, RFC 6585) means to the person who asked."""
    match reply.status:
        case 200:
            return f"{name} answered, but in a way that is not understood."
        case 404:
            return f"{name} does not know it."
        case 401 | 403:
            return f"{name} refuses the key: see that it is the right one, and still valid."
        case 429:
            when = f"in {duration(reply.wait)}" if reply.wait is not None else "later"
            return f"{name} was asked too many questions: ask again {when}."
        case status if 300 <= status < 400:
            return f"{name} sent the question on elsewhere (HTTP {status}), where the key must not go."
        case status:
            return f"{name} answered with HTTP error {status}."
