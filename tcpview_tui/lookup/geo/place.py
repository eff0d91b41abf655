"""What a database says of an address, whichever way its publisher lays it out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from tcpview_tui.text import safe

ORGANISATION_LIMIT = 80
"""Characters kept of an organisation's name; few registered ones are longer."""

_REGISTERED = (("registered_country", "iso_code"),)
_ESTIMATED = (("country", "iso_code"), ("country_code",), ("country",))
_ASN = (("autonomous_system_number",), ("traits", "autonomous_system_number"), ("asn",))
_ORGANISATION = (
    ("autonomous_system_organization",),
    ("traits", "autonomous_system_organization"),
    ("as_name",),
    ("as_domain",),
)
"""Where a fact stands in a record, the best place first: GeoLite2 and GeoIP2, DB-IP after them, flat ones of IPinfo.

Only MaxMind's tell where a network is registered. What all of them call `country` is where they think that an address
is used.
"""

_LARGEST_ASN = 2**32 - 1
"""RFC 6793 section 3."""


class Place(NamedTuple):
    """What is known of an address; `None` means unknown.

    `country` is the ISO 3166-1 code of a country, in capitals: where the network is registered, which is not where the
    machine stands; or, with `is_estimate`, where the publisher of the file thinks that the address is used. `asn` is
    the number of the autonomous system that announces the network and `organisation` its holder; the text is safe.
    """

    country: str | None = None
    asn: int | None = None
    organisation: str | None = None
    is_estimate: bool = False

    @property
    def told(self) -> frozenset[str]:
        """The names of the facts that are known."""
        return frozenset(name for name in FACTS if getattr(self, name) is not None)

    def over(self, other: Place) -> Place:
        """Return what is known here, and of what is not, what `other` knows. A number goes with its holder."""
        announced = self if self.asn is not None or self.organisation is not None else other
        located = self if self.country else other
        return Place(located.country, announced.asn, announced.organisation, located.is_estimate)


FACTS = ("country", "asn", "organisation")
"""What may be known of an address."""

NOWHERE = Place()
"""Nothing is known."""


def read(record: object) -> Place:
    """Return what a record of a database says; what is of an unknown layout, or no record at all, says nothing."""
    registered, estimated, asn, organisation = (
        _first(record, *each)
        for each in ((_REGISTERED, _iso), (_ESTIMATED, _iso), (_ASN, _number), (_ORGANISATION, _name))
    )
    is_estimate = registered is None and estimated is not None
    return _same(Place(registered or estimated, asn, organisation, is_estimate))


@lru_cache(maxsize=65_536)
def _same(place: Place) -> Place:
    """Return one object for equal places: of 100,000 addresses many share one."""
    return place


def _first(record: object, paths: tuple[tuple[str, ...], ...], understood: Any) -> Any:
    for path in paths:
        value = record
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        fact = understood(value)
        if fact is not None:
            return fact
    return None


def _iso(value: object) -> str | None:
    return value.upper() if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{2}", value) else None


def _number(value: object) -> int | None:
    if isinstance(value, str):
        found = re.fullmatch(r"(?:AS)?([0-9]{1,10})", value)
        value = int(found[1]) if found else None
    return value if type(value) is int and 0 < value <= _LARGEST_ASN else None


def _name(value: object) -> str | None:
    return safe(value.strip(), ORGANISATION_LIMIT) or None if isinstance(value, str) else None
