"""Asking the services that there is a key for, and their answers in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tcpview_tui.lookup.addresses import classify
from tcpview_tui.lookup.reputation_api import keys
from tcpview_tui.lookup.reputation_api.exchange import check, exchange
from tcpview_tui.lookup.reputation_api.service import SERVICES, Service, questions, refusal
from tcpview_tui.lookup.wire import WireError
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 12.0
"""How long an answer is waited for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said, or why it said nothing. The texts are safe."""

    source: str
    sentences: tuple[str, ...]


_SENT = {"address": "the address", "file": "the file's SHA-256"}
"""What leaves this machine, by what is asked about."""


class Services:
    """Asks the services that there is a key for: in `environ`, or in a file of mode 0600 in `folder`.

    With `offline` nothing is sent. `bases` replaces base URLs by name of the service; ValueError for one to which no
    key may go.
    """

    def __init__(
        self,
        folder: Path,
        environ: Mapping[str, str],
        *,
        offline: bool = False,
        seconds: float = SECONDS,
        bases: Mapping[str, str] | None = None,
    ) -> None:
        self._folder, self._environ = folder, environ
        self._offline, self._seconds = offline, seconds
        self._bases = bases or {}
        for base in self._bases.values():
            check(base)

    @property
    def is_offline(self) -> bool:
        """Whether nothing may be sent, by whomever."""
        return self._offline

    def recipients(self, address: str | None, sha256: str | None) -> tuple[str, ...]:
        """Return, in plain words, who will learn what when `ask` is called; nobody without a key."""
        told = list[str]()
        for service in () if self._offline else SERVICES:
            what = [_SENT[kind] for kind, _ in questions(service, address, sha256)]
            if what and self._has_key(service):
                host = urlsplit(self._base(service)).netloc
                told.append(f"{service.name} ({host}): {' and '.join(what)}, with your key")
        return (*told, *(_proxies() if told else ()))

    def ask(self, address: str | None, sha256: str | None) -> tuple[Answer, ...]:
        """Ask about an address and a file (by its SHA-256, the file is never sent), and wait: for worker threads only.

        A service without a key is not asked and has no answer; everything that goes wrong is an answer. Each question
        takes `seconds` at most.
        """
        reason = classify(address) if address is not None else None
        here = [Answer("This program", (reason,))] if reason else []
        return (*here, *(answer for service in SERVICES for answer in self._answers(service, address, sha256)))

    def _answers(self, service: Service, address: str | None, sha256: str | None) -> Iterator[Answer]:
        for kind, path in questions(service, address, sha256):
            told = self._told(service, path)
            if told:
                yield Answer(f"{service.name}, {kind}", told)

    def _told(self, service: Service, path: str) -> tuple[str, ...]:
        """Return the sentences of an answer; none without a key."""
        try:
            key = self._key(service)
            if key is None:
                return ()
            if self._offline:
                return ("It was not asked: --offline forbids it.",)
            reply = exchange(self._base(service) + path, service.header, key, self._seconds)
        except keys.KeyTroubleError as error:
            return (str(error),)
        except WireError as error:
            return (f"No answer: {error}.",)
        return service.read(reply.value) or (refusal(service.name, reply),)

    def _key(self, service: Service) -> keys.Key | None:
        return keys.find(service.variable, self._folder / service.key_file, self._environ)

    def _has_key(self, service: Service) -> bool:
        try:
            return self._key(service) is not None
        except keys.KeyTroubleError:
            return False

    def _base(self, service: Service) -> str:
        return self._bases.get(service.name, service.base).rstrip("/")


def _proxies() -> list[str]:
    from urllib.request import getproxies

    proxy = getproxies().get("https", "")
    try:
        name = urlsplit(proxy).hostname or "unnamed"
    except ValueError:  # an unclosed bracket
        name = "unnamed"
    return [f"the HTTP proxy of your environment ({safe(name, 100)}): who is asked"] if proxy else []
