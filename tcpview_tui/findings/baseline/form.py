"""How a baseline is written: JSON with an entry a line, so that people can read it and git can compare it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.days import parsed, spelled
from tcpview_tui.findings.baseline.habits import NAMED, Habits
from tcpview_tui.findings.baseline.traits import Program
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.findings.baseline.days import Seen, Spans
    from tcpview_tui.findings.baseline.habits import Carried, Named

FORMAT, VERSION = "tcpview-baseline", 1

_SERVICE = r"(?:tcp|udp|udplite|raw)/(?:\d{1,5}|dynamic)"
_NAMES = {
    "hours": (re.compile(r"[01]\d|2[0-3]"), "an hour from 00 to 23"),
    "listens": (re.compile(rf"(?:any|loopback|one) {_SERVICE}"), "a listener, as in any tcp/443"),
    "talks": (re.compile(rf"(?:to|from) \S+ {_SERVICE}"), "a network and port, as in to 192.0.2.0/24 tcp/443"),
    "sha256": (re.compile(r"[0-9a-f]{64}"), "64 hexadecimal digits"),
}
_HABITS = ("seen", *NAMED, "carried")


class MeaningError(ValueError):
    """A clause that names the place in the file, and what was expected there; it is safe to show."""

    def __init__(self, place: tuple[str, ...], expected: str) -> None:
        where = " / ".join(place) or "the whole"
        super().__init__(safe(f"{where}: expected {expected}"))


def written(baseline: Baseline) -> bytes:
    """Return the content of the file; the same baseline makes the same bytes."""
    programs: dict[str, dict[str, Any]] = {}
    for program, habits in baseline.programs.items():
        programs.setdefault(program.path, {})[program.place] = _table_of(habits)
    whole = {"format": FORMAT, "learned": _days_of(baseline.learned), "programs": programs, "version": VERSION}
    return (_laid(whole) + "\n").encode()


def understood(content: bytes) -> Baseline:
    """Return what the content of a file says. Raises `MeaningError`."""
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MeaningError(_line(content, str(error)), f"JSON, and this is not: {error}") from error
    whole = _table(found, ())
    if whole.pop("format", None) != FORMAT:
        raise MeaningError(("format",), f'"{FORMAT}": this is no baseline')
    if whole.pop("version", None) != VERSION:
        raise MeaningError(("version",), f"{VERSION}, which is all that this version of the program can read")
    _only(whole, ("learned", "programs"), ())
    baseline = Baseline(_seen(whole.get("learned", {}), ("learned",)))
    for path, places in _table(whole.get("programs", {}), ("programs",)).items():
        for unit, habits in _table(places, ("programs", path)).items():
            baseline.programs[Program(safe(path), safe(unit))] = _habits(habits, ("programs", path, unit))
    return baseline


def _table_of(habits: Habits) -> dict[str, Any]:
    named = {each: {name: _days_of(seen) for name, seen in getattr(habits, each).items()} for each in NAMED}
    carried = {name: {"received": received, "sent": sent} for name, (received, sent) in habits.carried.items()}
    table = {"seen": _days_of(habits.seen), "carried": carried, **named}
    return {name: value for name, value in table.items() if value}


def _days_of(seen: Seen) -> dict[str, str]:
    return {host: spelled(spans) for host, spans in seen.items()}


def _laid(value: Mapping[str, Any], margin: str = "") -> str:
    """Return a table as JSON, sorted; what holds no further table takes one line."""
    inner = margin + "  "
    lines = [f"{inner}{_json(name)}: {_entry(each, inner)}" for name, each in sorted(value.items())]
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}" if lines else "{}"


def _entry(value: Any, margin: str) -> str:
    if isinstance(value, dict) and any(isinstance(each, dict) for each in value.values()):
        return _laid(value, margin)
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _habits(value: Any, place: tuple[str, ...]) -> Habits:
    table = _table(value, place)
    _only(table, _HABITS, place)
    named = {each: _named(table.get(each, {}), (*place, each)) for each in NAMED}
    below = (*place, "carried")
    carried = {
        _name(talk, "talks", below): _carried(most, (*below, talk))
        for talk, most in _table(table.get("carried", {}), below).items()
    }
    return Habits(_seen(table.get("seen", {}), (*place, "seen")), carried=carried, **named)


def _named(value: Any, place: tuple[str, ...]) -> Named:
    return {_name(name, place[-1], place): _seen(seen, (*place, name)) for name, seen in _table(value, place).items()}


def _name(text: str, kind: str, place: tuple[str, ...]) -> str:
    form, expected = _NAMES[kind]
    if not form.fullmatch(text):
        raise MeaningError((*place, text), expected)
    return safe(text)


def _seen(value: Any, place: tuple[str, ...]) -> Seen:
    return {safe(host): _spans(days, (*place, host)) for host, days in _table(value, place).items()}


def _spans(value: Any, place: tuple[str, ...]) -> Spans:
    try:
        return parsed(value if isinstance(value, str) else "")
    except ValueError as error:
        raise MeaningError(place, str(error).removeprefix("expected ")) from error


def _carried(value: Any, place: tuple[str, ...]) -> Carried:
    table = _table(value, place)
    _only(table, ("received", "sent"), place)
    numbers = table.get("received", 0), table.get("sent", 0)
    if not all(type(each) is int and 0 <= each < 1 << 63 for each in numbers):
        raise MeaningError(place, "numbers of bytes, received and sent")
    return numbers


def _table(value: Any, place: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MeaningError(place, "a table")
    return value


def _only(table: Mapping[str, Any], names: tuple[str, ...], place: tuple[str, ...]) -> None:
    for name in table.keys() - set(names):
        raise MeaningError((*place, name), f"one of {', '.join(names)}")


def _line(content: bytes, told: str) -> tuple[str, ...]:
    """Return the number of the line in which msgspec found something wrong, ``(byte 123)``."""
    found = re.search(r"\(byte (\d+)\)", told)
    return (f"line {content[: int(found[1])].count(10) + 1}",) if found else ()
