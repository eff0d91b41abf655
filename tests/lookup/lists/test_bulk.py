"""Lines taken many at a time, against the same lines taken one by one."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tcpview_tui.lookup.lists import bulk, lines
from tcpview_tui.lookup.lists.entries import Entries
from tcpview_tui.lookup.lists.networks import key, networks
from tests.lookup.lists.samples import EVIL, OTHER, entries_of, of_digest, written

if TYPE_CHECKING:
    from pathlib import Path

NETWORK = st.builds(
    lambda number, bits: str(ipaddress.ip_network((number, bits), strict=False)),
    st.integers(0, 2**32 - 1),
    st.integers(0, 32),
)
NETWORK_6 = st.builds(
    lambda number, bits: str(ipaddress.IPv6Network((number, bits), strict=False)),
    st.integers(0, 2**128 - 1),
    st.integers(0, 128),
)
ADDRESS, ADDRESS_6 = (st.ip_addresses(v=version).map(str) for version in (4, 6))
ODD = st.one_of(NETWORK_6, ADDRESS_6, st.sampled_from(["::ffff:45.0.0.1", "::ffff:0:0/100"]), st.text(max_size=20))
DIGEST = st.binary(min_size=32, max_size=32).map(bytes.hex)
NEARLY = st.text("0123456789abcdefABCDEF \t", min_size=60, max_size=70)
REMARK = st.one_of(st.sampled_from(["", "  ", " *x", "  * x", "\t**", "\u2003x", "\x1fx", "x"]), st.text(max_size=9))


def together(some: list[str]) -> Entries | None:
    """Take lines at once, when that can be; the first of them is line 7."""
    entries = Entries()
    return entries if lines._take_alike(entries, some, 7) else None


def alone(some: list[str]) -> Entries:
    """Take the same lines one by one."""
    entries = Entries()
    lines._one_by_one(entries, some, 7)
    return entries


def told(entries: Entries) -> tuple[object, ...]:
    """Return what is said of a list as a whole."""
    return entries.counts, entries.special, entries.first_special, entries.broken


def version(line: str) -> int:
    """Return 4 or 6 for what is a single address or network and nothing else, and 0 for anything else."""
    try:
        ((packed, _),) = networks(line)
    except ValueError:
        return 0
    is_mapped = len(packed) == 4 and ":" in line
    return 0 if is_mapped or "-" in line else {4: 4, 16: 6}[len(packed)]


@given(st.lists(st.one_of(NETWORK, ADDRESS), max_size=9) | st.lists(NETWORK_6 | ADDRESS_6, max_size=9), NETWORK | ODD)
@example([], "45.0.0.1/24/8")
@example(["45.0.0.1"], "45.0.0.2/24/8")
@example([], "45.0.0.1/")
@example([], "45.0.0.1/33")
@example([], "45.0.0.1\0")
@example(["45.0.0.1/8"], "")
@example(["2a00::1"], "45.0.0.1")
@example(["2a00::1", "::ffff:45.0.0.1"], "2a00::/32")
@example(["2a00::1/129"], "2a00::/32")
def test_networks_are_what_every_line_alone_would_be(some: list[str], odd: str) -> None:
    some = [odd, *some]
    versions = set(map(version, some))
    expected = [key(*networks(line)[0]) for line in some] if versions in ({4}, {6}) else None
    assert bulk.networks(some) == expected


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_bits_behind_the_prefix_are_cleared(number: int, bits: int) -> None:
    text = f"{ipaddress.IPv4Address(number)}/{bits}"
    network = ipaddress.IPv4Network(text, strict=False) if bits <= 32 else None
    assert bulk.networks([text]) == (None if network is None else [key(network.network_address.packed, bits)])


@given(
    st.lists(st.one_of(NETWORK, ADDRESS, st.sampled_from(["10.0.0.1", "192.168.0.0/24"])), min_size=1, max_size=9)
    | st.lists(st.one_of(NETWORK_6, ADDRESS_6, st.sampled_from(["2a00::1", "fe80::/10"])), min_size=1, max_size=9),
    st.sampled_from(["", "\r", " # remark", "\t; SBL1"]),
)
def test_networks_together_are_kept_as_alone(some: list[str], behind: str) -> None:
    some = [line + behind for line in some if version(line)] or ["45.0.0.1"]
    found, expected = together(some), alone(some)
    assert found is not None
    assert told(found) == told(expected)
    for line in some:
        ((packed, _),) = networks(lines._without_remark(line))
        assert list(found.of_address(packed, 80)) == list(expected.of_address(packed, 80))


@given(st.lists(st.tuples(st.one_of(DIGEST, NEARLY), REMARK).map("".join), min_size=1, max_size=5))
@example([EVIL, EVIL[:63], EVIL + "0"])
@example([EVIL[:62] + " 1", EVIL])
@example([f"{EVIL}x"])
@example([f"{EVIL}  *ü", f"{OTHER} \udc80"])
def test_hashes_together_are_kept_as_alone(some: list[str]) -> None:
    found, expected = together(some), alone(some)
    if found is not None:
        assert told(found) == told(expected)
        for line in some:
            digest = bytes.fromhex(line[:64])
            assert list(found.of_digest(digest)) == list(expected.of_digest(digest))


@given(st.lists(DIGEST, min_size=1, max_size=5), st.sampled_from(["", "  a file", " *a file", "\r"]))
def test_what_sha256sum_writes_is_taken_together(digests: list[str], behind: str) -> None:
    remarks = [behind.strip(" *\r")] * len(digests)
    assert bulk.digests([digest + behind for digest in digests]) == (list(map(bytes.fromhex, digests)), remarks)


@pytest.mark.parametrize("head", ["", "# a comment\n", "\r\n", "2a00:1450::/32\n"])
@pytest.mark.parametrize("behind", ["", "\r", " ; SBL1", "  # a remark\r"])
def test_entries_keep_their_lines_and_texts_from_block_to_block(tmp_path: Path, head: str, behind: str) -> None:
    addresses = [f"45.{n >> 8}.{n & 255}.7" for n in range(5000)]
    addresses[1000] = "10.0.0.1"
    found = written(tmp_path, head + "".join(f"{each}{behind}\n" for each in addresses))
    first = 1 + bool(head)
    for place in (0, 999, 1001, 2500, 4999):
        assert entries_of(found, addresses[place]) == [(first + place, f"{addresses[place]}{behind}".rstrip())]
    assert found.entries.first_special == [(first + 1000, f"10.0.0.1{behind}".rstrip())]
    assert found.entries.counts["IPv4 address"] == 4999


def test_remarks_of_any_script_are_kept_with_their_hashes(tmp_path: Path) -> None:
    found = written(tmp_path, f"{EVIL}  böse\n{OTHER} *{'ü' * 200}\n{'a' * 64}\n{'b' * 64}  last\n")
    assert of_digest(found, EVIL) == [(1, f"{EVIL} böse")]
    assert of_digest(found, OTHER)[0][1].startswith(f"{OTHER} üüü")
    assert of_digest(found, "a" * 64) == [(3, "a" * 64)]
    assert of_digest(found, "b" * 64) == [(4, f"{'b' * 64} last")]
