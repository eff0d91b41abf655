"""The lines of the findings list: what was found, what could not be checked, what failed, what is silent for good."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from tcpview_tui.findings.rule import MARKED, Severity
from tcpview_tui.model.about_findings import about_rule, explained, title_of
from tcpview_tui.model.facts import Fact
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.painter import SUSPICIOUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tcpview_tui.findings.finding import Finding, Unchecked
    from tcpview_tui.findings.rule import Rule
    from tcpview_tui.findings.silence import Silence
    from tcpview_tui.findings.silences import Silences
    from tcpview_tui.model.column import Cut
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.tui.glyphs import Glyphs
    from tcpview_tui.tui.theme import Palette

    Rules = Mapping[str, Rule[Any]]

LISTED = 500
"""Findings that are listed: nobody reads more, and the filter finds the rows of all."""

_NAMED = 10
"""Subjects that are named of those that a rule could not check."""

_ELSEWHERE = re.compile(r"(:[\d*]+) in .+$")
"""What follows the ends of a connection that is not in this program's own namespace."""

_BEFORE = 10
"""Cells before the subject: the sign, the word, and the gaps."""


class Entry(NamedTuple):
    """A line of the list. `identity` is the same for as long as it is about the same; `finding` is set if it is one.

    `silence` is what makes it silent: a finding for that of this run.
    """

    identity: Hashable
    sign: str
    word: str
    subject: str
    title: str
    facts: Callable[[], Sequence[Fact]]
    finding: Finding | None = None
    silence: Finding | Silence | None = None


Line = Entry | str
"""An entry, or a heading."""


def found(findings: Sequence[Finding], rules: Rules) -> Iterator[Line]:
    """Return the lines of what was found, in its order."""
    for each in findings[:LISTED]:
        sign = SUSPICIOUS if each.severity >= MARKED else " "
        facts = partial(explained, each, rules)
        yield Entry((each.rule, each.subject), sign, each.severity.label, each.name, each.title, facts, each)
    if len(findings) > LISTED:
        yield f"and {len(findings) - LISTED:,} more, the least grave: the filter severity>=low shows all their rows"


def unanswered(answers: Iterable[Unchecked]) -> int:
    """Return of how many processes, connections and other subjects something could not be checked."""
    return len({each.subject for each in answers})


def unchecked(answers: Sequence[Unchecked], rules: Rules) -> Iterator[Line]:
    """Return the lines of what could not be checked, one for each reason and the rules that it kept from an answer."""
    gaps: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for each in answers:
        gaps.setdefault((each.rules, each.reason), []).append(each.name)
    if gaps:
        yield f"Could not be checked: {unanswered(answers):,}"
    for (ids, reason), names in sorted(gaps.items(), key=lambda gap: (-len(gap[1]), gap[0]))[:LISTED]:
        facts = partial(_gap, ids, reason, names, rules)
        what = f"{title_of(ids[0], rules)}{f' +{len(ids) - 1}' if len(ids) > 1 else ''}"
        yield Entry(("unchecked", ids, reason), "?", f"{len(names):,}", what, reason, facts)
    if len(gaps) > LISTED:
        yield f"and {len(gaps) - LISTED:,} more reasons, each of as many or fewer"


def lacking(problems: Sequence[Problem]) -> Iterator[Line]:
    """Return the lines of what was not judged as was wanted: rules that failed, lists that cannot be read."""
    if problems:
        yield f"Not judged as was wanted: {len(problems):,}"
    for each in problems:
        facts = partial(_problem, each)
        yield Entry(("problem", each.code, each.summary, each.detail), "x", "", each.summary, each.detail, facts)


def silent(silences: Silences, rules: Rules, *, shown: bool) -> Iterator[Line]:
    """Return the lines of what is silent: how much, and if it is `shown`, what."""
    passing, unkept, lasting = silences.passing, silences.unkept, silences.lasting
    if not silences.number:
        return
    told = f"Silenced: {len(passing) + len(unkept):,} in this run, {len(lasting):,} for good"
    yield f"{told}; l tells one again, h hides them" if shown else f"{told}; h shows them"
    if not shown:
        return
    for each in passing[:LISTED]:
        identity, facts = ("silent", each.rule, each.subject), partial(_silenced, each, rules)
        yield Entry(identity, "-", "run", each.name, each.title, facts, silence=each)
    yield from (_meant_for_good(each, "run", rules) for each in unkept[:LISTED])
    yield from (_meant_for_good(each, "good", rules) for each in lasting[:LISTED])
    more = sum(max(len(each) - LISTED, 0) for each in (passing, unkept, lasting))
    if more:
        yield f"and {more:,} more, in silences.json"


def _meant_for_good(silence: Silence, word: str, rules: Rules) -> Entry:
    whom = f"unit {silence.unit}" if silence.unit else f"program of {silence.name}"
    facts, title = partial(_silence, silence, word, rules), title_of(silence.rule, rules)
    return Entry(("silent", *silence.key), "-", word, whom, title, facts, silence=silence)


def summary(findings: Iterable[Finding]) -> str:
    """Return how many there are of which severity: ``2 high, 1 low``, or ``none``."""
    severities = [each.severity for each in findings]
    counts = [(severities.count(each), each.label) for each in sorted(Severity, reverse=True)]
    return ", ".join(f"{number:,} {label}" for number, label in counts if number) or "none"


def drawn(lines: Sequence[Line], width: int, palette: Palette, glyphs: Glyphs) -> list[Text]:
    """Return the lines in `width` cells each, the subjects and the titles below each other."""
    entries = [line for line in lines if isinstance(line, Entry)]
    room = max(width - _BEFORE, 4)
    subjects = max((cell_len(glyphs.plain(each.subject)) for each in entries), default=0)
    titles = max((cell_len(glyphs.plain(each.title)) for each in entries), default=0)
    cells = min(subjects, max(room - titles - 2, room // 2))

    def draw(line: Line) -> Text:
        if isinstance(line, str):
            return Text(fit(glyphs.plain(line), width, ellipsis=glyphs.ellipsis), "bold", no_wrap=True)
        cut: Cut = "middle" if line.finding else "end"
        subject = fit(_shorter(glyphs.plain(line.subject), cells), cells, cut, ellipsis=glyphs.ellipsis)
        title = fit(glyphs.plain(line.title), room - cells - 2, ellipsis=glyphs.ellipsis)
        text = Text(no_wrap=True).append(line.sign, palette.suspicious if line.sign == SUSPICIOUS else "")
        return text.append(f" {line.word:<7} {subject}  {title.rstrip()}")

    return [draw(line) for line in lines]


def _shorter(subject: str, cells: int) -> str:
    """Return what tells a subject from others when it does not fit: both ends of a connection before its namespace."""
    return subject if cell_len(subject) <= cells else _ELSEWHERE.sub(r"\1", subject)


def told(facts: Iterable[Fact], plain: Callable[[str], str]) -> Table:
    """Return facts with their labels beside them, whole."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=12)
    table.add_column(ratio=1)
    for each in facts:
        table.add_row(Text(plain(each.label), "bold"), Text(plain(each.value), overflow="fold"))
    return table


def _gap(ids: Sequence[str], reason: str, names: Sequence[str], rules: Rules) -> tuple[Fact, ...]:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    titles = ", ".join(title_of(each, rules) for each in ids)
    asked = Fact("Not checked", f"{titles}. This is neither a yes nor a no.")
    told = asked, Fact("Reason", reason), Fact("Of", ", ".join(names[:_NAMED]) + more)
    return (*told, *about_rule(ids[0], rules)) if len(ids) == 1 else told


def _problem(problem: Problem) -> tuple[Fact, ...]:
    return Fact("Problem", problem.summary), Fact("Detail", problem.detail)


def _silenced(finding: Finding, rules: Rules) -> tuple[Fact, ...]:
    return Fact("Silent", "In this run: l tells it again."), *explained(finding, rules)


def _silence(silence: Silence, word: str, rules: Rules) -> tuple[Fact, ...]:
    whom = Fact("Unit", silence.unit) if silence.unit else Fact("SHA-256", silence.program or "")
    until = ", in this run only: it could not be written down" if word == "run" else ""
    told = Fact("Silent for", (silence.name or "unknown") + until), whom, Fact("Undo", "l tells it again, from now on.")
    return *told, *about_rule(silence.rule, rules)
