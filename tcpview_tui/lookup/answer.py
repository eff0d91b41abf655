"""What a Whois look-up brings back: an answer, or a sentence why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any

from tcpview_tui.text import safe

FIELD_LIMIT = 300
"""Characters kept of one field. Longer owners than this do not exist; the rest is somebody's joke."""

LIST_LIMIT = 6
"""Contacts and notes kept."""


@dataclass(frozen=True, slots=True)
class WhoisAnswer:
    """What is known of one address. `None` means the source did not say. After `washed` every text is safe to show.

    `network` is CIDR, or the range where no CIDR fits; `country` the code the registry gives (usually ISO 3166-1);
    `asn` the number alone. Dates are as the registry wrote them, cut to the day where they are ISO 8601.
    `source` is ``RDAP https://…`` or ``whois host``; empty when nobody had to be asked. `fetched_at` is wall-clock
    seconds UTC. `notes` are sentences about what is missing or was answered here.
    """

    address: str
    network: str | None = None
    network_name: str | None = None
    owner: str | None = None
    country: str | None = None
    asn: int | None = None
    asn_name: str | None = None
    abuse: tuple[str, ...] = ()
    registered: str | None = None
    updated: str | None = None
    source: str = ""
    fetched_at: float = 0.0
    from_cache: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhoisFailure:
    """Why there is no answer, in a plain sentence; `retryable` when asking again later can help."""

    address: str
    reason: str
    retryable: bool = True


def washed(answer: WhoisAnswer) -> WhoisAnswer:
    """Return `answer` with every text safe and bounded, and empty texts as `None`. Doing it twice changes nothing."""
    clean = {field.name: _wash(getattr(answer, field.name)) for field in fields(answer)}
    return replace(answer, **{**clean, "address": clean["address"] or "", "source": clean["source"] or ""})


def day(text: str | None) -> str | None:
    """Return the day of an ISO 8601 time or of ``20190423``; other texts as they are."""
    match = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?=T|\s|Z?$)", text or "", re.ASCII)
    return "-".join(match.groups()) if match else text


def _wash(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(filter(None, map(_line, value[:LIST_LIMIT])))
    return (_line(value) or None) if isinstance(value, str) else value


def _line(text: str) -> str:
    # Cut after escaping: cut before, a text grown by its escapes would be cut again when it comes from the cache.
    shown = safe(text.strip())
    return shown if len(shown) <= FIELD_LIMIT else shown[: FIELD_LIMIT - 1] + "…"
