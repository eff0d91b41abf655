"""Lists of one entry a line: addresses, networks and ranges, or hashes; FireHOL and Spamhaus DROP are such lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tcpview_tui.lookup.lists import bulk
from tcpview_tui.lookup.lists.dates import claimed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tcpview_tui.lookup.lists.entries import Entries
    from tcpview_tui.lookup.lists.intake import Intake

_DIGEST = re.compile(r"\\?([0-9A-Fa-f]{64})(?:\s+\*?(.*))?\Z")
"""What sha256sum(1) writes: the hash, two spaces or a space and an asterisk, the file; a backslash before escapes."""

_TAGGED = re.compile(r"\\?SHA256 \((.*)\) = ([0-9A-Fa-f]{64})\Z")
"""What sha256sum --tag and the BSDs write."""

_REMARK = re.compile(r"[#;\s]")
"""What an entry ends at, also the end of a line as Windows writes it."""

_OTHER_DIGEST = re.compile(r"[0-9A-Fa-f]+(?:\s|\Z)")
_SHORTEST = 32
_OTHER = {32: "MD5 hash", 40: "SHA-1 hash", 96: "SHA-384 hash", 128: "SHA-512 hash"}
"""Hexadecimal digits of a hash that nothing here is compared with."""


def read(intake: Intake, entries: Entries) -> str:
    """Take every line; ``#`` and ``;`` begin a comment. Return the kind of list."""
    head = intake.head.decode("utf-8", "replace")
    entries.dated = claimed(head)
    for first, lines in intake.blocks():
        if not _take_alike(entries, lines, first):
            _one_by_one(entries, lines, first)
    return _kind(head, entries)


def _take_alike(entries: Entries, lines: Sequence[str], first: int) -> bool:
    """Take lines if all are of the form that the first one seems to have, and say whether they are."""
    if len(lines[0]) >= bulk.DIGITS and (found := bulk.digests(lines)):
        entries.add_digests(*found, range(first, first + len(lines)))
        return True
    keys = bulk.networks(lines)
    if keys is None and _REMARK.search(lines[0]):
        keys = bulk.networks([_without_remark(line) for line in lines])
    if keys:
        entries.add_networks(keys, lines, first)
    return keys is not None


def _without_remark(line: str) -> str:
    return line.partition("#")[0].partition(";")[0].rstrip()


def _one_by_one(entries: Entries, lines: Iterable[str], first: int) -> None:
    for number, line in enumerate(lines, first):
        text = line.strip()
        try:
            if len(text) < _SHORTEST or not _take_digest(entries, number, text):
                _take_address(entries, number, text)
        except ValueError:
            entries.refuse(number, text)


def _take_address(entries: Entries, number: int, line: str) -> None:
    text = _without_remark(line)
    if text:
        entries.add_address(text, 0, number, line)


def _take_digest(entries: Entries, number: int, line: str) -> bool:
    """Take a line that begins as a hash does, and say whether it does."""
    if digest := _DIGEST.match(line):
        entries.add_digest(digest[1], number, digest[2] or "")
    elif tagged := _TAGGED.match(line):
        entries.add_digest(tagged[2], number, tagged[1])
    elif (other := _OTHER_DIGEST.match(line)) and (name := _OTHER.get(len(other[0].rstrip()))):
        entries.ignored[name] += 1
    else:
        return False
    return True


def _kind(head: str, entries: Entries) -> str:
    if re.search(r"^[^#;\n]+;\s*SBL\d+", head, re.M):
        return "Spamhaus DROP, text"
    if re.search(r"^#.*\b(?:ipset|netset|FireHOL)\b", head, re.I | re.M):
        return "FireHOL netset or ipset"
    hashes = "SHA-256 hash" in entries.counts or bool(entries.ignored)
    addresses = entries.special or any(name.startswith("IPv") for name in entries.counts)
    return f"{'hashes' if hashes and not addresses else 'addresses and hashes' if hashes else 'addresses'}, one a line"
