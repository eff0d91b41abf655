"""Reverse DNS: names for addresses, found in the background, never waited for."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from types import MappingProxyType
from typing import TYPE_CHECKING

from tcpview_tui.lookup.addresses import bare, classify
from tcpview_tui.lookup.hosts import HOSTS, NAME_LIMIT, Hosts
from tcpview_tui.lookup.patience import Patience
from tcpview_tui.model.address import parse
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import dns.resolver

    from tcpview_tui.clock import Clock
    from tcpview_tui.lookup.settings import Lookup

QUEUE_LIMIT = 10_000
"""Addresses that wait; what is wanted beyond that is not taken and has to be wanted again."""

KEPT_LIMIT = 65_536
"""Addresses remembered, with a name or without; those not wanted for longest go first."""

FOUND_SECONDS = 3600.0
NAMELESS_SECONDS = 600.0
FAILED_SECONDS = 60.0
"""How long a name, the knowledge that there is none, and a failure to find out are kept."""


class Names:
    """Names of the addresses that were wanted. Nothing is asked before the first `want`.

    `known` is a live view, address to name; look-ups in it are safe from any thread, but copy nothing out of it by
    iterating. `problem` is a sentence for the status line while names cannot be had. `on_change` gets what is new,
    address to name, or to ``""`` where a name is gone; an empty mapping when only `problem` changed. It is called
    from a look-up thread, by one at a time, and must not raise.

    Private, loopback and reserved addresses are looked up in the hosts file only, and with `offline` all are.
    """

    def __init__(
        self,
        settings: Lookup,
        clock: Clock,
        on_change: Callable[[Mapping[str, str]], None],
        *,
        offline: bool = False,
        hosts: Path = HOSTS,
    ) -> None:
        self.problem: str | None = None
        self._names: dict[str, str] = {}
        self.known: Mapping[str, str] = MappingProxyType(self._names)
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._offline = offline
        self._hosts = Hosts(hosts)
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._queue: deque[str] = deque()
        self._waiting: set[str] = set()
        self._expiry: OrderedDict[str, float] = OrderedDict()
        self._workers = 0
        self._resolver: dns.resolver.Resolver | None = None
        self._patience = Patience()
        self._news: dict[str, str] | None = None
        self._announcing = False
        self._closed = False

    def want(self, addresses: Iterable[str] = ()) -> None:
        """Queue the addresses whose names are not known, or not known any more, and return at once.

        Call it with every sample, if need be with nothing: that is what ends the pause after a server's failure.
        """
        with self._lock:
            now = self._clock.monotonic()
            for address in addresses:
                self._enqueue(address, now)
            self._hire(now)

    def wait(self, seconds: float) -> bool:
        """Wait until no query is under way, at most so many seconds; return whether that is so."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._workers, seconds)

    def close(self) -> None:
        """Ask nothing more and report nothing more. Queries under way are left to their time-outs, not waited for."""
        with self._lock:
            self._closed = True
            self._queue.clear()

    def _enqueue(self, address: str, now: float) -> None:
        expiry = self._expiry.get(address)
        if expiry is not None:
            self._expiry.move_to_end(address)
        fresh = expiry is not None and now < expiry
        if fresh or address in self._waiting or len(self._queue) >= QUEUE_LIMIT or self._closed or not parse(address):
            return
        self._waiting.add(address)
        self._queue.append(address)

    def _places(self, now: float) -> int:
        return self._patience.places(now, self._settings.name_parallel)

    def _hire(self, now: float) -> None:
        for _ in range(min(self._places(now) - self._workers, len(self._queue))):
            try:
                threading.Thread(target=self._work, name="names", daemon=True).start()
            except RuntimeError:  # no further thread is to be had now; every `want` tries again
                return
            self._workers += 1

    def _work(self) -> None:
        while (address := self._next()) is not None:
            name, seconds = self._find(address)
            self._settle(address, name, seconds)
            self._announce()

    def _next(self) -> str | None:
        with self._lock:
            if self._queue and self._workers <= self._places(self._clock.monotonic()):
                return self._queue.popleft()
            self._workers -= 1
            self._idle.notify_all()
            return None

    def _find(self, address: str) -> tuple[str | None, float]:
        """Return the name, ``""`` for none or `None` for not found out, and how long to keep that."""
        local = self._hosts.name(address)
        if local or self._offline or classify(address):
            return local or "", NAMELESS_SECONDS
        from tcpview_tui.lookup.resolver import NoServerError, reverse_name

        try:
            name = reverse_name(self._dns(), bare(address))
        except NoServerError as error:
            self._fail(f"names: {error}", hopeless=True)
        except TimeoutError:
            self._fail(f"names: {self._server()} does not answer")
        except ConnectionError:
            self._fail(f"names: {self._server()} refuses or answers with errors only")
        else:
            self._recover()
            return (safe(name, NAME_LIMIT), FOUND_SECONDS) if name else ("", NAMELESS_SECONDS)
        return None, FAILED_SECONDS

    def _dns(self) -> dns.resolver.Resolver:
        from tcpview_tui.lookup.resolver import make_resolver

        resolver = self._resolver
        if resolver is None:
            self._resolver = resolver = make_resolver(self._settings.dns_server, self._settings.name_timeout)
        return resolver

    def _server(self) -> str:
        return f"DNS server {self._settings.dns_server}" if self._settings.dns_server else "this machine's DNS server"

    def _fail(self, problem: str, hopeless: bool = False) -> None:
        with self._lock:
            if self._patience.fail(self._clock.monotonic(), hopeless):
                self._resolver = None  # the machine may get another DNS server meanwhile
                self._report(problem)

    def _recover(self) -> None:
        with self._lock:
            self._patience.recover()
            self._report(None)

    def _report(self, problem: str | None) -> None:
        if problem != self.problem:
            self.problem = problem
            self._news = self._news or {}

    def _settle(self, address: str, name: str | None, seconds: float) -> None:
        with self._lock:
            now = self._clock.monotonic()
            self._waiting.discard(address)
            self._expiry[address] = now + seconds
            self._expiry.move_to_end(address)
            if name is not None and name != self._names.get(address, ""):
                self._store(address, name)
            while len(self._expiry) > KEPT_LIMIT:
                self._names.pop(self._expiry.popitem(last=False)[0], None)
            if not self._closed:
                self._hire(now)

    def _store(self, address: str, name: str) -> None:
        if name:
            self._names[address] = name
        else:
            self._names.pop(address, None)
        self._news = {**(self._news or {}), address: name}

    def _announce(self) -> None:
        with self._lock:
            if self._announcing:  # whoever is announcing will find the news of this thread too
                return
            self._announcing = True
        while (news := self._take_news()) is not None:
            self._on_change(news)

    def _take_news(self) -> dict[str, str] | None:
        with self._lock:
            news, self._news = self._news, None
            if news is None or self._closed:
                self._announcing = False
                return None
            return news
