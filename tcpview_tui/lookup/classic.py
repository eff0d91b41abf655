"""The text answers of whois servers (RFC 3912), which every registry writes in a dialect of its own.

ipwhois can read them too, but with regular expressions that backtrack in cubic time while they hold the interpreter:
1,200 bytes of ``a: b`` take its e-mail pattern 1.6 s, 2,400 bytes 13 s, in which no key is answered. This reads lines.
"""

from __future__ import annotations

import ipaddress
import re
from itertools import islice

from tcpview_tui.lookup.answer import WhoisAnswer, day
from tcpview_tui.lookup.wire import WireError

LINE_LIMIT = 5000
"""Lines read of one answer; the longest of the registries have a few hundred."""

_NETWORK = ("inetnum", "inet6num", "netrange", "cidr")
_NETWORK_NAME = ("netname", "ownerid")
_OWNER = ("org-name", "orgname", "custname", "owner", "organization", "descr")
_REGISTERED = ("regdate", "created")
_UPDATED = ("last-modified", "updated", "changed")
_TOO_OFTEN = re.compile(r"rate limit|quota exceeded|too many (?:queries|requests)|error:201", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,190}")

Block = dict[str, str]
"""One paragraph of an answer: its first value for each key, keys in lower case."""


def read_whois(address: str, text: str, host: str) -> WhoisAnswer:
    """Return what a whois answer says about the smallest network that holds `address`, not yet washed.

    WireError when the answer describes no such network, with the reason as far as the server gave one.
    """
    lines = list(islice(text.splitlines(), LINE_LIMIT))
    blocks = _blocks(lines)
    places = [place for place, block in enumerate(blocks) if _first([block], _NETWORK)]
    if not places:
        raise _no_network(text, host)
    best = min(places, key=lambda place: _size(blocks[place], address))
    # The organisation follows its network in every dialect; another network's owner stands before it.
    network, after = blocks[best], blocks[best:]
    return WhoisAnswer(
        address=address,
        network=_first([network], ("cidr", *_NETWORK)),
        network_name=_first([network], _NETWORK_NAME),
        owner=_first(after, _OWNER),
        country=_first(after, ("country",)),
        abuse=_abuse(lines),
        registered=day(_first([network], _REGISTERED)),
        updated=day(_first([network], _UPDATED)),
    )


def _blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = [{}]
    for line in lines:
        key, colon, value = line.partition(":")
        if not line.strip():
            blocks.append({})
        elif colon and value.strip() and not line.startswith(("%", "#")):
            blocks[-1].setdefault(key.strip().lower(), value.strip())
    return [block for block in blocks if block]


def _first(blocks: list[Block], keys: tuple[str, ...]) -> str | None:
    return next((block[key] for key in keys for block in blocks if key in block), None)


def _size(block: Block, address: str) -> int:
    """How many addresses the network has; more than any has when it does not hold `address` or cannot be read."""
    try:
        low, high = _range(_first([block], _NETWORK) or "")
        inside = low <= int(ipaddress.ip_address(address)) <= high
    except ValueError:
        inside = False
    return high - low if inside else 1 << 128


def _range(text: str) -> tuple[int, int]:
    start, dash, end = text.partition("-")
    if dash:
        return int(ipaddress.ip_address(start.strip())), int(ipaddress.ip_address(end.strip()))
    network = ipaddress.ip_network(_whole(text.partition(",")[0].strip()), strict=False)
    return int(network.network_address), int(network.broadcast_address)


def _whole(network: str) -> str:
    # LACNIC writes 200.160/20.
    base, slash, length = network.partition("/")
    missing = 3 - base.count(".") if ":" not in base else 0
    return base + ".0" * max(missing, 0) + slash + length


def _abuse(lines: list[str]) -> tuple[str, ...]:
    found = [email for line in lines if "abuse" in line[:200].lower() for email in _EMAIL.findall(line[:500])]
    return tuple(dict.fromkeys(found))


def _no_network(text: str, host: str) -> WireError:
    if _TOO_OFTEN.search(text[:10_000]):
        return WireError(f"{host} was asked too often")
    if re.search(r"no match|no entries|not found|no data", text[:10_000], re.IGNORECASE):
        return WireError(f"{host} knows nothing about this address", retryable=False)
    what = "something that does not describe a network" if text.strip() else "nothing"
    return WireError(f"{host} sent {what}")
