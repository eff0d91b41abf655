"""What a recording comes to: who talked most, what was new, what was long or short, what nobody could see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.record.reader import ReadingError
from tcpview_tui.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tcpview_tui.record.reader import Reader

MOST = 10
"""Lines of a section."""

_LIVES = """CREATE TEMP TABLE life AS WITH
 timed AS (SELECT event.id, event.connection, event.body, kind.text AS kind, stated.text AS state,
  moment.wall - coalesce(event.early, 0) AS wall FROM event JOIN moment ON moment.id = event.moment
  JOIN word AS kind ON kind.id = event.kind LEFT JOIN word AS stated ON stated.id = event.state),
 ended AS (SELECT connection, max(wall) AS wall FROM timed WHERE kind = 'closed' GROUP BY connection),
 counters AS (SELECT connection, max(id), json_extract(body, '$[0]') AS received, json_extract(body, '$[1]') AS sent
  FROM timed WHERE kind = 'counted' GROUP BY connection),
 untold AS (SELECT DISTINCT common.transport, 0 AS bytes FROM counters JOIN connection ON connection.id = connection
  JOIN common ON common.id = connection.common WHERE received IS NOT NULL),
 told AS (SELECT timed.connection, timed.id, coalesce(json_extract(timed.body, '$.owners'), common.owners,
  json_extract(timed.body, '$.past_owners')) AS owners
  FROM timed JOIN connection ON connection.id = timed.connection
  JOIN common ON common.id = coalesce(json_extract(timed.body, '$.common'), connection.common)
  WHERE kind IN ('opened', 'changed', 'closed')),
 owned AS (SELECT connection, max(id), json_extract(owners, '$[0]') AS process
  FROM told WHERE owners IS NOT NULL GROUP BY connection)
 SELECT opened.connection, connection.preexisting, common.transport, opened.state, opened.wall AS opened,
  ended.wall AS closed, ended.wall IS NULL OR (connection.preexisting AND connection.opened_at IS NULL) AS is_part,
  coalesce(process.name || ' (' || process.pid || ')', iif(opened.state = 'TIME_WAIT', '-', 'unknown')) AS process,
  near.text AS local, connection.local_port, far.text AS remote, connection.remote_port,
  coalesce(counters.received, untold.bytes) AS received, coalesce(counters.sent, untold.bytes) AS sent
  FROM timed AS opened JOIN connection ON connection.id = opened.connection
  JOIN common ON common.id = connection.common
  LEFT JOIN ended ON ended.connection = opened.connection LEFT JOIN counters ON counters.connection = opened.connection
  LEFT JOIN untold ON untold.transport = common.transport AND opened.state IS NOT 'TIME_WAIT'
  LEFT JOIN owned ON owned.connection = opened.connection LEFT JOIN process ON process.id = owned.process
  LEFT JOIN address AS near ON near.id = connection.local LEFT JOIN address AS far ON far.id = connection.remote
  WHERE opened.kind = 'opened'
"""
"""Makes a table, in memory, of every connection with its beginning, its end, its first process and what it carried.

`is_part`: it was there before the recording or after it, and lasted longer than that can tell. Beside `max(id)` SQLite
takes the other columns from the same row (lang_select.html, bare columns). `untold`: where a transport is counted,
what was never told of a connection is 0, since only counters that moved are; else it is unknown.
"""


class Section(NamedTuple):
    """A question to the table of lives, or to the recording; the columns of the answer have these titles."""

    title: str
    columns: tuple[str, ...]
    query: str


SECTIONS = (
    Section(
        "What was found",
        ("First", "Severity", "Finding", "Rule", "Of how many"),
        """WITH found AS (SELECT json_extract(one.value, '$.since') AS since,
           json_extract(one.value, '$.title') AS title,
           json_extract(one.value, '$.rule') AS rule,
           coalesce(json_extract(one.value, '$.whom'), coalesce(connection, json_extract(body, '$.key'), '') ||
           json_extract(body, '$.of', '$.subject')) AS subject,
           instr('low medium high', json_extract(one.value, '$.severity')) AS grave
           FROM event JOIN word ON word.id = kind, json_each(
           CASE WHEN json_valid(body) AND json_type(body, '$.findings') = 'array' THEN body ELSE '{}' END,
           '$.findings') AS one WHERE text = 'judged' AND one.type = 'object')
           SELECT min(since), CASE max(grave) WHEN 12 THEN 'high' WHEN 5 THEN 'medium' ELSE 'low' END, title, rule,
           count(DISTINCT subject) FROM found GROUP BY rule ORDER BY max(grave) DESC, min(since)""",
    ),
    Section(
        "Processes that talked most",
        ("Process", "Connections", "Received", "Sent"),
        """SELECT process, count(*), sum(received), sum(sent) FROM life WHERE remote IS NOT NULL
           GROUP BY process ORDER BY total(received) + total(sent) DESC, count(*) DESC, process""",
    ),
    Section(
        "Remote addresses that were talked to most",
        ("Remote", "Connections", "Received", "Sent"),
        """SELECT remote, count(*), sum(received), sum(sent) FROM life WHERE remote IS NOT NULL
           GROUP BY remote ORDER BY total(received) + total(sent) DESC, count(*) DESC, remote""",
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
        """SELECT received, sent, process, remote, remote_port FROM
           (SELECT *, coalesce(received, 0) + coalesce(sent, 0) AS carried FROM life) WHERE carried > 0
           ORDER BY carried DESC, opened""",
    ),
    Section(
        "Longest",
        ("Seconds", "Process", "Remote", "Port"),
        """SELECT iif(is_part, '>' || seconds, seconds), process, remote, remote_port FROM
           (SELECT *, round((coalesce(closed, (SELECT max(wall) FROM moment)) - opened) / 1000.0, 1) AS seconds
           FROM life) WHERE remote IS NOT NULL AND state IS NOT 'TIME_WAIT' ORDER BY seconds DESC, opened""",
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
           CASE kind.text WHEN 'gap' THEN 'nobody looked for ' ||
           round(sum(json_extract(body, '$.seconds')), 1) || ' seconds'
           ELSE json_extract(body, '$.summary') END FROM event JOIN moment ON moment.id = event.moment
           JOIN word AS kind ON kind.id = event.kind
           WHERE kind.text = 'gap' OR (kind.text = 'unseen' AND json_extract(body, '$.summary') IS NOT NULL)
           GROUP BY kind.text, json_extract(body, '$.code') ORDER BY min(event.id)""",
    ),
)
"""The questions, in the order in which they are answered."""


def answers(reader: Reader, most: int = MOST) -> Iterator[tuple[Section, Sequence[Sequence[Any]]]]:
    """Yield each section with its first `most` lines.

    Raises ReadingError when the file is damaged, after all that is told by what stands before the damage. The reader is
    then good for nothing else: its tables end there.
    """
    fault = ""
    reader.ask("DROP TABLE IF EXISTS temp.life")
    try:
        reader.ask(_LIVES)
    except ReadingError as error:
        fault = f"{error}. {_end_before_damage(reader, error)}"
        reader.ask(_LIVES)
    for section in SECTIONS:
        yield section, reader.ask(f"{section.query} LIMIT ?", most)
    if fault:
        raise ReadingError(fault)


def _end_before_damage(reader: Reader, error: ReadingError) -> str:
    """Put views over the tables of events, which have what stands before the damage; return a sentence of them.

    A name finds what is temporary first (lang_naming.html).
    """
    last = reader.damaged_after
    if last is None:  # what is damaged are the things that the events refer to
        raise error
    ends = {"event": last, "moment": reader.sound("moment"), "connection": reader.sound("connection")}
    for table, end in ends.items():
        reader.ask(f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE id <= {end}")  # noqa: S608
    return f"This is what the first {count(last, 'event')} come to" if last else "No event stands before it"
