from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.lookup.geo.database import Database, DatabaseError
from tcpview_tui.lookup.geo.place import NOWHERE, Place
from tcpview_tui.model.address import parse
from tcpview_tui.text import safe
from tests.lookup.servers import HOSTILE

from .mmdb import MARKER, Pointer, Raw, encoded, head, mmdb

GOOGLE = {"autonomous_system_number": 15169, "autonomous_system_organization": "GOOGLE"}


def opened(tmp_path: Path, content: bytes, name: str = "some.mmdb") -> Database:
    file = tmp_path / name
    file.write_bytes(content)
    return Database(file)


def place(database: Database, address: str) -> Place:
    parsed = parse(address)
    assert parsed is not None
    return database.place(parsed)


def test_a_database_tells_what_it_knows(tmp_path: Path) -> None:
    database = opened(tmp_path, mmdb({"8.8.8.0/24": GOOGLE}, "GeoLite2-ASN", 1_700_000_000))
    assert (database.kind, database.built) == ("GeoLite2-ASN", 1_700_000_000.0)
    assert place(database, "8.8.8.8") == Place(None, 15169, "GOOGLE")
    assert place(database, "8.8.9.8") == place(database, "2001:4860::1") == NOWHERE
    assert database.tells == {"asn", "organisation"}
    assert database.trouble == ""


def test_one_that_knows_no_famous_address_may_know_anything(tmp_path: Path) -> None:
    assert opened(tmp_path, mmdb({"5.0.0.0/8": GOOGLE})).tells == {"country", "asn", "organisation"}


def test_one_of_ipv4_alone_knows_no_ipv6(tmp_path: Path) -> None:
    database = opened(tmp_path, mmdb({"8.8.8.0/24": GOOGLE}, version=4))
    assert place(database, "8.8.8.8").asn == 15169
    assert place(database, "2001:4860::1") == NOWHERE
    assert database.trouble == ""


NETWORKS = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)).map(lambda pair: ipaddress.ip_network(pair, strict=False)),
    st.tuples(st.integers(2**125, 2**126 - 1), st.integers(3, 128)).map(
        lambda pair: ipaddress.ip_network(pair, strict=False)
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    networks=st.lists(NETWORKS, min_size=1, max_size=12, unique=True),
    strangers=st.lists(st.ip_addresses(), max_size=5),
    size=st.sampled_from([24, 28, 32]),
)
def test_the_narrowest_network_counts(tmp_path: Path, networks: list[Any], strangers: list[Any], size: int) -> None:
    numbers = {network: number for number, network in enumerate(networks, 1)}
    records = {str(network): {"asn": f"AS{number}"} for network, number in numbers.items()}
    database = opened(tmp_path, mmdb(records, size=size))
    for address in [*strangers, *(each[0] for each in networks), *(each[-1] for each in networks)]:
        if address.version == 6 and not int(address) >> 32:
            continue  # ::/96 is where the format keeps IPv4
        holding = [each for each in networks if address in each]
        narrowest = max(holding, key=lambda each: int(each.prefixlen), default=None)
        assert database.place(address).asn == numbers.get(narrowest)


def test_the_writer_is_understood_by_another_reader(tmp_path: Path) -> None:
    if not hasattr(maxminddb, "MODE_MMAP_EXT") or maxminddb._extension is None:
        pytest.skip("maxminddb was built without its C reader here")
    record = {"text": "y" * 300, "long": "z" * 70_000, "list": [1, True, 2.5], "map": {"big": 2**40}}
    file = tmp_path / "some.mmdb"
    file.write_bytes(mmdb({"2.0.0.0/8": record, "2.1.0.0/16": GOOGLE}, built=1))
    with maxminddb.open_database(file, maxminddb.MODE_MMAP_EXT) as reader:
        assert reader.get("2.2.3.4") == record
        assert reader.get("2.1.3.4") == GOOGLE


BROKEN = {
    "text": b"<html>not found</html>",
    "marker alone": MARKER,
    "no map": MARKER + head(2, 3) + b"abc",
    "strange version": mmdb({"8.8.8.0/24": GOOGLE}, ip_version={"a": 1}),
    "strange size": mmdb({"8.8.8.0/24": GOOGLE}, record_size=13),
    "tree too long": mmdb({"8.8.8.0/24": GOOGLE}, node_count=2**31),
    "no epoch": mmdb({"8.8.8.0/24": GOOGLE}, build_epoch={}),
    "odd key": mmdb({"8.8.8.0/24": GOOGLE}, surprise="!"),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_database_is_said(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DatabaseError) as error:
        opened(tmp_path, content)
    assert str(error.value) == safe(str(error.value))
    assert "damaged" in str(error.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (mmdb({"8.8.8.0/24": GOOGLE}, binary_format_major_version=3), "it is of another format than MMDB 2"),
        (mmdb({"8.8.8.0/24": GOOGLE}, ip_version="six"), "it is of another format than MMDB 2"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(DatabaseError, match=reason):
        opened(tmp_path, content)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mmdb")
    with pytest.raises(DatabaseError, match="no regular file"):
        Database(tmp_path / "pipe.mmdb")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"cannot be read \(No such file or directory\)"):
        Database(tmp_path / "none.mmdb")


HARMFUL = {
    "a loop": {"country": Pointer(len(encoded(GOOGLE)))},
    "behind the end": {"country": Pointer(2**31)},
    "a huge text": {"as_name": Raw(head(2, 16_000_000))},
    "a huge list": {"asn": Raw(head(11, 16_000_000))},
    "unknown type": {"asn": Raw(b"\x00\xff")},
    "a list as a key": Raw(head(7, 1) + head(11, 0) + head(2, 0)),
    "no utf-8": {"as_name": "\udcff"},
}


@pytest.mark.parametrize("record", HARMFUL.values(), ids=HARMFUL)
def test_a_harmful_record_says_nothing_and_does_not_raise(tmp_path: Path, record: Any) -> None:
    database = opened(tmp_path, mmdb({"1.0.0.0/8": GOOGLE, "5.0.0.0/8": record}))
    assert place(database, "5.5.5.5") == NOWHERE
    assert database.trouble.startswith("some.mmdb is damaged, first seen at 5.5.5.5: ")
    assert database.trouble == safe(database.trouble)
    assert place(database, "1.1.1.1").asn == 15169


def test_a_tree_that_leads_round_in_circles_ends(tmp_path: Path) -> None:
    content = bytearray(mmdb({"5.0.0.0/8": GOOGLE}, size=32, version=4))
    content[:8] = bytes(8)  # both sides of the first fork lead to itself
    database = opened(tmp_path, bytes(content))
    assert place(database, "5.5.5.5") == NOWHERE
    assert "damaged" in database.trouble


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.data())
def test_damage_anywhere_never_raises(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(mmdb({"5.0.0.0/8": GOOGLE, "2001::/16": {"country_code": "DE", "x": [1, 2, {"y": 1.5}]}}))
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    whole = bytes(content[: data.draw(st.one_of(st.just(len(content)), st.integers(0, len(content))))])
    try:
        database = opened(tmp_path, whole)
    except DatabaseError as error:
        assert str(error) == safe(str(error))
        return
    for address in ("5.5.5.5", "8.8.8.8", "2001::5", "3000::1"):
        found = place(database, address)
        assert found.organisation == (found.organisation and safe(found.organisation))
    assert database.trouble == safe(database.trouble)


def test_foreign_text_is_harmless(tmp_path: Path) -> None:
    content = mmdb({"8.8.8.0/24": {"as_name": HOSTILE * 10, "country_code": "\x1b["}}, kind=HOSTILE)
    database = opened(tmp_path, content, "\x1b[31m.mmdb")
    found = place(database, "8.8.8.8")
    assert found.organisation is not None
    assert len(found.organisation) <= 80
    for text in (found.organisation, database.kind, database.name, database.folder):
        assert text == safe(text)
    assert found.country is None


def test_a_file_that_is_overwritten_is_not_used_further(tmp_path: Path) -> None:
    database = opened(tmp_path, mmdb({"5.0.0.0/8": GOOGLE}))
    assert place(database, "5.5.5.5").asn == 15169
    (tmp_path / "some.mmdb").write_bytes(b"")
    assert place(database, "5.5.5.5") == NOWHERE
    assert "overwritten" in database.trouble


def test_a_file_that_is_replaced_or_removed_stays_as_it_was(tmp_path: Path) -> None:
    database = opened(tmp_path, mmdb({"5.0.0.0/8": GOOGLE}))
    (tmp_path / "new").write_bytes(b"")
    (tmp_path / "new").replace(tmp_path / "some.mmdb")
    assert place(database, "5.5.5.5").asn == 15169
    (tmp_path / "some.mmdb").unlink()
    assert place(database, "5.5.5.5").asn == 15169
    assert database.trouble == ""
