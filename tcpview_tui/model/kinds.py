"""The kinds of value that the fields of the filter language have: what is expected of them, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tcpview_tui.text import SIZE_UNITS


def _natural(limit: int) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        return int(text) if re.fullmatch(r"[0-9]{1,10}", text) and int(text) <= limit else None

    return read


def _seconds(text: str) -> float | None:
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhd]?)", text.lower())
    return float(found[1]) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[found[2]] if found else None


def _size(text: str) -> float | None:
    found = re.fullmatch(rf"([0-9]{{1,18}}(?:\.[0-9]{{1,9}})?)([{SIZE_UNITS}]?)(?:i?b)?", text, re.IGNORECASE)
    return float(found[1]) * 1024 ** (SIZE_UNITS.lower().find(found[2].lower() or "-") + 1) if found else None


def _delay(text: str) -> float | None:
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(us|ms|s|)", text.lower())
    return float(found[1]) * {"us": 0.001, "ms": 1, "": 1, "s": 1000}[found[2]] if found else None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `number` reads a value that has an order; None from it: this is no such value.

    `exact` is false where a fact is measured so finely that equality would never hold.
    """

    name: str
    help: str
    expected: str
    number: Callable[[str], float | None] | None = None
    exact: bool = True


TEXT = Kind("text", "A part of it, in any case.", "a text, in quotes when it has spaces")
CHOICE = Kind("choice", "One of the listed values; - and _ make no difference.", "one of the listed values")
FLAG = Kind("flag", "One of the listed flags.", "one of the listed flags")
ADDRESS = Kind(
    "address",
    "An address, a network like 10.0.0.0/8, or the beginning of an address.",
    "an address, a network like 10.0.0.0/8 or a beginning like 10.0. (ports: lport and rport, names: host)",
)
NUMBER = Kind(
    "number",
    "A number, a range 100-200, or a comparison with < <= > >=.",
    "a number or a range like 100-200",
    _natural(2**32 - 1),
)
PORT = Kind(
    "port",
    "A number from 0 to 65535, a range 1024-2048, or a comparison with < <= > >=.",
    "a number from 0 to 65535 or a range like 1024-2048",
    _natural(2**16 - 1),
)
DURATION = Kind(
    "duration",
    "A comparison with < <= > >= or a range 1m-1h; units s (default), m, h, d.",
    "a comparison like <60 or >=5m, or a range like 1m-1h (units s, m, h, d)",
    _seconds,
    exact=False,
)

SIZE = Kind(
    "size",
    "A comparison with < <= > >=, a range 1k-1M or 0; in bytes, units k, M, G, T, each 1024 times the one before.",
    "a comparison like >1M or <=500k, or a range like 1k-1M (bytes; units k, M, G, T)",
    _size,
)
DELAY = Kind(
    "delay",
    "A comparison with < <= > >= or a range 10-50; units us, ms (default), s.",
    "a comparison like >100 or <=1s, or a range like 10ms-50ms (units us, ms, s)",
    _delay,
    exact=False,
)
SEVERITY = Kind(
    "severity",
    "low, medium or high, or a comparison with < <= > >=.",
    "low, medium or high, or a comparison like >=medium",
    lambda text: {"low": 1, "medium": 2, "high": 3}.get(text.lower()),
)
ASN = Kind(
    "number",
    "A number, AS15169 or 15169, a range, or a comparison with < <= > >=.",
    "a number like 15169 or AS15169, or a range like 64512-65534",
    lambda text: _natural(2**32 - 1)(text.upper().removeprefix("AS")),
)
