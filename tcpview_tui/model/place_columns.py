"""The columns that tell of which country a remote address is and who announces it, from the user's own files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.column import Column, Context

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row


def _fact(name: str) -> Callable[[Row, Context], Any]:
    def value(row: Row, context: Context) -> Any:
        remote = row.connection.remote
        place = None if remote is None else context.place(remote.address)
        return None if place is None else getattr(place, name)

    return value


def _shown(value: Callable[[Row, Context], Any], sign: str = "") -> Callable[[Row, Context], str]:
    def shown(row: Row, context: Context) -> str:
        fact = value(row, context)
        return "" if fact is None else f"{sign}{fact}"

    return shown


_country, _asn, _organisation = _fact("country"), _fact("asn"), _fact("organisation")


def _folded(row: Row, context: Context) -> Any:
    name = _organisation(row, context)
    return None if name is None else name.casefold()


PLACE_COLUMNS: tuple[Column, ...] = (
    Column(
        "country", "Registered country", "Ctry",
        "Country where the remote network is registered (ISO 3166-1), by a file of yours. It can be used elsewhere. "
        "DB-IP Lite and IPinfo Lite tell where they think it is used instead.",
        30, 4, 4, _country, _shown(_country),
    ),
    Column(
        "asn", "AS number", "ASN", "Number of the autonomous system that announces the remote network.",
        31, 8, 12, _asn, _shown(_asn, "AS"), right=True,
    ),
    Column(
        "org", "Organisation", "Org", "Holder of that autonomous system; its customers use it, too.",
        32, 16, 40, _organisation, _shown(_organisation), _folded,
    ),
)  # fmt: skip

PLACES = {"country": "country", "asn": "asn", "org": "organisation"}
"""The fact of a place by the id of its column."""
