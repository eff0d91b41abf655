from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.lookup.geo.place import NOWHERE, Place, read

LAYOUTS: dict[str, tuple[Any, Place]] = {
    "GeoLite2-Country": (
        {"country": {"iso_code": "FR", "names": {"en": "France"}}, "registered_country": {"iso_code": "DE"}},
        Place("DE"),
    ),
    "GeoLite2-City without a registration": (
        {"city": {"names": {"en": "Rome"}}, "country": {"iso_code": "IT"}, "location": {"latitude": 41.9}},
        Place("IT", is_estimate=True),
    ),
    "GeoLite2-ASN": (
        {"autonomous_system_number": 15169, "autonomous_system_organization": "GOOGLE"},
        Place(None, 15169, "GOOGLE"),
    ),
    "GeoIP2-Enterprise": (
        {
            "registered_country": {"iso_code": "US"},
            "traits": {"autonomous_system_number": 7018, "autonomous_system_organization": "ATT", "isp": "AT&T"},
        },
        Place("US", 7018, "ATT"),
    ),
    "DBIP-Country-Lite": ({"continent": {"code": "OC"}, "country": {"iso_code": "AU"}}, Place("AU", is_estimate=True)),
    "IPinfo Lite": (
        {
            "asn": "AS13335", "as_name": "Cloudflare, Inc.", "as_domain": "cloudflare.com", "continent": "Oceania",
            "continent_code": "OC", "country": "Australia", "country_code": "AU",
        },
        Place("AU", 13335, "Cloudflare, Inc.", is_estimate=True),
    ),
    "IPinfo country_asn": (
        {"asn": "AS2519", "as_name": "ARTERIA", "country": "JP", "country_name": "Japan"},
        Place("JP", 2519, "ARTERIA", is_estimate=True),
    ),
    "IPinfo Lite, nothing announced": ({"asn": "", "as_name": "", "country_code": "CH"}, Place("CH", is_estimate=True)),
}  # fmt: skip


@pytest.mark.parametrize(("record", "place"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(record: Any, place: Place) -> None:
    assert read(record) == place


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        "DE",
        7,
        {},
        {"country": None},
        {"country": {"iso_code": 7}},
        {"country_code": "D\n"},
        {"country": "Germany"},
        {"asn": True},
        {"asn": "AS"},
        {"asn": 0},
        {"asn": 2**32},
        {"asn": "AS99999999999"},
        {"asn": "AS１２"},
        {"as_name": " "},
    ],
)
def test_what_is_no_fact_is_none(record: Any) -> None:
    assert read(record) == NOWHERE


PLACES = st.builds(
    Place,
    st.sampled_from([None, "DE", "US"]),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([None, "one", "two"]),
    st.booleans(),
).map(lambda place: place._replace(is_estimate=place.is_estimate and place.country is not None))


@given(PLACES, PLACES)
def test_the_first_counts_and_numbers_keep_their_holder(first: Place, second: Place) -> None:
    both = first.over(second)
    assert both.country == (first.country or second.country)
    assert both[1:3] in {first[1:3], second[1:3]}
    assert both.is_estimate == (first if first.country else second).is_estimate
    assert first.over(NOWHERE) == NOWHERE.over(first) == first


def test_equal_places_are_one_object() -> None:
    record = {"asn": "AS1", "as_name": "One"}
    assert read(record) is read(dict(record))
