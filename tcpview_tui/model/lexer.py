"""The text of a filter, read into tokens that know where they stand.

What a word is, is decided here: ``/usr/bin/x`` is a word and ``/usr/`` a regular expression (the first ``/`` inside
that is not written ``\\/`` must end it), ``fe80::1`` is an address and ``port:80`` a field with its value.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from tcpview_tui.text import safe

MAX_LENGTH = 4096
"""Characters of a filter; a longer text is a paste by mistake."""

_SHOWN = 40
"""Characters of the filter repeated in an error message."""

Kind = Literal["word", "quoted", "regex", "field", "operator", ",", "(", ")", "-", "and", "or", "not", "end"]

_KEYWORDS: dict[str, Kind] = {"and": "and", "or": "or", "not": "not"}
_SPACE = re.compile(r"\s*")
_ADDRESS = re.compile(r"[0-9a-f]{0,4}:[0-9a-f:.]*(?:%[\w.-]+)?(?:/\d+)?(?=[\s()]|\Z)", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\s*(?:[<>]=?|!?=)\s*|:(?:[<>]=?)?)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/(?=[\s)]|\Z)", re.DOTALL)
_REGEX_VALUE = re.compile(r"/((?:[^/\\]|\\.)*)/(?=[\s),]|\Z)", re.DOTALL)
_WORD = re.compile(r"[^\s()]+")
_VALUE = re.compile(r"[^\s(),]+")


class QueryError(ValueError):
    """A filter that cannot be understood: what is wrong with the characters `start` to `end`, what was `expected`."""

    def __init__(self, message: str, start: int, end: int, expected: str) -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.expected = message, start, end, expected

    def __str__(self) -> str:
        return f"At character {self.start + 1}: {self.message}; expected {self.expected}."


class Token(NamedTuple):
    """A piece of the filter: `text` is what it says, `start` and `end` where it stands, quotes and slashes included."""

    kind: Kind
    text: str
    start: int
    end: int

    def refused(self, message: str, expected: str) -> QueryError:
        """Return the error that points at this token; ``{}`` in `message` stands for its text."""
        return QueryError(message.replace("{}", f"'{safe(self.text, _SHOWN)}'"), self.start, self.end, expected)


def tokenize(text: str) -> list[Token]:
    """Return the tokens of `text`, with an ``end`` at last; `QueryError` for a text too long, a character
    that could not be shown, or an open quote."""
    if len(text) > MAX_LENGTH:
        message = f"the filter has {len(text)} characters"
        raise QueryError(message, MAX_LENGTH, len(text), f"at most {MAX_LENGTH}")
    for at, character in enumerate(text):
        if not character.isspace() and safe(character) != character:
            raise QueryError(
                "no row contains this character", at, at + 1, f"its escape as rows show it, {safe(character)}"
            )
    found: list[Token] = []
    at = _spaces(text, 0)
    while at < len(text):
        found += _value(text, at) if found and found[-1].kind in {"operator", ","} else _term(text, at)
        at = _after(text, found)
    return [*found, Token("end", "", len(text), len(text))]


def _spaces(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, found: list[Token]) -> int:
    last = found[-1]
    return last.end if last.kind in {"operator", ","} else _spaces(text, last.end)


def _term(text: str, at: int) -> list[Token]:
    character = text[at]
    if character == "(" or character == ")":
        return [Token("(" if character == "(" else ")", character, at, at + 1)]
    if character == "-" and text[at + 1 : at + 2].strip():
        return [Token("-", "-", at, at + 1)]
    if not _ADDRESS.match(text, at) and (field := _FIELD.match(text, at)):
        operator = field[2].strip()
        return [
            Token("field", field[1], field.start(1), field.end(1)),
            Token("operator", operator.lstrip(":") or ":", field.start(2), field.end(2)),
        ]
    return [_literal(text, at, _REGEX, _WORD)]


def _value(text: str, at: int) -> list[Token]:
    if text[at] == ",":
        return [Token(",", ",", at, at + 1)]
    if text[at].isspace() or text[at] in "()":
        at = _spaces(text, at)
        return _term(text, at) if at < len(text) else [Token("end", "", at, at)]
    value = _literal(text, at, _REGEX_VALUE, _VALUE)
    comma = re.compile(r",\s*").match(text, value.end)
    return [value, Token(",", ",", comma.start(), comma.end())] if comma else [value]


def _literal(text: str, at: int, regex: re.Pattern[str], word: re.Pattern[str]) -> Token:
    if text[at] == '"':
        if quoted := _QUOTED.match(text, at):
            return Token("quoted", re.sub(r'\\(["\\])', r"\1", quoted[1]), at, quoted.end())
        raise QueryError("the quotation mark is never closed", at, len(text), 'a second "')
    if found := regex.match(text, at):
        return Token("regex", found[1], at, found.end())
    found = word.match(text, at)
    end = found.end() if found else at + 1
    plain = text[at:end]
    return Token(_KEYWORDS.get(plain.lower(), "word") if word is _WORD else "word", plain, at, end)
