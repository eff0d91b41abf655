"""What the filter prompt offers: the grammar as a table of examples, and the completion of a name half typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from tcpview_tui.model import fields
from tcpview_tui.model.choices import plain


class Form(NamedTuple):
    """A line of the grammar: an example and what it means."""

    example: str
    meaning: str


GRAMMAR: tuple[Form, ...] = (
    Form("ssh", "rows with this text in some column, in any case; 14:22 finds it in First seen and Closed too"),
    Form("nginx worker", "both words, each in some column; the same as nginx and worker"),
    Form('"GET /"', 'text with spaces or signs; \\" and \\\\ stand for " and \\'),
    Form("/^kube.*proxy$/", "a regular expression on each column; \\/ stands for /; /usr/bin/x is a word"),
    Form("10.0.0.1:443", "this address and port at either end; :443 the port alone"),
    Form("10.0.0.0/8", "an address of this network at either end"),
    Form("user:root", "a field that contains a text or has a value; = is the same as :"),
    Form("port:80,443", "one of several values"),
    Form("port:1024-2048", "a range, both ends included"),
    Form("age<60", "a comparison: < <= > >= and != for not"),
    Form('cmd:/-p\\d+/ cmd:"a, b"', "a regular expression or quoted text in one field"),
    Form("ssh or http and user:root", "and binds closer than or; words side by side mean and"),
    Form("not (udp or is:loopback)", "not and - apply to what follows"),
    Form("-port:443", "the short not"),
)


class Candidate(NamedTuple):
    """A text that can stand in place of what is half typed, and what it means."""

    text: str
    help: str


@dataclass(frozen=True, slots=True)
class Completion:
    """What can replace the characters `start` to `end`; no candidates: nothing to complete here."""

    start: int
    end: int
    candidates: tuple[Candidate, ...] = ()


_BEFORE = re.compile(r"(?:^|[\s(])-*([A-Za-z_]\w*)?(?:(?::|!?=)(?:[\w-]*,\s*)*([\w-]*))?\Z", re.ASCII)
_REST_OF_NAME = re.compile(r"\w*(?:!=|[<>]=?|[:=])?", re.ASCII)
_REST_OF_VALUE = re.compile(r"[\w-]*", re.ASCII)


def complete(text: str, cursor: int) -> Completion:
    """Return what can stand at the cursor: names of fields, or the values of a field that has a fixed set of them."""
    cursor = max(0, min(cursor, len(text)))
    found = _BEFORE.search(text, 0, cursor)
    if found is None or _is_quoted(text[:cursor]):
        return Completion(cursor, cursor)
    if found[2] is None:
        return _names(text, cursor, found[1] or "")
    return _values(text, cursor, (found[1] or "").lower(), found[2])


def _is_quoted(before: str) -> bool:
    return re.sub(r"\\.", "", before).count('"') % 2 == 1


def _names(text: str, cursor: int, typed: str) -> Completion:
    found = _REST_OF_NAME.match(text, cursor)
    wanted = typed.lower()
    candidates = [
        Candidate(field.name + (":" if field.kind.exact else "<"), field.help)
        for field in fields.FIELDS
        if field.name.startswith(wanted)
    ]
    return Completion(cursor - len(typed), found.end() if found else cursor, tuple(candidates))


def _values(text: str, cursor: int, name: str, typed: str) -> Completion:
    found = _REST_OF_VALUE.match(text, cursor)
    field = fields.BY_NAME.get(name)
    wanted = plain(typed)
    candidates = [
        Candidate(choice.name, choice.help)
        for choice in (field.choices if field else ())
        if plain(choice.name).startswith(wanted)
    ]
    return Completion(cursor - len(typed), found.end() if found else cursor, tuple(candidates))
