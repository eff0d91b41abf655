"""The columns, each declared once: the table, sorting, the filter language, exports and help are made from this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tcpview_tui import text
from tcpview_tui.model import address
from tcpview_tui.model.column import Column, Context, Cut, ServiceName
from tcpview_tui.model.connection import KERNEL_STATES
from tcpview_tui.model.container import container_of
from tcpview_tui.model.place_columns import PLACE_COLUMNS
from tcpview_tui.model.traffic_columns import TRAFFIC_COLUMNS

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row

__all__ = ["BY_ID", "COLUMNS", "Column", "Context", "Cut", "ServiceName"]


def _owner(attribute: str) -> Callable[[Row, Context], Any]:
    def value(row: Row, _: Context) -> Any:
        owner = row.owner
        return None if owner is None else getattr(owner, attribute)

    return value


def _shown(value: Callable[[Row, Context], Any], absent: str = "") -> Callable[[Row, Context], str]:
    def shown(row: Row, context: Context) -> str:
        fact = value(row, context)
        return absent if fact is None else str(fact)

    return shown


def _folded(value: Callable[[Row, Context], Any]) -> Callable[[Row, Context], Any]:
    def folded(row: Row, context: Context) -> Any:
        fact = value(row, context)
        return None if fact is None else _casefold(fact)

    return folded


_casefold = lru_cache(8192)(str.casefold)


def _nobody(row: Row) -> str:
    return "-" if row.connection.state in KERNEL_STATES else "?"


def _process_text(row: Row, _: Context) -> str:
    owner = row.owner
    if owner is None:
        return _nobody(row)
    more = f" +{len(row.owners) - 1}" if len(row.owners) > 1 else ""
    return f"({owner.name}{more})" if row.owners_past else owner.name + more


def _pid_text(row: Row, _: Context) -> str:
    return str(row.owner.pid) if row.owner else _nobody(row)


def _remote_address(row: Row, _: Context) -> str | None:
    remote = row.connection.remote
    return None if remote is None else remote.address


def _remote_port(row: Row, _: Context) -> int | None:
    remote = row.connection.remote
    return None if remote is None else remote.port


def _remote_order(row: Row, _: Context) -> Any:
    remote = row.connection.remote
    return None if remote is None else address.order(remote.address)


def _remote_name(row: Row, context: Context) -> str | None:
    remote = row.connection.remote
    return None if remote is None else context.names.get(remote.address)


def _age(row: Row, context: Context) -> float:
    return max((row.closed_at or context.now) - row.first_seen, 0.0)


def _age_text(row: Row, context: Context) -> str:
    seconds = _age(row, context)
    if row.is_brief:
        return "?"
    if row.is_closed and row.connection.opened_at is not None and seconds < 1:
        return f"{seconds * 1000:.0f}ms" if seconds < 0.0995 else f"{seconds:.1f}s"
    shown = _lived(seconds) if row.is_closed else text.age(seconds)
    if not row.preexisting:
        return shown
    return ">0m" if shown == text.age(0) else f">{shown}"


def _lived(seconds: float) -> str:
    """Return a duration that does not change any more, so that seconds cost nothing: ``14s``, ``7m``, ``3h``."""
    return f"{int(seconds)}s" if seconds < 60 else text.age(seconds)


def _closed_text(row: Row, _: Context) -> str:
    return "" if row.closed_at is None else text.local_time(row.closed_at)


def _container(row: Row, _: Context) -> str | None:
    return container_of(row)


def _finding(row: Row, context: Context) -> str | None:
    """Return the title of the gravest finding, and how many more there are."""
    found = context.findings(row)
    if not found:
        return None
    return found[0].title + (f" +{len(found) - 1}" if len(found) > 1 else "")


def _gravity(row: Row, context: Context) -> Any:
    found = context.findings(row)
    return (-found[0].severity, found[0].rule) if found else None


_name, _pid, _user, _service = (_owner(a) for a in ("name", "pid", "user", "service"))


def _booked_to(row: Row, _: Context) -> str | None:
    """Return the user of the process; of an unknown process, the one the kernel books the socket to."""
    owner = row.owner
    return row.connection.user if owner is None else owner.user


_path, _command = _owner("executable"), _owner("command_line")

COLUMNS: tuple[Column, ...] = (
    Column(
        "process", "Process", "Process",
        "Process that has the socket. (name): it had it, nobody has it now. ?: unknown. -: no process, by design.",
        1, 12, 24, _name, _process_text, _folded(_name),
    ),
    Column("pid", "PID", "PID", "Process id.", 2, 7, 7, _pid, _pid_text, right=True),
    Column(
        "user", "User", "User", "User the process runs as; of an unknown process, the user of the socket.",
        13, 8, 12, _booked_to, _shown(_booked_to), _folded(_booked_to),
    ),
    Column(
        "service", "Service", "Service", "systemd unit or container the process runs for, from its cgroup.",
        14, 12, 24, _service, _shown(_service), _folded(_service),
    ),
    Column(
        "proto", "Protocol", "Prot", "TCP or UDP; 6 marks IPv6.",
        10, 4, 8, lambda r, _: r.connection.protocol, lambda r, _: r.connection.protocol,
    ),
    Column(
        "state", "State", "State", "TCP state (RFC 9293); of a closed row, the last one seen. UDP has none.",
        3, 12, 12, lambda r, _: r.connection.state.value or None, lambda r, _: r.connection.state.value,
    ),
    Column(
        "dir", "Direction", "Dir",
        "Who opened it: in, the other end; out, this one. Where nothing proves it: in, if somebody listened there.",
        11, 6, 9, lambda r, _: r.direction, lambda r, _: r.direction[:6],
    ),
    Column(
        "local", "Local address", "Local", "Address at this end.",
        8, 15, 39, lambda r, _: r.connection.local.address, lambda r, _: r.connection.local.address,
        lambda r, _: address.order(r.connection.local.address), cut="middle",
    ),
    Column(
        "lport", "Local port", "LPort", "Port at this end.",
        7, 5, 10, lambda r, _: r.connection.local.port, lambda r, _: str(r.connection.local.port), right=True,
    ),
    Column(
        "remote", "Remote address", "Remote", "Address at the other end; * when nobody is connected.",
        4, 15, 39, _remote_address, _shown(_remote_address, "*"), _remote_order, cut="middle",
    ),
    Column(
        "rport", "Remote port", "RPort", "Port at the other end.",
        5, 5, 11, _remote_port, _shown(_remote_port, "*"), right=True,
    ),
    Column(
        "host", "Remote name", "Name", "Name of the remote address by reverse DNS, once asked for.",
        12, 18, 48, _remote_name, _shown(_remote_name), cut="start",
    ),
    Column(
        "finding", "Finding", "Finding", "The gravest finding, and how many more there are. Details say why.",
        9, 24, 34, _finding, _shown(_finding), _gravity, cut="middle",
    ),
    *PLACE_COLUMNS,
    *TRAFFIC_COLUMNS,
    Column(
        "seen", "First seen", "Seen", "Local time of the first look that saw it.",
        16, 8, 19, lambda r, _: r.first_seen, lambda r, _: text.local_time(r.first_seen),
    ),
    Column(
        "closed", "Closed", "Closed", "Local time of the first look that missed it; empty while it is open.",
        6, 8, 19, lambda r, _: r.closed_at, _closed_text,
    ),
    Column(
        "age", "Age", "Age",
        "Time since first seen; once closed, how long it lived. >: it was there before this program started. "
        "?: it opened and closed between two looks.",
        15, 4, 5, _age, _age_text, lambda r, _: -r.first_seen, right=True,
    ),
    Column(
        "path", "Path", "Path", "Executable file of the process.",
        18, 20, 60, _path, _shown(_path), _folded(_path), cut="middle",
    ),
    Column(
        "container", "Container", "Contain", "Container of the process; else the network namespace, by name or inode.",
        19, 12, 32, _container, _shown(_container), _folded(_container),
    ),
    Column(
        "cmd", "Command", "Command", "Command line of the process.",
        17, 20, 120, _command, _shown(_command), _folded(_command),
    ),
)  # fmt: skip

BY_ID: Mapping[str, Column] = {column.id: column for column in COLUMNS}
