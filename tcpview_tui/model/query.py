"""The filter language: text becomes a `Query`, a chain of closures that says of each row whether it is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tcpview_tui.model.anywhere import anywhere
from tcpview_tui.model.choices import plain
from tcpview_tui.model.fields import BY_NAME, Field, Predicate
from tcpview_tui.model.lexer import QueryError, Token, tokenize
from tcpview_tui.model.matching import matcher, text_test, word

if TYPE_CHECKING:
    from tcpview_tui.model.choices import Choice
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.row import Row

__all__ = ["Query", "QueryError", "parse"]

_DEPTH = 50
_TERM = "a word, field:value or ("
_TERMS = frozenset({"word", "quoted", "regex", "field", "(", "-", "not"})

_OUTSIDE = plain("is:new-to-baseline")


@dataclass(slots=True)
class Query:
    """A filter that was understood. Nobody changes it.

    `predicate` answers for a row; it is `volatile` when its answer changes with time although the row does not, and
    `needs_names` when remote names matter to it, which arrive later than the row. `compares` names its terms that
    only several looks can answer, `judged` those of these that rules can answer, too, `named` those of its fields that
    only names can, `denied` those that deny something of a process: they match also where no process is known.
    """

    text: str
    predicate: Predicate = field(repr=False, compare=False)
    volatile: bool
    needs_names: bool
    compares: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()

    @property
    def asks_baseline(self) -> bool:
        """Whether it takes a baseline to answer it."""
        return any(plain(term) == _OUTSIDE for term in self.judged)

    def matches(self, row: Row, context: Context) -> bool:
        """Return whether the row is shown."""
        return self.predicate(row, context)


def parse(text: str) -> Query:
    """Return the query that `text` means; an empty text matches every row. Raises `QueryError`, and nothing else."""
    line = "".join(" " if character.isspace() else character for character in text)
    parser = _Parser(tokenize(line))
    predicate = parser.whole()
    lists = map(tuple, (parser.compares, parser.named, parser.denied, parser.judged))
    return Query(line.strip(), predicate, parser.volatile, parser.needs_names, *lists)


class _Parser:
    """Recursive descent, bounded in depth: or, and, not, term."""

    def __init__(self, tokens: list[Token]) -> None:
        self.volatile = False
        self.needs_names = False
        self.compares: list[str] = []
        self.named: list[str] = []
        self.denied: list[str] = []
        self.judged: list[str] = []
        self._of_process: list[str] = []
        self._tokens = tokens
        self._at = 0
        self._open: list[Token] = []

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def whole(self) -> Predicate:
        if self._token.kind == "end":
            return lambda _row, _context: True
        predicate = self._either()
        if self._at < len(self._tokens) - 1:
            raise self._token.refused("{} closes nothing", "a ( before it")
        return predicate

    def _either(self) -> Predicate:
        tests = [self._both()]
        while self._token.kind == "or":
            self._take()
            tests.append(self._both())
        return _chain(tests, decisive=True)

    def _both(self) -> Predicate:
        tests = [self._not()]
        while self._token.kind == "and" or self._token.kind in _TERMS:
            if self._token.kind == "and":
                self._take()
            tests.append(self._not())
        return _chain(tests, decisive=False)

    def _not(self) -> Predicate:
        negative = False
        while self._token.kind in {"-", "not"}:
            self._take()
            negative = not negative
        asked = len(self._of_process)
        predicate = self._term()
        if not negative:
            return predicate
        self.denied += self._of_process[asked:]
        return _none(predicate)

    def _term(self) -> Predicate:
        token = self._token
        if token.kind not in _TERMS:
            raise token.refused("the filter ends here" if token.kind == "end" else "{} stands alone", _TERM)
        self._take()
        if token.kind == "(":
            return self._group(token)
        if token.kind == "field":
            return self._field(token)
        self.needs_names = True
        return word(token) if token.kind == "word" else anywhere(text_test(token, folded=True))

    def _group(self, opening: Token) -> Predicate:
        self._open.append(opening)
        if len(self._open) > _DEPTH:
            raise opening.refused("too many ( inside each other", f"at most {_DEPTH}")
        predicate = self._either()
        if self._token.kind != ")":
            raise opening.refused("{} is never closed", "a )")
        self._take()
        self._open.pop()
        return predicate

    def _field(self, name: Token) -> Predicate:
        operator = self._take()
        found = BY_NAME.get(name.text.lower())
        if found is None:
            raise _unknown(name, operator)
        self.volatile |= found.volatile
        self.needs_names |= found.needs_names
        self.named += [found.name] if found.needs_names else []
        self._of_process += [found.name] if found.of_process else []
        self.denied += [found.name] if found.of_process and operator.text == "!=" else []
        values = self._values(found, name, operator)
        self.compares += _terms(found, values, lambda each: each.compares)
        self.judged += _terms(found, values, lambda each: each.judged)
        predicate = found.lift(matcher(found, operator, values))
        return _none(predicate) if operator.text == "!=" else predicate

    def _values(self, found: Field, name: Token, operator: Token) -> list[Token]:
        values: list[Token] = []
        before = operator
        while before.kind in {"operator", ","}:
            value = self._token
            if value.kind not in {"word", "quoted", "regex"} or value.start != before.end or not value.text:
                start = name.start if before.kind == "operator" else before.start
                message = f"no value follows {found.name}{operator.text}"
                raise QueryError(message, start, before.end, found.kind.expected)
            values.append(self._take())
            before = self._take() if self._token.kind == "," else value
        return values


def _unknown(name: Token, operator: Token) -> QueryError:
    near = get_close_matches(name.text.lower(), BY_NAME, 1)
    known = ", ".join(BY_NAME)
    fitting = f"{near[0]} (fields: {known})" if near else f"one of {known}"
    quoted = f'"{name.text[:20]}{operator.text}…"'
    return name.refused("no field is called {}", f"{fitting}; to find the text itself, quote it: {quoted}")


def _terms(found: Field, values: Sequence[Token], holds: Callable[[Field | Choice], bool]) -> list[str]:
    """Return the field, when something holds of all that it tells; else its terms with the choices of which it does."""
    chosen = {plain(choice.name) for choice in found.choices if holds(choice)}
    terms = [f"{found.name}:{each.text}" for each in values if plain(each.text) in chosen]
    return [found.name, *terms] if holds(found) else terms


def _chain(tests: Sequence[Predicate], decisive: bool) -> Predicate:
    """Return ``or`` over `tests` when True is decisive, ``and`` when False is."""
    if len(tests) == 1:
        return tests[0]

    def predicate(row: Row, context: Context) -> bool:
        for test in tests:  # any() over a generator takes three times as long
            if test(row, context) is decisive:
                return decisive
        return not decisive

    return predicate


def _none(test: Predicate) -> Predicate:
    return lambda row, context: not test(row, context)
