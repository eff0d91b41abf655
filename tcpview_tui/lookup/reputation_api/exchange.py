"""One question to a service: with its key, to nobody else, bounded in time and size."""

from __future__ import annotations

import json
import queue
import threading
from http.client import HTTPException
from typing import TYPE_CHECKING, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from tcpview_tui.lookup.wire import BODY_LIMIT, Deadline, WireError, trouble
from tcpview_tui.model.address import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from tcpview_tui.lookup.reputation_api.keys import Key

_CHUNK = 65_536


class Reply(NamedTuple):
    """The status of HTTP, the seconds that the server asks to wait (`None`: it does not say), and the JSON value."""

    status: int
    wait: int | None
    value: object


class _NoRedirects(HTTPRedirectHandler):
    """Follows none: the key would go along to wherever it leads."""

    def redirect_request(self, *_: object) -> None:
        return None


def exchange(url: str, header: str, key: Key, seconds: float) -> Reply:
    """Ask for `url` with the key in a header, and wait: for worker threads only.

    WireError for everything that goes wrong before there is a status, or when what comes is not the JSON it should be.
    It takes `seconds` at most, though the system's resolver, which nobody can interrupt, is left behind at work.
    """
    check(url)
    replies: queue.SimpleQueue[Reply | WireError] = queue.SimpleQueue()

    def work() -> None:
        try:
            replies.put(_asked(url, header, key, Deadline(seconds)))
        except WireError as error:
            replies.put(error)

    threading.Thread(target=work, name="reputation", daemon=True).start()
    try:
        reply = replies.get(timeout=seconds)
    except queue.Empty:
        raise WireError(f"{_host(url)} did not answer in time") from None
    if isinstance(reply, WireError):
        raise reply
    return reply


def check(url: str) -> None:
    """Raise ValueError for a URL to which no key may go: the way there must be encrypted, but to this machine."""
    parts = urlsplit(url)
    here = parse(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and here and here.is_loopback):
        raise ValueError(f"a key is only sent by https, and {parts.scheme}://{parts.netloc} is not")


def _asked(url: str, header: str, key: Key, deadline: Deadline) -> Reply:
    headers = {"Accept": "application/json", "User-Agent": "tcpview-tui", **key.header(header)}
    # A proxy sees an encrypted tunnel; without encryption it would see the key.
    proxies = ProxyHandler(None if url.startswith("https:") else {})
    request = Request(url, headers=headers)  # noqa: S310 (`check` lets nothing through but https and this machine)
    try:
        with build_opener(proxies, _NoRedirects()).open(request, timeout=deadline.left()) as response:
            return Reply(response.status, None, _value(response, _host(url), deadline))
    except HTTPError as error:
        error.close()  # it is the response, socket included
        wait = (error.headers.get("Retry-After") or "").strip()
        return Reply(error.code, int(wait) if wait.isdecimal() and len(wait) < 7 else None, None)
    except (OSError, HTTPException) as error:
        raise WireError(trouble(_host(url), error)) from None
    except WireError:
        raise
    except Exception as error:  # noqa: BLE001 (see below)
        # Without its text, which may name the request, and so the key.
        raise WireError(f"the question to {_host(url)} broke off: {type(error).__name__}") from None


def _value(response: HTTPResponse, host: str, deadline: Deadline) -> object:
    body = _drained(response.read1, host, deadline)
    try:
        return json.loads(body.decode("utf-8", "replace"))
    except (RecursionError, ValueError):
        raise WireError(f"{host} sent something that is not JSON") from None


def _drained(read: Callable[[int], bytes], host: str, deadline: Deadline) -> bytes:
    body = bytearray()
    while piece := read(_CHUNK):
        body += piece
        if len(body) > BODY_LIMIT:
            raise WireError(f"{host} sent more than {BODY_LIMIT:,} bytes, which no answer needs")
        deadline.left()
    return bytes(body)


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the server"
