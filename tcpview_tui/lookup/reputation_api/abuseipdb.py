"""AbuseIPDB's API, version 2 (docs.abuseipdb.com, CHECK endpoint)."""

from __future__ import annotations

from urllib.parse import urlencode

from tcpview_tui.lookup.reputation_api.reading import at, date, number, words
from tcpview_tui.text import count

BASE = "https://api.abuseipdb.com"

DAYS = 90
"""How far back reports count."""


def address_path(address: str) -> str:
    """Return where an address is asked about."""
    return f"/api/v2/check?{urlencode({'ipAddress': address, 'maxAgeInDays': DAYS})}"


def sentences(value: object) -> tuple[str, ...]:
    """Return what an answer says, in sentences; none when it is not understood."""
    facts = at(value, "data")
    told = (_verdict(facts), _marks(facts), _network(facts))
    return tuple(each for each in told if each)


def _verdict(facts: object) -> str | None:
    score, reports, people = (
        number(at(facts, key)) for key in ("abuseConfidenceScore", "totalReports", "numDistinctUsers")
    )
    if score is None:
        return None
    if not reports:
        return f"Abuse confidence {score} %: nobody reported it within {DAYS} days."
    by = f" by {count(people, 'user')}" if people else ""
    last = date(at(facts, "lastReportedAt"))
    latest = f", the last on {last}" if last else ""
    return f"Abuse confidence {score} %: {count(reports, 'report')}{by} within {DAYS} days{latest}."


def _marks(facts: object) -> str | None:
    marks = {"isTor": "a Tor node", "isWhitelisted": "on AbuseIPDB's list of the harmless"}
    told = [mark for key, mark in marks.items() if at(facts, key) is True]
    return f"It is {' and '.join(told)}." if told else None


def _network(facts: object) -> str | None:
    country = words(at(facts, "countryCode"))
    told = [f"country {country}"] if country else []
    told += [each for each in (words(at(facts, key)) for key in ("isp", "domain", "usageType")) if each]
    return f"Its network: {', '.join(told)}." if told else None
