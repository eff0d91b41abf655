"""The only code of the Whois look-up that talks to the network: bounded in time and size, and to whom it is told.

ipwhois's own transport is not used. It reads answers of any size, waits anew for every received byte, follows every
redirect, sleeps when it was asked too often, and picks up proxies from the environment even for a private mirror.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from http.client import HTTPException, HTTPMessage
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable

BODY_LIMIT = 2_000_000
"""Bytes read of one answer: far more than any description of a network needs, and harmless to hold in memory."""

_CHUNK = 65_536


class WireError(Exception):
    """A server gave no usable answer. The text is a sentence without its full stop; `retryable` if time may help."""

    def __init__(self, reason: str, retryable: bool = True) -> None:
        super().__init__(safe(reason, 400))
        self.retryable = retryable


class Deadline:
    """A moment some seconds from now. It follows the real clock, because sockets wait in real time."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds until then, more than 0; TimeoutError when it has passed."""
        seconds = self._end - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class _Redirects(HTTPRedirectHandler):
    max_redirections = 3

    def __init__(self, may_ask: Callable[[str], bool]) -> None:
        self._may_ask = may_ask

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        fp.close()  # the caller reads the body to its end otherwise, however long it is
        if not self._may_ask(newurl):
            raise WireError(f"{_host(req.full_url)} sent the question on to {_host(newurl)}, which was not agreed to")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch_json(url: str, deadline: Deadline, may_ask: Callable[[str], bool], proxies: bool) -> tuple[object, str]:
    """Return the JSON value that `url` answers with, and the URL that gave it after redirects.

    A redirect is followed only where `may_ask` allows; `proxies` says whether those of the environment are used.
    WireError for everything that goes wrong; at most `BODY_LIMIT` bytes are read.
    """
    headers = {"Accept": "application/rdap+json, application/json", "User-Agent": "tcpview-tui"}
    request = Request(url, headers=headers)  # noqa: S310 (settings.check lets http and https through, nothing else)
    try:
        with _opener(may_ask, proxies).open(request, timeout=deadline.left()) as response:
            body = _drain(response.read1, deadline)
            return json.loads(body.decode("utf-8", "replace")), str(response.geturl())
    except HTTPError as error:
        error.close()  # it is the response, socket included
        raise _http_trouble(_host(url), error) from None
    except (RecursionError, ValueError):
        raise WireError(f"{_host(url)} sent something that is not JSON") from None
    except (OSError, HTTPException) as error:
        raise WireError(trouble(_host(url), error)) from None


def ask_whois(host: str, port: int, query: str, deadline: Deadline) -> str:
    """Return what a whois server (RFC 3912) answers to `query`, as text; WireError for everything that goes wrong."""
    try:
        with socket.create_connection((host, port), timeout=deadline.left()) as connection:
            connection.sendall(query.encode("ascii") + b"\r\n")

            def receive(size: int) -> bytes:
                connection.settimeout(deadline.left())
                return connection.recv(size)

            body = _drain(receive, deadline)
    except OSError as error:
        raise WireError(trouble(host, error)) from None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:  # RFC 3912 names no encoding; RIPE and LACNIC answer in Latin-1
        return body.decode("latin-1")


def _opener(may_ask: Callable[[str], bool], proxies: bool) -> OpenerDirector:
    return build_opener(ProxyHandler(None if proxies else {}), _Redirects(may_ask))


def _drain(read: Callable[[int], bytes], deadline: Deadline) -> bytes:
    body = bytearray()
    while piece := read(_CHUNK):
        body += piece
        if len(body) > BODY_LIMIT:
            raise WireError(f"the answer is longer than {BODY_LIMIT:,} bytes, which no Whois answer is")
        deadline.left()
    return bytes(body)


def _http_trouble(host: str, error: HTTPError) -> WireError:
    if error.code == 429:
        wait = (error.headers.get("Retry-After") or "").strip()
        advice = f" and asks to wait {wait} s" if wait.isdecimal() and len(wait) < 7 else ""
        return WireError(f"{host} was asked too often (HTTP 429){advice}")
    if error.code == 404:
        return WireError(f"{host} knows nothing about this address (HTTP 404)", retryable=False)
    if error.code < 400:
        return WireError(f"{host} sends the question round in circles (HTTP {error.code})")
    return WireError(f"{host} answered with HTTP error {error.code}")


def trouble(host: str, error: Exception) -> str:
    """Return in words why a host could not be asked."""
    cause = error.reason if isinstance(error, URLError) else error
    match cause:
        case TimeoutError():
            return f"{host} did not answer in time"
        case ConnectionRefusedError():
            return f"{host} refused the connection"
        case ConnectionError():
            return f"{host} closed the connection without an answer"
        case socket.gaierror():
            return f"the name {host} could not be resolved (no network, or no DNS)"
        case ssl.SSLCertVerificationError():
            return f"{host} could not prove who it is ({cause.verify_message})"
        case OSError():
            return f"{host} could not be reached ({cause.strerror or cause})"
    return f"{host} did not answer in proper HTTP"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "another server"
    except ValueError:
        return "another server"
