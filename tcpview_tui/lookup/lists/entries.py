"""The entries of one list: taken one by one, counted, and found again."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate, compress, count, islice
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.lookup.lists.networks import are_special, is_special, key, keys_around, networks
from tcpview_tui.lookup.lists.tables import Table
from tcpview_tui.text import TEXT_LIMIT, safe, safe_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tcpview_tui.lookup.lists.networks import Network
    from tcpview_tui.lookup.lists.tables import Place

SHOWN = 160
"""Characters kept of an entry as it is written: enough for an IPv6 range and a remark."""

_FIRST = 5
"""Lines named of those that were not understood."""

_SAME = 8
"""Entries of one list that are told of one address: who repeats a line a million times is not repeated."""


class ListError(Exception):
    """A file is no list that can be used: a sentence, safe to print, that begins with “it”."""


class Line(NamedTuple):
    """A line that is told of, by its number from 1; its text is safe."""

    number: int
    text: str


class Entries:
    """What a list names. `ignored` counts what is not looked for, by why not.

    `special` counts entries that can never match, and `broken` lines that were not understood; the first of each are
    kept. `dated` is when the list was made by its own word, in seconds UTC.
    """

    def __init__(self) -> None:
        self.ignored: Counter[str] = Counter()
        self.special = self.broken = 0
        self.first_special: list[Line] = []
        self.first_broken: list[Line] = []
        self.dated: float | None = None
        self._networks = {4: Table(4 + 1), 16: Table(16 + 1)}
        self._prefixes: dict[int, Counter[int]] = {4: Counter(), 16: Counter()}
        self._ranges: Counter[int] = Counter()
        self._digests = Table(32)
        self._texts = bytearray()

    def add_address(self, text: str, port: int, line: int, written: str) -> None:
        """Take an address, network or range with all its ports (0) or one. ValueError when it is none."""
        if port and not 0 < port <= 65535:
            raise ValueError("there is no such port")
        found = networks(text)
        if len(found) > 1:
            self._add_range(found, port, line, written)
        else:
            self._add_one(*found[0], port, line, written)

    def add_networks(self, keys: Sequence[bytes], lines: Sequence[str], first: int) -> None:
        """Take lines, the first of which has that number, with the `networks.key` of each, all of one version."""
        size = len(keys[0]) - 1
        passed = are_special(keys)
        for line, written in compress(enumerate(lines, first), passed):
            self._pass_by(line, written)
        taken = [not each for each in passed]
        useful = list(compress(keys, taken))
        self._prefixes[size].update([each[size] for each in useful])
        self._networks[size].extend(useful, compress(count(first), taken), compress(self._keep_all(lines), taken))

    def _add_one(self, packed: bytes, prefix: int, port: int, line: int, written: str) -> None:
        if is_special(packed, prefix):
            self._pass_by(line, written)
        else:
            self._add_network(packed, prefix, port, line, self._keep(written))
            self._prefixes[len(packed)][prefix] += 1

    def _add_range(self, found: Iterable[Network], port: int, line: int, written: str) -> None:
        useful = [each for each in found if not is_special(*each)]
        if not useful:
            self._pass_by(line, written)
            return
        start = self._keep(written)
        for packed, prefix in useful:
            self._add_network(packed, prefix, port, line, start)
            self._prefixes[len(packed)][prefix] += 0  # it is looked for, and counts as the range that it is a piece of
        self._ranges[len(packed)] += 1

    def _add_network(self, packed: bytes, prefix: int, port: int, line: int, text: int) -> None:
        self._networks[len(packed)].add(key(packed, prefix), port, line, text)

    def _pass_by(self, line: int, written: str) -> None:
        self.special += 1
        _note(self.first_special, line, written)

    def add_digest(self, sha256: str, line: int, remark: str) -> None:
        """Take a SHA-256 in 64 hexadecimal digits, and what is said of it. ValueError when it is none."""
        digest = bytes.fromhex(sha256)
        if len(sha256) != 64 or len(digest) != 32:
            raise ValueError("a SHA-256 has 64 digits")
        self._digests.add(digest, 0, line, self._keep(remark))

    def add_digests(self, digests: Sequence[bytes], remarks: Sequence[str], lines: Iterable[int]) -> None:
        """Take SHA-256 of 32 bytes each, what is said of each, and its line."""
        self._digests.extend(digests, lines, self._keep_all(remarks))

    @property
    def counts(self) -> dict[str, int]:
        """How many entries can match, by kind, in words of which the last takes the plural."""
        found = {"SHA-256 hash": len(self._digests)}
        for name, size in (("IPv4", 4), ("IPv6", 16)):
            by_prefix = dict(self._prefixes[size])
            found[f"{name} address"] = by_prefix.pop(8 * size, 0)
            found |= {f"{name} network": sum(by_prefix.values()), f"{name} range": self._ranges[size]}
        return {kind: number for kind, number in found.items() if number}

    @property
    def has_digests(self) -> bool:
        """Whether there is any hash of a program."""
        return len(self._digests) > 0

    @property
    def understood(self) -> int:
        """How many entries were understood, also those that never match or are not looked for."""
        return sum(self.counts.values()) + self.special + self.ignored.total()

    def refuse(self, line: int, text: str) -> None:
        """Count a line that was not understood."""
        self.broken += 1
        _note(self.first_broken, line, text)

    def of_address(self, packed: bytes, port: int | None) -> Iterator[tuple[int, str]]:
        """Return line and text of the entries that hold an address, the narrowest first.

        An entry with a port is for that port alone; without a `port`, any will do.
        """
        table = self._networks[len(packed)]
        for network in keys_around(packed, sorted(self._prefixes[len(packed)], reverse=True)):
            places = table.find(network)
            fitting = (place for place in places if not place.port or port is None or place.port == port)
            for place in islice(fitting, _SAME):
                yield place.line, self._text(place)

    def of_digest(self, digest: bytes) -> Iterator[tuple[int, str]]:
        """Return line and text of the entries for the 32 bytes of a SHA-256."""
        for place in islice(self._digests.find(digest), _SAME):
            yield place.line, f"{digest.hex()} {self._text(place)}".rstrip()

    def _keep(self, text: str) -> int:
        """Keep the text of an entry that can match, and return where it begins."""
        start = len(self._texts)
        self._texts += _encoded(f"{text[:SHOWN]}\n")
        return start

    def _keep_all(self, texts: Iterable[str]) -> list[int]:
        """Keep the texts of many entries, and return where each begins, and where the next one will."""
        lines = [f"{text[:SHOWN]}\n" for text in texts]
        whole = "".join(lines)
        sizes = map(len, lines) if whole.isascii() else (len(_encoded(line)) for line in lines)
        starts = list(accumulate(sizes, initial=len(self._texts)))
        self._texts += _encoded(whole)
        return starts

    def _text(self, place: Place) -> str:
        return safe_bytes(bytes(self._texts[place.text : self._texts.index(b"\n", place.text)]).strip(), SHOWN)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _note(lines: list[Line], number: int, text: str) -> None:
    if len(lines) < _FIRST:
        lines.append(Line(number, _shown(text.strip())))


def _shown(text: str) -> str:
    """Return the text of a line, cut; of a long one the length is not known, since the reading may have cut it, too."""
    if len(text) <= TEXT_LIMIT:
        return safe(text, SHOWN)
    told = f"… (more than {TEXT_LIMIT} characters)"
    return safe(text[:SHOWN])[: SHOWN - len(told)] + told
