"""Networks against the standard library's idea of them, and special ones against what nobody is asked about."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.lookup import addresses
from tcpview_tui.lookup.addresses import classify
from tcpview_tui.lookup.lists.networks import are_special, is_special, key, keys_around, masked, networks, sought

ANY_NETWORK = st.one_of(
    st.builds(lambda number, bits: ipaddress.ip_network((number, bits), strict=False),
              st.integers(0, 2**32 - 1), st.integers(0, 32)),
    st.builds(lambda number, bits: ipaddress.IPv6Network((number, bits), strict=False),
              st.integers(0, 2**128 - 1), st.integers(0, 128)),
)  # fmt: skip

SPECIAL = [ipaddress.ip_network(str(network)) for network, *_ in addresses._NETWORKS]


def everything_in(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    """Whether nobody asks about any address of a network, by taking the special ones out of it one by one."""
    left = [network]
    for special in [*SPECIAL, ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16")]:
        rest = []
        for each in left:
            if each.version != special.version or not each.overlaps(special):
                rest.append(each)
            elif special.prefixlen > each.prefixlen:
                rest += each.address_exclude(special)  # type: ignore[arg-type]
        left = rest
    unicast = ipaddress.ip_network("2000::/3")
    return not [each for each in left if each.version == 4 or each.overlaps(unicast)]


@given(ANY_NETWORK)
def test_a_network_is_read_as_it_is_written(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    if network.version == 6 and network.network_address.ipv4_mapped:
        return
    assert networks(str(network)) == ((network.network_address.packed, network.prefixlen),)


@given(ANY_NETWORK, st.data())
def test_special_is_what_holds_nothing_else(
    network: ipaddress.IPv4Network | ipaddress.IPv6Network, data: st.DataObject
) -> None:
    base = data.draw(st.sampled_from([network, *SPECIAL]))
    wider = base.supernet(new_prefix=data.draw(st.integers(0, base.prefixlen)))
    for each in {base, wider}:
        expected = each.prefixlen > 2 and everything_in(each)
        assert is_special(each.network_address.packed, each.prefixlen) == expected


@pytest.mark.parametrize("network", SPECIAL)
def test_no_special_network_is_overlooked(network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> None:
    assert is_special(network.network_address.packed, network.prefixlen)


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_what_nobody_asks_about_is_not_sought(address: ipaddress.IPv4Address) -> None:
    assert (sought(str(address)) is None) == bool(classify(str(address)))


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**10))
def test_a_range_holds_its_ends_and_what_is_between(start: int, length: int) -> None:
    last = min(start + length, 2**32 - 1)
    found = networks(f"{ipaddress.IPv4Address(start)} - {ipaddress.IPv4Address(last)}")
    for number in {start, last, (start + last) // 2, start - 1, last + 1} - {-1, 2**32}:
        packed = number.to_bytes(4, "big")
        assert any(masked(packed, bits) == first for first, bits in found) == (start <= number <= last)


@given(st.text(max_size=60))
def test_no_text_does_more_than_fail(text: str) -> None:
    try:
        networks(text)
    except ValueError:
        return
    ends = text.split("-") if "-" in text else [text.partition("/")[0]]
    assert all(ipaddress.ip_address(end.strip()) for end in ends)


@given(st.ip_addresses(), st.sets(st.integers(0, 32)))
def test_an_address_is_looked_for_in_every_network_around_it(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, prefixes: set[int]
) -> None:
    around = [ipaddress.ip_network((address, prefix), strict=False) for prefix in sorted(prefixes)]
    expected = [key(each.network_address.packed, each.prefixlen) for each in around]
    assert keys_around(address.packed, sorted(prefixes)) == expected


@pytest.mark.parametrize("first", range(256))
def test_what_begins_as_special_addresses_do_is_looked_at_no_closer_and_is_special(first: int) -> None:
    keys = [bytes((first, second, 0, 0, 16)) for second in range(256)]
    expected = [everything_in(ipaddress.IPv4Network((each[:4], 16))) for each in keys]
    assert are_special(keys) == expected
