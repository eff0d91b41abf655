"""Grouping: what rows can have in common, each declared once, and the lines that come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.model import address
from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.model.container import container_of
from tcpview_tui.model.process import label
from tcpview_tui.model.traffic import Flow

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.connection import Key, Transport
    from tcpview_tui.model.order import SortKey
    from tcpview_tui.model.row import Mark, Row

_PREFIX_4, _PREFIX_6 = 24, 48
"""Bits of a network that mostly has one owner: the longest prefixes that are routed (RFC 7454 section 6.1.3)."""

_NOWHERE = "not connected"


class GroupKey(NamedTuple):
    """What identifies a group for as long as it has rows; never equal to the key of a connection."""

    grouping: str
    value: Hashable


@dataclass(frozen=True, slots=True)
class Grouping:
    """One thing rows can have in common. `order` gives the sort key of a value, `label` how people read it."""

    id: str
    title: str
    value: Callable[[Row], Hashable]
    label: Callable[[Any, Context], str]
    order: Callable[[Any], Any]


class Counts(NamedTuple):
    """How many rows of a group are in each state without those that are closed, have each mark, and are closed."""

    states: list[tuple[State, int]]
    marks: Mapping[Mark, int]
    closed: int


class Group:
    """The rows that have one value in common, in their order, and the line that stands for them."""

    # There can be 100,000 of them.
    __slots__ = ("_carried", "_counted", "_grouping", "entries", "is_open", "key", "place")

    def __init__(self, grouping: Grouping, value: Hashable) -> None:
        self.key = GroupKey(grouping.id, value)
        self.entries: list[Entry] = []
        self.is_open = False
        self.place = (-1, (grouping.order(value), repr(value)))  # two values with one order never change places
        self._grouping = grouping
        self._counted: tuple[list[Entry], Counts] | None = None
        self._carried: tuple[list[Entry], float, Flow] | None = None

    def label(self, context: Context) -> str:
        """Return what the rows have in common, as people read it."""
        return self._grouping.label(self.key.value, context)

    @property
    def rows(self) -> list[Row]:
        """The rows, in their order."""
        return [row for _, _, row, _ in self.entries]

    @property
    def counts(self) -> Counts:
        """The rows in numbers, counted when they are asked for: of 100,000 groups a screen shows forty."""
        if self._counted is None or self._counted[0] is not self.entries:
            rows = self.rows
            found = Counter(row.connection.state for row in rows if not row.is_closed)
            states = [(state, found[state]) for state in State if state in found]
            counts = Counts(states, Counter(row.mark for row in rows), sum(row.is_closed for row in rows))
            self._counted = (self.entries, counts)
        return self._counted[1]

    def flow(self, context: Context) -> Flow:
        """Return what the rows that are not closed carry, added up once for each moment that is shown: a key that is
        pressed in a group of 100,000 does not wait for it."""
        if self._carried is None or self._carried[0] is not self.entries or self._carried[1] != context.now:
            gauges = [context.gauges.get(row.connection.key) for row in self.rows if not row.is_closed]
            known = [gauge for gauge in gauges if gauge is not None]
            flow = Flow(sum(gauge.receiving for gauge in known), sum(gauge.sending for gauge in known))
            self._carried = (self.entries, context.now, flow)
        return self._carried[2]

    def begin(self, first: Entry, opened: Collection[GroupKey]) -> None:
        """Forget the rows; `first` is the first of those that come."""
        self.entries = []
        self.is_open = bool(opened) and self.key in opened
        rank = first[0][0]
        if rank != self.place[0]:
            self.place = (rank, self.place[1])


Entry = tuple["SortKey", "Key", "Row", Hashable]
"""A row with its place, its key and the value it is grouped by.

The key stands beside the row because 100,000 property calls are what a frame can be lost on.
"""

Line = tuple["SortKey", "Key", "Row | Group", Hashable]
"""An entry, or a heading with its own key."""


Groups = dict[Hashable, Group]


class Arranger:
    """Makes lines of entries. It keeps the groups from one time to the next: making 100,000 of them would be felt."""

    def __init__(self) -> None:
        self._grouping: Grouping | None = None
        self._groups: Groups = {}

    def arrange(
        self, entries: Iterable[Entry], grouping: Grouping, opened: Collection[GroupKey], *, by_rank: bool
    ) -> list[Line]:
        """Return headings, and below each open one its rows.

        Groups stand in the order of their first rows; with `by_rank`, where that order would follow any change of a
        row, in the order of the first part of its place and then of their own values.
        """
        before: Groups = self._groups if grouping is self._grouping else {}
        groups: Groups = {}
        for entry in entries:
            value = entry[3]
            group = groups.get(value)
            if group is None:
                group = groups[value] = before.get(value) or Group(grouping, value)
                group.begin(entry, opened)
            group.entries.append(entry)
        self._grouping, self._groups = grouping, groups
        lines: list[Line] = []
        for group in sorted(groups.values(), key=attrgetter("place")) if by_rank else groups.values():
            lines.append(((), group.key, group, None))
            if group.is_open:
                lines += group.entries
        return lines


def _process(row: Row) -> Hashable:
    owner = row.owner
    if owner is None:
        return (None, 0 if row.connection.state in KERNEL_STATES else 1, None)
    return (owner.name, owner.pid, owner.started)


def _process_label(value: tuple[str | None, int, float | None], _: Context) -> str:
    name, pid = value[:2]
    if name is None:
        return "? unknown process" if pid else "- no process, by design"
    return label(name, pid)


def _process_order(value: tuple[str | None, int, float | None]) -> Any:
    name, pid, started = value
    return (name is None, (name or "").casefold(), pid, started or 0.0)


def _remote(row: Row) -> str | None:
    remote = row.connection.remote
    return None if remote is None else remote.address


def _place_label(value: str | None, _: Context) -> str:
    return value or _NOWHERE


def _network(row: Row) -> str | None:
    remote = row.connection.remote
    return None if remote is None else _network_of(remote.address)


@lru_cache(65_536)
def _network_of(text: str) -> str:
    found = address.parse(text)
    if found is None:
        return text
    if found.is_loopback:
        return "127.0.0.0/8" if isinstance(found, IPv4Address) else "::1/128"
    if isinstance(found, IPv4Address):
        return str(IPv4Network((int(found), _PREFIX_4), strict=False))
    return str(IPv6Network((int(found), _PREFIX_6), strict=False))


def _port(row: Row) -> Hashable:
    connection = row.connection
    end = connection.remote if row.direction == "out" and connection.remote else connection.local
    return (end.port, connection.transport)


def _port_label(value: tuple[int, Transport], context: Context) -> str:
    port, transport = value
    return f"{transport.upper()} {port} {context.service_name(transport, port) or ''}".rstrip()


GROUPINGS: tuple[Grouping, ...] = (
    Grouping("process", "Process", _process, _process_label, _process_order),
    Grouping("remote", "Remote address", _remote, _place_label, lambda v: (not v, address.order(v or "::"))),
    Grouping(
        "network", "Remote network", _network, _place_label,
        lambda v: (not v, address.order((v or "::").partition("/")[0])),
    ),
    Grouping(
        "service", "Service (unit or container)", lambda row: row.owner.service if row.owner else None,
        lambda v, _: v or "none known", lambda v: (not v, (v or "").casefold()),
    ),
    Grouping(
        "container", "Container or network namespace", container_of,
        lambda v, _: v or "none known", lambda v: (not v, (v or "").casefold()),
    ),
    Grouping("port", "Port of the service", _port, _port_label, lambda v: v),
    Grouping(
        "state", "State", lambda row: row.connection.state, lambda v, _: v.label, list(State).index,
    ),
)  # fmt: skip

GROUPING_BY_ID: Mapping[str, Grouping] = {grouping.id: grouping for grouping in GROUPINGS}
