"""The registered country from the optional package iptocc, which brings the address registries' own lists along."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tcpview_tui.lookup.geo.place import NOWHERE, Place, read
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.metadata import PackagePath

    from tcpview_tui.model.address import Address


class Registry:
    """What the five registries (AFRINIC, APNIC, ARIN, LACNIC, RIPE NCC) say, as of the day the package was built."""

    folder, is_estimate = "the Python package", False
    kind = "lists of the address registries"
    tells = frozenset({"country"})

    def __init__(self, country_code: Callable[[str], Any], version: str, built: float) -> None:
        self._country_code = country_code
        self.name = f"iptocc {safe(version, 40)}"
        self.built, self.trouble = built, ""

    def place(self, address: Address) -> Place:
        """Return the registered country of an address; it takes some microseconds. Never raises, see `trouble`."""
        try:
            return read({"registered_country": {"iso_code": self._country_code(str(address))}})
        except Exception as error:  # noqa: BLE001 - who asks is the only thread that there is for places
            self.trouble = self.trouble or f"{self.name} failed first at {address}: {safe(type(error).__name__, 40)}."
            return NOWHERE


def installed() -> Registry | None:
    """Return the registries' lists if iptocc, version 3 or later, is installed; older ones load pandas."""
    from importlib import metadata  # 20 ms, and only the thread that opens the files waits

    try:
        version = metadata.version("iptocc")
        if int(version.partition(".")[0]) < 3:
            return None
        from iptocc import country_code
    except (ImportError, ValueError):
        return None
    return Registry(country_code, version, _built(metadata.files("iptocc") or ()))


def _built(files: Iterable[PackagePath]) -> float:
    """Return when the package was built, seconds UTC, as its bill of materials says (CycloneDX, PEP 770); 0 if not.

    Its data are renewed every night and built in, and say nothing of their day themselves.
    """
    for file in files:
        if file.name.endswith(".cyclonedx.json"):
            try:
                told = json.loads(file.read_text())["metadata"]["timestamp"]
                return datetime.fromisoformat(re.sub(r"\.\d+|Z$", "", told)).replace(tzinfo=UTC).timestamp()
            except (OSError, ValueError, LookupError, TypeError):
                return 0.0
    return 0.0
