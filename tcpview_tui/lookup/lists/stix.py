"""STIX 2.1 bundles: the indicators whose patterns ask for single addresses, networks or hashes, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Raw, Struct

from tcpview_tui.lookup.lists.dates import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.lookup.lists.documents import Document
    from tcpview_tui.lookup.lists.entries import Entries

KIND = "STIX 2.1 bundle"

_STRING = r"'(?:[^'\\]|\\.)*'"
_TOKEN = re.compile(
    rf"\s*(?:(?P<path>[a-z0-9-]+:[^\s=!<>\[\]()]+)\s*(?:=|ISSUBSET\b|IN\b)\s*"
    rf"(?P<values>{_STRING}|\(\s*{_STRING}(?:\s*,\s*{_STRING})*\s*\))|[\[\]()]|OR\b)\s*"
)
"""What a pattern that only lists values is made of (STIX 2.1 section 9.6): comparisons, brackets and OR."""

_VALUE = re.compile(_STRING)
_ADDRESSES = ("ipv4-addr:value", "ipv6-addr:value")
_DIGEST = re.compile(r"file:hashes\.['\"]?SHA-?256['\"]?\Z")


class _Object(Struct):
    type: str = ""
    name: str | None = None
    pattern: str = ""
    pattern_type: str = "stix"
    revoked: bool = False
    modified: str | None = None
    valid_until: str | None = None


def read(objects: Raw, document: Document, entries: Entries) -> None:
    """Take the indicators of a bundle. It counts as old as the youngest of them."""
    for line, each in document.each(objects, _Object):
        if each.type != "indicator":
            entries.ignored[f"STIX object that is no indicator: {each.type[:40]}"] += 1
        elif each.revoked:
            entries.ignored["revoked indicator"] += 1
        elif each.pattern_type != "stix" or (found := list(comparisons(each.pattern))) == []:
            entries.ignored["indicator whose pattern is more than a choice of values"] += 1
        else:
            _date(entries, each)
            for path, value in found:
                _take(entries, path, value, line, each)


def comparisons(pattern: str) -> Iterator[tuple[str, str]]:
    """Return path and value of each comparison, any of which fulfils the pattern; none when it asks for more."""
    at, found = 0, list[tuple[str, str]]()
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            return
        at = token.end()
        if token["path"]:
            found += ((token["path"], _plain(value)) for value in _VALUE.findall(token["values"]))
    yield from found


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


def _take(entries: Entries, path: str, value: str, line: int, of: _Object) -> None:
    until = f", valid until {of.valid_until}" if of.valid_until else ""
    remark = f"{of.name or ''}{until}".removeprefix(", ")
    try:
        if path in _ADDRESSES:
            entries.add_address(value, 0, line, f"{value} {remark}")
        elif _DIGEST.match(path):
            entries.add_digest(value, line, remark)
        else:
            entries.ignored[path[:60]] += 1
    except ValueError:
        entries.refuse(line, of.pattern)


def _date(entries: Entries, of: _Object) -> None:
    modified = moment(of.modified or "")
    if modified is not None:
        entries.dated = max(modified, entries.dated or modified)
