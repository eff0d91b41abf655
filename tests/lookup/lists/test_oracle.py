"""Every well-formed entry is found and nothing else, whatever else is in the file; no file does more than fail."""

from __future__ import annotations

import ipaddress
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tcpview_tui.lookup.lists.entries import ListError
from tcpview_tui.lookup.lists.reputation import Reputation, load
from tcpview_tui.lookup.lists.stix import comparisons
from tcpview_tui.lookup.lists.understood import told
from tests.lookup.lists import samples
from tests.lookup.lists.samples import asked

SAMPLES = [
    samples.PLAIN, samples.FIREHOL, samples.DROP, samples.DROP_JSON, samples.FEODO_CSV, samples.FEODO_JSON,
    samples.HASHES, samples.STIX, samples.MISP,
]  # fmt: skip

PUBLIC = st.integers(45 << 24, (46 << 24) - 1).map(ipaddress.IPv4Address)
"""45.0.0.0/8, of which nothing is special."""

NETWORK = st.builds(lambda start, bits: ipaddress.ip_network((start, bits), strict=False), PUBLIC, st.integers(8, 32))
RANGE = st.builds(
    lambda start, size: (start, start + min(size, (46 << 24) - 1 - int(start))), PUBLIC, st.integers(1, 999)
)
JUNK = st.text(st.characters(codec="utf-8", exclude_characters="\n#;"), max_size=30).filter(lambda t: t.strip() and
    not set(t.strip()) <= set("0123456789abcdefABCDEF.:/- "))  # fmt: skip
REMARK = st.sampled_from(["", " # remark", " ; SBL1", "\t", "\r"])


def read(content: bytes) -> Reputation:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "list")
        path.write_bytes(content)
        return load(path)


def holds(entry: object, address: ipaddress.IPv4Address) -> bool:
    if isinstance(entry, tuple):
        return bool(entry[0] <= address <= entry[1])
    return isinstance(entry, ipaddress.IPv4Network) and address in entry


def spelled(entry: object) -> str:
    if isinstance(entry, ipaddress.IPv4Network):
        return str(entry.network_address) if entry.prefixlen == 32 else str(entry)
    return f"{entry[0]} - {entry[1]}" if isinstance(entry, tuple) else str(entry)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.one_of(NETWORK, RANGE, JUNK), REMARK), min_size=1, max_size=30), st.lists(PUBLIC, max_size=5)
)
def test_a_list_holds_what_its_lines_hold(lines: list[tuple[object, str]], others: list[ipaddress.IPv4Address]) -> None:
    content = "45.255.255.255\n" + "\n".join(f"{spelled(entry)}{remark}" for entry, remark in lines)
    found = read(content.encode("utf-8", "surrogatepass"))
    probes = [*others, *(end for entry, _ in lines for end in _ends(entry))]
    for probe in probes:
        expected = {number for number, (entry, _) in enumerate(lines, 2) if holds(entry, probe)}
        matches = asked(found, str(probe))
        assert {match.line for match in matches} <= expected | {1}
        assert bool(matches) == bool(expected or probe == ipaddress.IPv4Address("45.255.255.255"))
        if len(expected) <= 8:
            assert {match.line for match in matches} - {1} == expected
    assert found.entries.broken == sum(isinstance(entry, str) for entry, _ in lines)


def _ends(entry: object) -> list[ipaddress.IPv4Address]:
    if isinstance(entry, str):
        return []
    first, last = entry if isinstance(entry, tuple) else (entry[0], entry[-1])  # type: ignore[index]
    return [each for each in (first, last, first - 1, last + 1) if int(each) >> 24 == 45]


def fails_at_most(content: bytes) -> None:
    """Read it as a list: the answer is one, or a sentence."""
    try:
        found = read(content)
    except ListError as error:
        assert str(error).isprintable()
        return
    assert all(text.isprintable() for _, text in told(found))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_fail(content: bytes) -> None:
    fails_at_most(content)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SAMPLES), st.data())
def test_no_damage_does_more_than_fail(sample: str, data: st.DataObject) -> None:
    content = bytearray(sample.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
    fails_at_most(bytes(content))


NAMES = (
    "type", "objects", "Event", "Attribute", "Object", "response", "value", "pattern", "cidr", "date", "ip_address",
    "port", "to_ids", "timestamp", "modified", "revoked",
)  # fmt: skip
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9))
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300)
@given(JSON)
@example({"type": "metadata", "timestamp": 1e300, "cidr": ""})
@example({"Event": {"date": float("inf")}})
def test_no_json_does_more_than_fail(value: object) -> None:
    fails_at_most(json.dumps(value).encode())
    fails_at_most(json.dumps({"type": "bundle", "objects": [{"type": "indicator", "pattern": value}]}).encode())
    fails_at_most(json.dumps({"Event": {"Attribute": [{"type": "ip-dst|port", "value": value}]}}).encode())


@given(st.text(max_size=80))
@example("[ipv4-addr:value = '1.2.3.4' AND ipv4-addr:value = '1.2.3.5']")
@example("NOT [ipv4-addr:value = '1.2.3.4']")
@example("[ipv4-addr:value = '1.2.3.4'] FOLLOWEDBY [ipv4-addr:value = '1.2.3.5']")
@example("[ipv4-addr:value = '1.2.3.4'] REPEATS 5 TIMES WITHIN 60 SECONDS")
@example("[ipv4-addr:value LIKE '1.2.%']")
@example("[ipv4-addr:value NOT = '1.2.3.4']")
def test_a_pattern_that_asks_for_more_is_not_taken_for_less(pattern: str) -> None:
    assert list(comparisons(pattern)) == []


@pytest.mark.parametrize(
    "pattern",
    [
        "[ipv4-addr:value='1.2.3.4']",
        "([ipv4-addr:value = '1.2.3.4'])",
        "[ ipv4-addr:value  IN ( '1.2.3.4' ) ]",
        "[ipv4-addr:value ISSUBSET '1.2.3.4']",
    ],
)
def test_a_pattern_is_spelled_in_many_ways(pattern: str) -> None:
    assert list(comparisons(pattern)) == [("ipv4-addr:value", "1.2.3.4")]


def test_quotes_in_a_pattern_are_escaped() -> None:
    assert list(comparisons(r"[file:name = 'a\'b\\' OR file:name = '[OR]']")) == [
        ("file:name", r"a'b" + "\\"), ("file:name", "[OR]"),
    ]  # fmt: skip
