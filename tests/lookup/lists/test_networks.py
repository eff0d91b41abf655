"""Networks against the standard library's idea of them, and special ones against what nobody is asked about."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.lookup import addresses
from tcpview_tui.lookup.addresses import classify
from tcpview_tui.lookup.lists.networks import is_special, masked, networks, plain, sought

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


@given(st.lists(st.one_of(ANY_NETWORK.map(str), st.ip_addresses(v=4).map(str), st.text(max_size=20)), max_size=5))
def test_plain_is_what_every_line_alone_would_be(lines: list[str]) -> None:
    def alone(line: str) -> bool:
        try:
            ((packed, _),) = networks(line)
        except ValueError:
            return False
        return len(packed) == 4 and ":" not in line and "-" not in line

    expected = [networks(line)[0] for line in lines] if all(map(alone, lines)) else None
    assert plain(lines) == expected


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_bits_behind_the_prefix_are_cleared(number: int, bits: int) -> None:
    text = f"{ipaddress.IPv4Address(number)}/{bits}"
    if bits > 32:
        assert plain([text]) is None
    else:
        network = ipaddress.IPv4Network(text, strict=False)
        assert plain([text]) == list(networks(text)) == [(network.network_address.packed, bits)]
