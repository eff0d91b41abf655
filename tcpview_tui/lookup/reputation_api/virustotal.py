"""VirusTotal's API, version 3 (docs.virustotal.com/reference: IP addresses, Files)."""

from __future__ import annotations

from urllib.parse import quote

from tcpview_tui.lookup.reputation_api.reading import at, date, number, words
from tcpview_tui.text import count

BASE = "https://www.virustotal.com"


def address_path(address: str) -> str:
    """Return where an address is asked about."""
    return f"/api/v3/ip_addresses/{quote(address, safe=':')}"


def file_path(sha256: str) -> str:
    """Return where a file is asked about, by its SHA-256; the file itself is never sent."""
    return f"/api/v3/files/{sha256}"


def sentences(value: object) -> tuple[str, ...]:
    """Return what an answer says, in sentences; none when it is not understood."""
    facts = at(value, "data", "attributes")
    told = (_verdict(facts), _reputation(facts), _name(facts), _dates(facts), _network(facts))
    return tuple(each for each in told if each)


def _verdict(facts: object) -> str | None:
    stats = at(facts, "last_analysis_stats")
    votes = {kind: number(at(stats, kind)) for kind in ("malicious", "suspicious", "harmless", "undetected")}
    known = {kind: vote for kind, vote in votes.items() if vote is not None and vote >= 0}
    if "malicious" not in known:
        return None
    bad, silent = known.pop("malicious"), known.pop("undetected", 0)
    total = bad + silent + sum(known.values())
    told = [f"{bad} of {count(total, 'engine')} call it malicious", *(f"{vote} {kind}" for kind, vote in known.items())]
    return f"{', '.join(told)}; {silent} see nothing."


def _reputation(facts: object) -> str | None:
    score = number(at(facts, "reputation"))
    return None if score is None else f"Its reputation among VirusTotal's users is {score}; below 0 is bad."


def _name(facts: object) -> str | None:
    name, kind = words(at(facts, "meaningful_name")), words(at(facts, "type_description"))
    if name is None and kind is None:
        return None
    return f"It is known as {', '.join(each for each in (name and f'“{name}”', kind) if each)}."


def _dates(facts: object) -> str | None:
    last, first = date(at(facts, "last_analysis_date")), date(at(facts, "first_submission_date"))
    told = [f"last analysed on {last}"] if last else []
    told += [f"first submitted on {first}"] if first else []
    return f"It was {', '.join(told)}." if told else None


def _network(facts: object) -> str | None:
    country, holder, asn = words(at(facts, "country")), words(at(facts, "as_owner")), number(at(facts, "asn"))
    told = [f"country {country}"] if country else []
    told += [f"AS{asn}"] if asn else []
    told += [holder] if holder else []
    return f"Its network: {', '.join(told)}." if told else None
