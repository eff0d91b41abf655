"""Lists as CSV with a header, as abuse.ch publishes them: Feodo Tracker, SSL Blacklist, MalwareBazaar."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.lookup.lists.dates import claimed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.lookup.lists.entries import Entries
    from tcpview_tui.lookup.lists.intake import Intake

_ADDRESS = ("dst_ip", "dstip", "ip_address", "ip")
_PORT = ("dst_port", "dstport", "port")
_DIGEST = ("sha256_hash", "sha256")
"""Names of columns, in small letters; Feodo Tracker's are the first of each."""


class Columns(NamedTuple):
    """Where in a row the address, the port and the hash stand; `None` for one that is not there."""

    address: int | None
    port: int | None
    digest: int | None


def columns(line: str) -> Columns | None:
    """Return the columns that a header names, also one in a comment; `None` when the line is none."""
    if "," not in line:
        return None
    try:
        names = [name.strip().lower() for name in _cells(line.lstrip("# \t"))]
    except ValueError:
        return None
    found = Columns(_place(names, _ADDRESS), _place(names, _PORT), _place(names, _DIGEST))
    return None if found.address is None and found.digest is None else found


def _place(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def is_sheet(head: str) -> bool:
    """True when a header stands before or in place of the first row."""
    for line in head.split("\n"):
        if columns(line):
            return True
        if line.strip() and not line.lstrip().startswith("#"):
            return False
    return False


def read(intake: Intake, entries: Entries) -> str:
    """Take every row under the header. Return the kind of list."""
    entries.dated = claimed(intake.head.decode("utf-8", "replace"))
    where: Columns | None = None
    for number, line in intake.lines():
        if where is None:
            where = columns(line)
        elif line.strip() and not line.startswith("#"):
            try:
                _take(entries, where, _cells(line), number, line)
            except (ValueError, IndexError):
                entries.refuse(number, line)
    return "Feodo Tracker, CSV" if where and where.port is not None else "CSV with a header"


def _take(entries: Entries, where: Columns, cells: Sequence[str], number: int, line: str) -> None:
    if where.address is not None:
        port = cells[where.port].strip() if where.port is not None else ""
        entries.add_address(cells[where.address].strip(), int(port or 0), number, line)
    if where.digest is not None:
        digest = cells[where.digest].strip()
        entries.add_digest(digest, number, ", ".join(cell.strip() for cell in cells if cell.strip() != digest))


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line.strip()], skipinitialspace=True), [])
    except csv.Error as error:
        raise ValueError(str(error)) from error
