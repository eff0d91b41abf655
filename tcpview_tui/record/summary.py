"""What a recording comes to: who talked most, what was new, what was long or short, what nobody could see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tcpview_tui.record.reader import Reader

MOST = 10
"""Lines of a section."""

_LIVES = """CREATE TEMP TABLE life AS WITH
 timed AS (SELECT event.*, moment.wall - coalesce(event.early, 0) AS wall
  FROM event JOIN moment ON moment.id = event.moment),
 ended AS (SELECT connection, max(wall) AS wall FROM timed WHERE kind = 'closed' GROUP BY connection),
 counters AS (SELECT connection, json_extract(body, '$[0]') AS received, json_extract(body, '$[1]') AS sent
  FROM event WHERE id IN (SELECT max(id) FROM event WHERE kind = 'counted' GROUP BY connection)),
 owned AS (SELECT connection, json_extract(owners, '$[0]') AS process
  FROM event WHERE id IN (SELECT max(id) FROM event WHERE owners IS NOT NULL GROUP BY connection))
 SELECT opened.connection, connection.preexisting, connection.transport, opened.state, opened.wall AS opened,
  ended.wall AS closed, coalesce(process.name || ' (' || process.pid || ')',
   iif(opened.state = 'TIME_WAIT', '-', 'unknown')) AS process,
  near.text AS local, opened.local_port, far.text AS remote, opened.remote_port,
  coalesce(counters.received, 0) AS received, coalesce(counters.sent, 0) AS sent
  FROM timed AS opened JOIN connection ON connection.id = opened.connection
  LEFT JOIN ended ON ended.connection = opened.connection LEFT JOIN counters ON counters.connection = opened.connection
  LEFT JOIN owned ON owned.connection = opened.connection LEFT JOIN process ON process.id = owned.process
  LEFT JOIN address AS near ON near.id = opened.local LEFT JOIN address AS far ON far.id = opened.remote
  WHERE opened.kind = 'opened'
"""
"""Makes a table, in memory, of every connection with its beginning, its end, its first process and what it carried."""


class Section(NamedTuple):
    """A question to the table of lives, or to the recording; the columns of the answer have these titles."""

    title: str
    columns: tuple[str, ...]
    query: str


SECTIONS = (
    Section(
        "Processes that talked most",
        ("Process", "Connections", "Received", "Sent"),
        """SELECT process, count(*), sum(received), sum(sent) FROM life WHERE remote IS NOT NULL
           GROUP BY process ORDER BY sum(received) + sum(sent) DESC, count(*) DESC, process""",
    ),
    Section(
        "Remote addresses that were talked to most",
        ("Remote", "Connections", "Received", "Sent"),
        """SELECT remote, count(*), sum(received), sum(sent) FROM life WHERE remote IS NOT NULL
           GROUP BY remote ORDER BY sum(received) + sum(sent) DESC, count(*) DESC, remote""",
    ),
    Section(
        "New listeners",
        ("Opened", "Protocol", "Address", "Port", "Process"),
        """SELECT strftime('%Y-%m-%dT%H:%M:%fZ', opened / 1000.0, 'unixepoch'), transport, local, local_port, process
           FROM life WHERE NOT preexisting AND (state = 'LISTEN' OR (transport != 'tcp' AND remote IS NULL))
           ORDER BY opened""",
    ),
    Section(
        "Remote addresses that were not there at the beginning",
        ("First seen", "Remote", "Port", "Process"),
        """SELECT strftime('%Y-%m-%dT%H:%M:%fZ', min(opened) / 1000.0, 'unixepoch'), remote, remote_port, process
           FROM life WHERE remote IS NOT NULL AND remote NOT IN
           (SELECT remote FROM life WHERE preexisting AND remote IS NOT NULL) GROUP BY remote ORDER BY min(opened)""",
    ),
    Section(
        "Connections that carried most",
        ("Received", "Sent", "Process", "Remote", "Port"),
        """SELECT received, sent, process, remote, remote_port FROM life WHERE received + sent > 0
           ORDER BY received + sent DESC, opened""",
    ),
    Section(
        "Longest",
        ("Seconds", "Process", "Remote", "Port"),
        """SELECT round((coalesce(closed, (SELECT max(wall) FROM moment)) - opened) / 1000.0, 1), process, remote,
           remote_port FROM life WHERE remote IS NOT NULL AND state IS NOT 'TIME_WAIT' ORDER BY 1 DESC, opened""",
    ),
    Section(
        "Processes with most connections shorter than a second",
        ("Process", "Connections"),
        """SELECT process, count(*) FROM life WHERE remote IS NOT NULL AND NOT preexisting AND closed - opened < 1000
           GROUP BY process ORDER BY count(*) DESC, process""",
    ),
    Section(
        "What could not be seen",
        ("First", "Times", "What"),
        """SELECT strftime('%Y-%m-%dT%H:%M:%fZ', min(wall - coalesce(early, 0)) / 1000.0, 'unixepoch'), count(*),
           CASE kind WHEN 'gap' THEN 'nobody looked for ' ||
           round(sum(json_extract(body, '$.seconds')), 1) || ' seconds'
           ELSE json_extract(body, '$.summary') END FROM event JOIN moment ON moment.id = event.moment
           WHERE kind = 'gap' OR (kind = 'unseen' AND json_extract(body, '$.summary') IS NOT NULL)
           GROUP BY kind, json_extract(body, '$.code') ORDER BY min(event.id)""",
    ),
)
"""The questions, in the order in which they are answered."""


def answers(reader: Reader, most: int = MOST) -> Iterator[tuple[Section, Sequence[Sequence[Any]]]]:
    """Yield each section with its first `most` lines. Raises ReadingError when the file is damaged."""
    reader.ask("DROP TABLE IF EXISTS temp.life")
    reader.ask(_LIVES)
    for section in SECTIONS:
        yield section, reader.ask(f"{section.query} LIMIT ?", most)
