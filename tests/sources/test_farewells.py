"""What the kernel says of real sockets that end, to whoever listens: no byte is told that nobody sent."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.sources.farewells import Farewells
from tests.sources.net import linux, tcp_pair, until

if TYPE_CHECKING:
    from tcpview_tui.model.traffic import Counters


@pytest.fixture
def farewells() -> Farewells:
    try:
        return Farewells()
    except OSError as error:
        pytest.skip(f"the kernel announces nothing: {error}")


def ended(farewells: Farewells, client_first: bool, sent: bytes = b"") -> dict[str, Counters]:
    """Return the last counters of both ends of a connection: ``client`` and ``server``."""
    with tcp_pair() as (server, client, accepted):
        ports = {client.getsockname()[1]: "client", server.getsockname()[1]: "server"}
        client.sendall(sent)
        assert not sent or accepted.recv(len(sent)) == sent
        first, second = (client, accepted) if client_first else (accepted, client)
        first.close()
        assert second.recv(1) == b""
        second.close()
        told: dict[str, Counters] = {}

        def both() -> bool:
            for each in farewells.drain():
                remote = each.ends.remote
                if remote and each.ends.local.port in ports and remote.port in ports:
                    told[ports[each.ends.local.port]] = each.measured.counters
            return len(told) == 2

        until(both)
    return told


@linux
@pytest.mark.parametrize("client_first", [True, False])
def test_who_was_sent_nothing_has_received_nothing(farewells: Farewells, client_first: bool) -> None:
    with closing(farewells):
        told = ended(farewells, client_first)
    assert {(each.received, each.sent) for each in told.values()} == {(0, 0)}


@linux
def test_who_was_sent_something_has_received_at_least_that(farewells: Farewells) -> None:
    """Nobody tells whether the FIN of the other end is among it."""
    with closing(farewells):
        told = ended(farewells, client_first=True, sent=b"hello")
    assert (told["client"].sent, told["server"].sent, told["client"].received) == (5, 0, 0)
    assert told["server"].received in (5, 6)
