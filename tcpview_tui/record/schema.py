"""The recording: one SQLite file, and what stands in it. From here come the file, its seal and its description."""

from __future__ import annotations

from typing import NamedTuple

APPLICATION_ID = 0x74637076
"""``tcpv``: what file(1) and SQLite's header (offset 68, fileformat2.html) know a recording by."""

VERSION = 5
"""Of what is written; stands in SQLite's user_version."""

VERSIONS = (4, VERSION)
"""Those that are read: version 4 has the same tables, and nothing in them of what was found."""


class Column(NamedTuple):
    """One column: its name, its SQLite type, and what it means."""

    name: str
    type: str
    help: str


class Table(NamedTuple):
    """One table. Its first column counts from 1 without a hole, so that a row that is missing is missed."""

    name: str
    help: str
    columns: tuple[Column, ...]

    @property
    def create(self) -> str:
        """The statement that makes it."""
        columns = ", ".join(f"{each.name} {each.type}" for each in self.columns)
        return f"CREATE TABLE {self.name} ({columns}) STRICT"

    @property
    def insert(self) -> str:
        """The statement that adds a row."""
        return f"INSERT INTO {self.name} VALUES ({', '.join('?' * len(self.columns))})"  # noqa: S608 - names of ours


_ID = Column("id", "INTEGER PRIMARY KEY", "counts from 1")
_WALL = Column("wall", "INTEGER NOT NULL", "milliseconds since 1970 UTC, by the clock on the wall")

COUNTED = (
    "received", "sent", "packets_received", "packets_sent", "rtt", "congestion", "retransmits", "receive_queue",
    "send_queue",
)  # fmt: skip
"""What a counted event tells, in the order of its array: what is most often 0 comes last."""

_COUNTERS = (
    "an array: bytes received, bytes sent, packets received, packets sent, round-trip time in seconds, congestion "
    "algorithm, retransmits, receive queue, send queue; null is unknown, and zeros at its end are left out"
)

_KEY = "`key`, its id, when that is one from another file"

_JUDGED = (
    "`of` and `subject`, whom it is about (null stands for the connection), and all `findings` about it from then on"
)

TABLES = (
    Table(
        "fact",
        "What is true of the whole recording.",
        (_ID, Column("name", "TEXT NOT NULL", "what it is about"), Column("value", "TEXT NOT NULL", "what it is")),
    ),
    Table("word", "Each word once.", (_ID, Column("text", "TEXT NOT NULL", "a kind of event, or a TCP state"))),
    Table(
        "address", "Each address once.", (_ID, Column("text", "TEXT NOT NULL", "as RFC 5952 writes it, with its zone"))
    ),
    Table(
        "process",
        "Each process once, as it was when it was first seen to have a connection.",
        (
            _ID,
            Column("pid", "INTEGER NOT NULL", "process id"),
            Column("started", "REAL", "seconds since 1970 UTC"),
            Column("name", "TEXT NOT NULL", "its name"),
            Column("user", "TEXT", "the user it ran as"),
            Column("executable", "TEXT", "path of its program"),
            Column("sha256", "TEXT", "SHA-256 of its program, when it could be read"),
            Column("command_line", "TEXT", "its command line"),
            Column("service", "TEXT", "its systemd unit or container service"),
            Column("container", "TEXT", "its container, the engine first"),
            Column("parents", "TEXT NOT NULL", "JSON: its parents, [[pid, name], ...], the nearest first"),
        ),
    ),
    Table(
        "common",
        "What many connections have in common, all of it once.",
        (
            _ID,
            Column("transport", "TEXT NOT NULL", "tcp, udp, udplite or raw"),
            Column("family", "INTEGER NOT NULL", "4 or 6"),
            Column("namespace", "INTEGER", "inode of the network namespace; empty: that of the recorder; 0: unknown"),
            Column("namespace_name", "TEXT", "name of that namespace"),
            Column("user", "TEXT", "the user that the kernel books them to"),
            Column("direction", "TEXT", "in, out or listening, when it is certain"),
            Column("owners", "TEXT", "JSON: the processes that have them, [id, ...]"),
            Column("unowned", "TEXT", "why no process is known to have them"),
        ),
    ),
    Table(
        "connection",
        "Each connection once, as it was when it opened. What becomes known later stands with the event.",
        (
            _ID,
            Column("common", "INTEGER NOT NULL REFERENCES common", "what it shares with others"),
            Column("preexisting", "INTEGER NOT NULL", "1: it was there before anybody looked"),
            Column("opened_at", "REAL", "seconds since 1970 UTC, when it is known exactly"),
            Column("local", "INTEGER NOT NULL REFERENCES address", "its local address"),
            Column("local_port", "INTEGER NOT NULL", "and port"),
            Column("remote", "INTEGER REFERENCES address", "its remote address; empty: nobody is connected"),
            Column("remote_port", "INTEGER", "and port"),
        ),
    ),
    Table(
        "moment",
        "When things became known: one for all that became known at once. They follow each other.",
        (
            _ID,
            _WALL,
            Column("mono", "INTEGER NOT NULL", "milliseconds by the clock that nobody can set (CLOCK_MONOTONIC)"),
            Column("look", "INTEGER NOT NULL", "number of the look that told it, or of the last one before"),
            Column("event", "INTEGER NOT NULL", "the first event of it"),
        ),
    ),
    Table(
        "event",
        "Everything that happened, in the order in which it became known.",
        (
            _ID,
            Column(
                "kind",
                "INTEGER NOT NULL REFERENCES word",
                "opened, changed, closed, counted, named, unseen, gap, acted or judged",
            ),
            Column("moment", "INTEGER NOT NULL REFERENCES moment", "when it became known"),
            Column("early", "INTEGER", "milliseconds by which it happened before that; empty: 0"),
            Column("connection", "INTEGER REFERENCES connection", "the connection it is about"),
            Column("state", "INTEGER REFERENCES word", "its TCP state from then on"),
            Column(
                "body",
                "TEXT",
                "JSON: what else it tells, and what of its connection is other than when that opened: `common`, "
                f"`opened_at`, `local` and `remote` as [address, port], `owners`; `past_owners`, the processes "
                f"that had it before anybody looked; of opened, {_KEY}; of counted {_COUNTERS}; of judged {_JUDGED}",
            ),
        ),
    ),
    Table(
        "state",
        "All that is so, at intervals: what a replay begins with when it jumps.",
        (
            _ID,
            Column("event", "INTEGER NOT NULL REFERENCES event", "the last event before it"),
            Column("body", "BLOB NOT NULL", "JSON, deflated (RFC 1950)"),
        ),
    ),
    Table(
        "seal",
        "One for each commit: it vouches for every row up to it, and for the seal before.",
        (
            _ID,
            _WALL,
            Column("rows", "TEXT NOT NULL", "JSON: the last id in each of the tables above, in their order"),
            Column("digest", "BLOB NOT NULL", "SHA-256, or HMAC-SHA-256 with a key; hex(digest) spells it"),
        ),
    ),
)

SEALED = TABLES[:-1]
"""The tables that a seal vouches for."""

_HAPPENED = """CREATE VIEW happened AS SELECT event.id,
 strftime('%Y-%m-%dT%H:%M:%fZ', (moment.wall - coalesce(event.early, 0)) / 1000.0, 'unixepoch') AS at,
 moment.wall - coalesce(event.early, 0) AS wall, kind.text AS kind, event.connection, common.transport,
 stated.text AS state, near.text AS local,
 coalesce(json_extract(event.body, '$.local[1]'), connection.local_port) AS local_port, far.text AS remote,
 iif(json_type(event.body, '$.remote') IS NULL, connection.remote_port, json_extract(event.body, '$.remote[1]'))
  AS remote_port,
 (SELECT group_concat(process.name || ' (' || process.pid || ')', ', ')
  FROM json_each(coalesce(json_extract(event.body, '$.owners'), common.owners{past}))
  JOIN process ON process.id = json_each.value) AS processes, event.body
 FROM event JOIN moment ON moment.id = event.moment JOIN word AS kind ON kind.id = event.kind
 LEFT JOIN word AS stated ON stated.id = event.state LEFT JOIN connection ON connection.id = event.connection
 LEFT JOIN common ON common.id = coalesce(json_extract(event.body, '$.common'), connection.common)
 LEFT JOIN address AS near ON near.id = coalesce(json_extract(event.body, '$.local[0]'), connection.local)
 LEFT JOIN address AS far ON far.id =
  iif(json_type(event.body, '$.remote') IS NULL, connection.remote, json_extract(event.body, '$.remote[0]')){joined}"""

HAPPENED = _HAPPENED.format(
    past=", json_extract(event.body, '$.past_owners'), past.owners",
    joined="""
 LEFT JOIN (SELECT connection, json_extract(body, '$.past_owners') AS owners FROM event
  WHERE body LIKE '%"past_owners"%' AND kind = (SELECT id FROM word WHERE text = 'opened') GROUP BY connection)
  AS past ON past.connection = event.connection""",
)
"""The view that people read: every event with its time spelled out, and with the ends and the processes of its
connection: those that it tells, else those from when that opened, else those that had it before anybody looked."""

VIEWS = (HAPPENED, _HAPPENED.format(past="", joined=""))
"""Those that a recording may have: in earlier ones it does not show who had a connection before anybody looked."""

STATEMENTS = (*(table.create for table in TABLES), HAPPENED)
"""What makes the file, in order."""
