"""Regular expressions in linear time, because the texts they search were written by whoever is investigated.

Its own small engine, since `re` and `regex` backtrack and RE2 needs a compiled extension on every suspect machine.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import partial, reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

from tcpview_tui.model.lexer import QueryError

if TYPE_CHECKING:
    from tcpview_tui.model.lexer import Token

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
