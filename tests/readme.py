"""Writes the tables of the pages from the tables of the program: ``python -m tests.readme``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

from tcpview_tui.cli import list_connections, live, replay_recording
from tcpview_tui.findings.table import RULES
from tcpview_tui.model.choices import FLAGS
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.complete import GRAMMAR
from tcpview_tui.model.fields import FIELDS
from tcpview_tui.record.facts import FACTS
from tcpview_tui.record.schema import TABLES as SCHEMA
from tcpview_tui.recording_cli import export_recording, record_all
from tcpview_tui.tui.action import Action
from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.glyphs import UNICODE
from tcpview_tui.tui.signs import SIGNS

README = Path(__file__).parent.parent / "README.md"
RECORDING = README.with_name("RECORDING.md")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def _keys(actions: Iterable[Action]) -> str:
    told = ((" ".join(map(_code, each.key_names)), each.title, _code(each.id), each.help) for each in actions)
    return _table(("key", "action", "id", ""), told)


def _rules() -> str:
    told = ((f"{r.title} {_code(r.id)}", r.severity.label, r.reads, r.technique, r.benign) for r in RULES)
    return _table(("finding", "severity", "by", "ATT&CK", "known to look like it"), told)


def _options(command: click.Command) -> Iterable[tuple[str, ...]]:
    context = click.Context(command, **live.context_settings)
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            yield _code(re.sub(r"\s+", " ", record[0])), re.sub(r"\s+", " ", record[1])


def tables() -> dict[str, str]:
    """Return every generated part of the README by the name of its marker."""
    live_keys = (action for action in ACTIONS if action.is_in("live"))
    replay_keys = (action for action in ACTIONS if action.where == "replay")
    signs = ((" ".join(map(_code, sign.text(UNICODE).split())), sign.colour, sign.meaning) for sign in SIGNS)
    return {
        "signs": _table(("sign", "colour", ""), signs),
        "keys": _keys(live_keys),
        "replay keys": _keys(replay_keys),
        "grammar": _table(("write", "shows"), ((_code(form.example), form.meaning) for form in GRAMMAR)),
        "fields": _table(
            ("field", "", "example"), ((_code(f.name), f"{f.help} {f.kind.help}", _code(f.example)) for f in FIELDS)
        ),
        "flags": _table(("flag", ""), ((_code(flag.name), flag.help) for flag in FLAGS)),
        "columns": _table(("column", "name", ""), ((c.title, _code(c.id), c.help) for c in COLUMNS)),
        "findings": _rules(),
        "options": _table(("option", ""), _options(live)),
        "list options": _table(("option", ""), _options(list_connections)),
        "record options": _table(("option", ""), _options(record_all)),
        "replay options": _table(("option", ""), _options(replay_recording)),
        "export options": _table(("option", ""), _options(export_recording)),
    }


def recording() -> dict[str, str]:
    """Return every generated part of the description of the recording."""
    parts = []
    for table in SCHEMA:
        columns = ((_code(each.name), each.type.split()[0].lower(), each.help) for each in table.columns)
        parts.append(f"### {table.name}\n\n{table.help}\n\n{_table(('column', '', ''), columns)}")
    facts = _table(("name", ""), ((_code(each.name), each.help) for each in FACTS))
    return {"recording": "\n\n".join(parts), "facts": facts}


PAGES = {README: tables, RECORDING: recording}


def written(page: Path) -> str:
    """Return a page with its tables as the program has them now."""
    text = page.read_text(encoding="utf-8")
    for name, table in PAGES[page]().items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        match = pattern.search(text)
        assert match, name
        text = f"{text[: match.end(1)]}{table}\n{text[match.start(2) :]}"
    return text


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(written(each), encoding="utf-8")
