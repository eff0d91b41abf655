"""Writes the tables of the README from the tables of the program: ``python -m tests.readme``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import click

from tcpview_tui.cli import live
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.complete import GRAMMAR
from tcpview_tui.model.fields import FIELDS, FLAGS
from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.glyphs import UNICODE
from tcpview_tui.tui.signs import SIGNS

README = Path(__file__).parent.parent / "README.md"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def _options() -> Iterable[tuple[str, ...]]:
    context = click.Context(live, **live.context_settings)
    for parameter in live.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            yield _code(re.sub(r"\s+", " ", record[0])), re.sub(r"\s+", " ", record[1])


def tables() -> dict[str, str]:
    """Return every generated part of the README by the name of its marker."""
    keys = ((" ".join(map(_code, a.key_names)), a.title, _code(a.id), a.help) for a in ACTIONS)
    signs = ((" ".join(map(_code, sign.text(UNICODE).split())), sign.colour, sign.meaning) for sign in SIGNS)
    return {
        "signs": _table(("sign", "colour", ""), signs),
        "keys": _table(("key", "action", "id", ""), keys),
        "grammar": _table(("write", "shows"), ((_code(form.example), form.meaning) for form in GRAMMAR)),
        "fields": _table(
            ("field", "", "example"), ((_code(f.name), f"{f.help} {f.kind.help}", _code(f.example)) for f in FIELDS)
        ),
        "flags": _table(("flag", ""), ((_code(flag.name), flag.help) for flag in FLAGS)),
        "columns": _table(("column", ""), ((column.title, column.help) for column in COLUMNS)),
        "options": _table(("option", ""), _options()),
    }


def written(text: str) -> str:
    """Return the README with its tables as the program has them now."""
    for name, table in tables().items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        match = pattern.search(text)
        assert match, name
        text = f"{text[: match.end(1)]}{table}\n{text[match.start(2) :]}"
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
