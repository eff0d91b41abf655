"""The text of a filter, read into tokens that know where they stand, and the regular expressions in it.

What a word is, is decided here: ``/usr/bin/x`` is a word and ``/usr/`` a regular expression (the first ``/`` inside
that is not written ``\\/`` must end it), ``fe80::1`` is an address and ``port:80`` a field with its value.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import partial, reduce
from operator import getitem
from typing import Any, Literal, NamedTuple

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

    def pointer(self) -> str:
        """Return the line of carets that stands under the filter, when each character takes one cell."""
        return " " * self.start + "^" * max(self.end - self.start, 1)


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
    """Return the tokens of `text`, with an ``end`` at last; `QueryError` for a text too long or an open quote."""
    if len(text) > MAX_LENGTH:
        message = f"the filter has {len(text)} characters"
        raise QueryError(message, MAX_LENGTH, len(text), f"at most {MAX_LENGTH}")
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


_NODES = 300
"""Steps of one pattern, `{5}` counted five times: it bounds what one character of a text can cost."""

_TRANSITIONS = 20_000
"""Transitions remembered by one pattern; about 2 MB."""

_NESTING = 25
_REPEATS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_ANCHORS = {"^": "^", "$": "$", "\\A": "^", "\\Z": "$", "\\b": "b", "\\B": "B"}
_PIECE = re.compile(
    r"(?P<open>\((?:\?:|\?P<\w+>|(?!\?)))|(?P<close>\))|(?P<alternative>\|)"
    r"|(?P<repeat>[*+?]|\{(?:\d+(?:,\d*)?|,\d*)\})(?P<possessive>\+)?\??"
    r"|(?P<anchor>[\^$]|\\[AZbB])"
    r"|(?P<atom>\[\^?\]?(?:\\.|[^\]\\])*\]|\\x\w\w|\\u\w{4}|\\U\w{8}|\\[^0-9NxuU]|[^\\(])",
    re.DOTALL,
)


_Build = Callable[[int], int]
"""Adds the nodes of a part of a pattern; takes the node that comes after, returns the first."""


class _State(dict[str, "_State"]):
    """One state of the automaton: the next state by character, worked out when a character is first met."""

    def __init__(self, pattern: Pattern, live: frozenset[int], before: str, accepts: bool = False) -> None:
        super().__init__()
        self.pattern, self.live, self.before, self.accepts = pattern, live, before, accepts

    def __missing__(self, character: str) -> _State:
        return self if self.accepts else self.pattern.advance(self, character)


class Pattern:
    """A regular expression whose time is proportional to the text, whatever the text is.

    Python's `re` backtracks, so that ``(a+)+$`` takes years on a command line that its owner chose; this one runs
    all readings side by side (Thompson's construction, made deterministic as it goes). Case does not matter. No
    reading crosses a line break, and ``^`` ``$`` stand for the ends of a line. Not supported, because they cannot be
    had in linear time: back-references and look-around.
    """

    def __init__(self, token: Token) -> None:
        """Raise `QueryError`, pointing into the token, for what is no regular expression or is not supported."""
        self._nodes: list[tuple[Any, list[int]]] = []
        self._token = token
        with warnings.catch_warnings(action="ignore"):
            self._check()
            build = self._read()
        self._entry = build(self._node(None, []))
        self._states: dict[tuple[frozenset[int], str], _State] = {}
        self._transitions = 0
        self._start = self._state(frozenset([self._entry]), "\n")
        self._accepting = _State(self, frozenset(), "", accepts=True)

    def search(self, text: str) -> bool:
        """True when some part of some line of `text` matches."""
        return reduce(getitem, text + "\n", self._start).accepts

    def advance(self, state: _State, character: str) -> _State:
        """Return the state after `character`, and remember it."""
        self._transitions += 1
        if self._transitions > _TRANSITIONS:  # a hostile text must not fill the memory
            self._transitions = 0
            self._states.clear()
            self._start.clear()
        reached = self._closure(state, character)
        if 0 in reached:
            state[character] = self._accepting
        else:
            nodes = (self._nodes[index] for index in reached)
            stepped = {to[0] for test, to in nodes if isinstance(test, re.Pattern) and test.match(character)}
            live = stepped if character != "\n" else ()
            before = "\n" if character == "\n" else "w" if _is_word(character) else " "
            state[character] = self._state(frozenset([self._entry, *live]), before)
        return state[character]

    def _state(self, live: frozenset[int], before: str) -> _State:
        return self._states.setdefault((live, before), _State(self, live, before))

    def _closure(self, state: _State, after: str) -> set[int]:
        word = (state.before == "w") != _is_word(after)
        holds = {"^": state.before == "\n", "$": after == "\n", "b": word, "B": not word, "": True}
        reached: set[int] = set()
        waiting = list(state.live)
        while waiting:
            index = waiting.pop()
            if index not in reached:
                reached.add(index)
                test, to = self._nodes[index]
                waiting += to if isinstance(test, str) and holds[test] else ()
        return reached

    def _check(self) -> None:
        if not self._token.text:
            raise self._token.refused("the regular expression is empty", "a pattern between the two /")
        try:
            re.compile(self._token.text)
        except re.error as error:
            raise self._refused(error.msg, error.pos or 0, "a regular expression") from error
        except (RecursionError, OverflowError) as error:
            raise self._refused("the regular expression is too large", 0, "a shorter one") from error

    def _refused(self, message: str, at: int, expected: str) -> QueryError:
        start = min(self._token.start + 1 + at, self._token.end - 1)
        return QueryError(f"the regular expression fails here: {message}", start, start + 1, expected)

    def _read(self) -> _Build:
        groups: list[list[list[_Build]]] = [[[]]]
        at = 0
        while at < len(self._token.text):
            piece = _PIECE.match(self._token.text, at)
            if piece is None or piece["possessive"]:
                raise self._refused("this cannot be searched in bounded time", at, "no look-around or back-reference")
            if len(groups) > _NESTING:
                raise self._refused("too many ( inside each other", at, f"at most {_NESTING}")
            self._take(piece, groups)
            at = piece.end()
        return partial(self._either, groups[0])

    def _take(self, piece: re.Match[str], groups: list[list[list[_Build]]]) -> None:
        items = groups[-1][-1]
        if piece["open"]:
            groups.append([[]])
        elif piece["close"]:
            alternatives = groups.pop()
            groups[-1][-1].append(partial(self._either, alternatives))
        elif piece["alternative"]:
            groups[-1].append([])
        elif piece["repeat"]:
            items[-1] = partial(self._repeat, items[-1], *_bounds(piece["repeat"]))
        elif piece["anchor"]:
            items.append(partial(self._one, _ANCHORS[piece["anchor"]]))
        else:
            items.append(partial(self._one, re.compile(piece["atom"], re.IGNORECASE | re.DOTALL)))

    def _node(self, test: re.Pattern[str] | str | None, to: list[int]) -> int:
        if len(self._nodes) >= _NODES:
            raise self._refused("too many steps", 0, f"at most {_NODES}, repetitions counted")
        self._nodes.append((test, to))
        return len(self._nodes) - 1

    def _one(self, test: re.Pattern[str] | str, then: int) -> int:
        return self._node(test, [then])

    def _either(self, alternatives: list[list[_Build]], then: int) -> int:
        starts = [reduce(lambda after, build: build(after), reversed(items), then) for items in alternatives]
        return self._node("", starts)

    def _repeat(self, build: _Build, least: int, most: int | None, then: int) -> int:
        if most is None:
            loop = self._node("", [then])
            self._nodes[loop][1].append(build(loop))
            first = loop
        else:
            first = then
            for _ in range(most - least):
                first = self._node("", [build(first), then])
        for _ in range(least):
            first = build(first)
        return first


def _bounds(repeat: str) -> tuple[int, int | None]:
    if repeat in _REPEATS:
        return _REPEATS[repeat]
    least, comma, most = repeat[1:-1].partition(",")
    return int(least or 0), int(most) if most else None if comma else int(least)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
