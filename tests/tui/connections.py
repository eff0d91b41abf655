"""A connection of each kind."""

from __future__ import annotations

from tcpview_tui.model.connection import State
from tests.fakes import NGINX, connection, listener

WEB = listener(1, 443)
CLIENT = connection(2)
LOCAL = connection(3, remote=("127.0.0.1", 5432))
UDP6 = connection(4, State.NONE, ("::", 5353), None, (NGINX,), "udp", 6)
ALL = (WEB, CLIENT, LOCAL, UDP6)
