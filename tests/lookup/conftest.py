"""No test here may talk to anything but this machine."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.lookup.settings import Lookup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT = 30.0
"""Seconds after which a test that waits for an event has failed; nothing waits that long when all is well."""


@dataclass
class FakeClock:
    now: float = 1_700_000_000.0
    since_start: float = 1000.0

    def wall(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.since_start

    def slept(self) -> float:
        return 0.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def no_hosts(tmp_path: Path) -> Path:
    return tmp_path / "no-hosts"


def _is_here(host: Any) -> bool:
    try:
        return host in {None, "localhost"} or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def contacted(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """Fail the test when anything but loopback is contacted or resolved; give the ports that were."""
    ports: set[int] = set()
    strangers: list[Any] = []

    def guard(owner: Any, name: str, where: int) -> None:
        real = getattr(owner, name)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            place = args[where]
            host, port = place[:2] if isinstance(place, tuple) else (place, None)
            if not _is_here(host):
                strangers.append(place)
                raise OSError(f"the test forbids contact with {place}")
            if isinstance(port, int) and port:
                ports.add(port)
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, guarded)

    guard(socket.socket, "connect", -1)
    guard(socket.socket, "sendto", -1)
    guard(socket, "getaddrinfo", 0)
    for variable in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)
    yield ports
    assert strangers == []


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings(**changes: Any) -> Lookup:
    return Lookup(**changes)
