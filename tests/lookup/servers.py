"""Real RDAP, whois and DNS servers on loopback, well-behaved and otherwise, each in daemon threads on a free port."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

if TYPE_CHECKING:
    from types import TracebackType

HOSTILE = "\x1b]52;c;cm0gLXJm\x07\x9b31m\x1b]0;owned\x1b\\[/x][red]\u202eevil\u200b\x00\r\n\x7f"
"""OSC 52, a C1 CSI, OSC 0 ended by ST, Rich markup, bidi and zero-width controls, NUL, a newline, DEL."""

RDAP_TYPE = "application/rdap+json"
FLOOD_LIMIT = 64_000_000

_SENDTO = socket.socket.sendto
"""Taken before a fixture guards it: what a server sends back is not what the program contacted."""


def vcard(name: str, *emails: str, kind: str = "org") -> list[Any]:
    entries = [["version", {}, "text", "4.0"], ["fn", {}, "text", name], ["kind", {}, "text", kind]]
    return ["vcard", [*entries, *(["email", {}, "text", email] for email in emails)]]


def rdap_network(**changes: Any) -> dict[str, Any]:
    """An RDAP answer shaped as ARIN's is: the abuse desk lies inside the registrant."""
    abuse = {"handle": "ABUSE1", "roles": ["abuse"], "vcardArray": vcard("Abuse", "abuse@example.net", kind="group")}
    owner = {"handle": "ORG1", "roles": ["registrant"], "vcardArray": vcard("Example LLC"), "entities": [abuse]}
    return {
        "rdapConformance": ["rdap_level_0"],
        "objectClassName": "ip network",
        "handle": "NET-8-8-8-0-2",
        "startAddress": "8.8.8.0",
        "endAddress": "8.8.8.255",
        "ipVersion": "v4",
        "name": "EXAMPLE-NET",
        "country": "US",
        "events": [
            {"eventAction": "registration", "eventDate": "2023-12-28T17:24:33-05:00"},
            {"eventAction": "last changed", "eventDate": "2024-01-02T03:04:05Z"},
        ],
        "entities": [{"handle": "MNT", "roles": ["registrant"], "vcardArray": vcard("MNT", kind="individual")}, owner],
        **changes,
    }


WHOIS_RIPE = """\
% This is the RIPE Database query service.
% Abuse contact for '193.0.0.0 - 193.0.7.255' is 'abuse@ripe.net'

inetnum:        193.0.0.0 - 193.0.7.255
netname:        RIPE-NCC
descr:          RIPE Network Coordination Centre
country:        NL
created:        2003-03-17T12:15:57Z
last-modified:  2017-12-04T14:42:31Z

organisation:   ORG-RIEN1-RIPE
org-name:       Reseaux IP Europeens Network Coordination Centre (RIPE NCC)
country:        NL

route:          193.0.0.0/21
created:        1970-01-01T00:00:00Z
"""


class _Server:
    """Common to all: `held` answers wait for `release`, which leaving the block sets."""

    _server: socketserver.BaseServer

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = threading.Event()
        self.reached = threading.Event()
        self.sent = 0

    def __enter__(self) -> Self:
        run = self._server.serve_forever
        threading.Thread(target=run, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        address: Any = self._server.server_address
        return int(address[1])

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def note(self, question: str) -> None:
        self.asked.append(question)
        self.reached.set()

    def misbehave(self, mode: str, stream: Any) -> None:
        """Write what `mode` asks for; everything that does not depend on the protocol."""
        try:
            match mode:
                case "held":
                    self.release.wait(60)
                case "drip":
                    while not self.release.wait(0.01):
                        stream.write(b" ")
                        stream.flush()
                case "huge":
                    while self.sent < FLOOD_LIMIT and not self.release.is_set():
                        self.sent += stream.write(b"x: y\n" * 13_000)
                case "garbage":
                    stream.write(bytes(range(256)) * 16)
                case _:
                    pass  # "closed": nothing at all
        except OSError:
            pass  # the client had enough


class _QuietThreading(socketserver.ThreadingMixIn):
    daemon_threads = True
    block_on_close = False


class _TcpServer(_QuietThreading, socketserver.TCPServer):
    request_queue_size = 64


class _UdpServer(_QuietThreading, socketserver.UDPServer):
    max_packet_size = 65_535


class RdapServer(_Server):
    """`mode`: good, raw, html, an HTTP status, redirect (to `target`), redirect-once, drip-header, or a common one."""

    def __init__(self, mode: str = "good", reply: Any = None, target: str = "") -> None:
        super().__init__()
        self.mode, self.target = mode, target
        self.reply: Any = rdap_network() if reply is None else reply
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.note(self.path)
                outer._answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.block_on_close = False

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        mode = self.mode
        if mode == "redirect" or (mode == "redirect-once" and len(self.asked) == 1):
            _send(handler, 302, "text/plain", b"", Location=self.target or f"{self.url}/elsewhere")
        elif mode in {"good", "redirect-once"}:
            _send(handler, 200, RDAP_TYPE, json.dumps(self.reply).encode())
        elif mode.isdigit():
            _send(handler, int(mode), RDAP_TYPE, b'{"errorCode": 1}', **{"Retry-After": "120"})
        elif mode in {"html", "raw"}:
            body = b"<html><body>Please log in</body></html>" if mode == "html" else self.reply
            _send(handler, 200, "text/html", body)
        else:
            if mode in {"drip", "huge"}:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rdap+json\r\n\r\n")
            self.misbehave("drip" if mode == "drip-header" else mode, handler.wfile)


def _send(handler: BaseHTTPRequestHandler, status: int, kind: str, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


class WhoisServer(_Server):
    """`mode`: good (answers `text`), held, drip, huge, garbage, closed."""

    def __init__(self, mode: str = "good", text: str = WHOIS_RIPE) -> None:
        super().__init__()
        self.mode, self.text = mode, text
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.note(self.rfile.readline(1000).decode().rstrip("\r\n"))
                if outer.mode == "good":
                    self.wfile.write(outer.text.encode("utf-8"))
                else:
                    outer.misbehave(outer.mode, self.wfile)

        self._server = _TcpServer(("127.0.0.1", 0), Handler)


class DnsServer(_Server):
    """`records` by (name, type). `mode`: good, held, silent, garbage, or a DNS response code such as SERVFAIL."""

    def __init__(self, records: dict[tuple[str, str], list[str]] | None = None, mode: str = "good") -> None:
        super().__init__()
        self.mode, self.records = mode, records or {}
        self.underway = self.most_underway = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                datagram, listening = self.request
                reply = outer._reply(datagram)
                if reply is not None:
                    _SENDTO(listening, reply, self.client_address)

        self._server = _UdpServer(("127.0.0.1", 0), Handler)

    def _reply(self, datagram: bytes) -> bytes | None:
        query = dns.message.from_wire(datagram)
        question = query.question[0]
        self.note(question.name.to_text())
        if self.mode == "held":
            self._hold()
        if self.mode in {"silent", "garbage"}:
            return None if self.mode == "silent" else datagram[:12] + bytes(range(200))
        response = dns.message.make_response(query)
        kind = "PTR" if question.name.to_text().endswith(".arpa.") else "TXT"
        found = self.records.get((question.name.to_text(), kind))
        if self.mode not in {"good", "held"}:
            response.set_rcode(dns.rcode.from_text(self.mode))
        elif found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        return response.to_wire()

    def _hold(self) -> None:
        with self._lock:
            self.underway += 1
            self.most_underway = max(self.underway, self.most_underway)
        self.release.wait(60)
        with self._lock:
            self.underway -= 1


ASN_RECORDS = {
    ("8.8.8.8.origin.asn.cymru.com.", "TXT"): [
        '"15169 | 8.8.0.0/16 | US | arin | 1992-12-01"',
        '"64500 64501 | 8.8.8.0/24 | US | arin | 2023-12-28"',
    ],
    ("AS64500.asn.cymru.com.", "TXT"): ['"64500 | US | arin | 2000-03-30 | EXAMPLE, US"'],
    ("8.6.8.4.0.6.8.4.1.0.0.2.origin6.asn.cymru.com.", "TXT"): ['"1 | 2001:4860::/32 | US | arin | 2005-03-14"'],
}
