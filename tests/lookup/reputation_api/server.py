"""A real HTTP server in the place of a service, well-behaved and otherwise."""

from __future__ import annotations

import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.lookup.servers import FLOOD_LIMIT, _send, _Server

__all__ = ["FLOOD_LIMIT", "ApiServer"]


class ApiServer(_Server):
    """`mode`: good (sends `value`), raw (sends it as it is), an HTTP status with `headers`, or one common to all."""

    def __init__(self, value: Any = None, mode: str = "good", certificate: Path | None = None, **headers: str) -> None:
        super().__init__()
        self.value, self.mode, self.headers = value, mode, headers
        self.received: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.received.append({name.lower(): value for name, value in self.headers.items()})
                outer.note(self.path)
                outer._answer(self)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self._server = server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.block_on_close = False
        server.handle_error = lambda *_: None  # type: ignore[method-assign] # clients that leave are what is tested
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
            self.scheme = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.address}"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if self.mode == "good":
            _send(handler, 200, "application/json", json.dumps(self.value).encode())
        elif self.mode == "raw":
            _send(handler, 200, "application/json", self.value)
        elif self.mode.isdigit():
            headers = {name.replace("_", "-"): value for name, value in self.headers.items()}
            _send(handler, int(self.mode), "application/json", b'{"error": {"code": "x"}}', **headers)
        else:
            if self.mode in {"drip", "huge"}:
                handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            self.misbehave("drip" if self.mode == "drip-header" else self.mode, handler.wfile)
