"""The Whois desk: takes a question, answers later from another thread, and never later than agreed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tcpview_tui.lookup.addresses import bare
from tcpview_tui.lookup.whois import WhoisAnswer, WhoisFailure, local_answer, look_up
from tcpview_tui.text import duration, safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcpview_tui.clock import Clock
    from tcpview_tui.lookup.cache import WhoisCache
    from tcpview_tui.lookup.settings import Lookup

Reply = WhoisAnswer | WhoisFailure


class Inquiry:
    """One question under way. Its asker hears exactly one reply, or none after `cancel`."""

    def __init__(self, done: Callable[[Reply], None]) -> None:
        self._done: Callable[[Reply], None] | None = done
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def cancel(self) -> None:
        """Give up: no reply begins after this returns. One that is being delivered at this moment cannot be undone."""
        self._take()

    def _limit(self, seconds: float, reply: Reply) -> None:
        # A Timer, because a thread stuck in a socket or in the system's resolver cannot be interrupted, only left.
        timer = threading.Timer(seconds, self._deliver, (reply,))
        timer.daemon = True
        timer.name = "whois-limit"
        with self._lock:
            self._timer = timer
        timer.start()

    def _deliver(self, reply: Reply) -> None:
        done = self._take()
        # Not under the lock: `done` may wait for a thread that is inside `cancel`.
        if done:
            done(reply)

    def _take(self) -> Callable[[Reply], None] | None:
        with self._lock:
            done, self._done = self._done, None
            if self._timer:
                self._timer.cancel()
        return done


class WhoisDesk:
    """Answers questions about addresses: from here, from the cache, or from the network.

    Its threads are daemons and nobody joins them, so leaving the program never waits for a look-up. With `offline`
    nothing is ever sent.
    """

    def __init__(
        self, settings: Lookup, clock: Clock, cache: WhoisCache | None = None, *, offline: bool = False
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._cache = cache
        self._offline = offline

    def ask(self, address: str, done: Callable[[Reply], None], *, fresh: bool = False) -> Inquiry:
        """Ask about `address` and return at once; `done` is called once, from another thread, within `whois_timeout`.

        `fresh` passes over the cache. An answer that comes too late, or after `Inquiry.cancel`, is kept in the cache
        only. `done` must not raise.
        """
        inquiry = Inquiry(done)
        limit = self._settings.whois_timeout
        late = f"No server answered in time: gave up after {duration(limit)}."
        inquiry._limit(limit, WhoisFailure(safe(address, 80), late))

        def work() -> None:
            inquiry._deliver(self._reply(address, fresh))

        try:
            threading.Thread(target=work, name="whois", daemon=True).start()
        except RuntimeError:
            inquiry._deliver(WhoisFailure(address, "The system allows this program no further thread to ask with."))
        return inquiry

    def _reply(self, address: str, fresh: bool) -> Reply:
        try:
            local = local_answer(address)
            return local or self._remembered(bare(address), fresh) or self._asked(bare(address))
        except Exception as error:  # noqa: BLE001 (the asker waits for a reply, whatever broke)
            return WhoisFailure(safe(address, 80), f"The look-up broke off: {type(error).__name__} inside the program.")

    def _remembered(self, address: str, fresh: bool) -> WhoisAnswer | None:
        return self._cache.get(address) if self._cache and (self._offline or not fresh) else None

    def _asked(self, address: str) -> Reply:
        if self._offline:
            return WhoisFailure(address, "Nothing is known here of this address, and --offline forbids asking.", False)
        reply = look_up(address, self._settings, self._clock)
        if self._cache and isinstance(reply, WhoisAnswer):
            self._cache.put(reply)
        return reply
