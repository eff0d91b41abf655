"""The filter language: text becomes a `Query`, a chain of closures that says of each row whether it is shown."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from tcpview_tui.model import address, fields
from tcpview_tui.model.connection import Endpoint
from tcpview_tui.model.fields import BY_NAME, Field, Match, Predicate
from tcpview_tui.model.lexer import Pattern, QueryError, Token, tokenize

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context
    from tcpview_tui.model.row import Row

__all__ = ["Query", "QueryError", "parse"]

_DEPTH = 50
_MEMORY = 16_384
"""Verdicts on texts that one filter remembers: rows share their process's path and command line."""

_TERM = "a word, field:value or ("
_TERMS = frozenset({"word", "quoted", "regex", "field", "(", "-", "not"})
_COMPARE: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_ENDPOINT = re.compile(r"(\[[^\]]+\]|[0-9.]+|\*)?:([0-9]+)")


@dataclass(slots=True)
class Query:
    """A filter that was understood. Nobody changes it.

    `predicate` answers for a row; it is `volatile` when its answer changes with time although the row does not, and
    `needs_names` when remote names matter to it, which arrive later than the row.
    """

    text: str
    predicate: Predicate = field(repr=False, compare=False)
    volatile: bool
    needs_names: bool

    def matches(self, row: Row, context: Context) -> bool:
        """Return whether the row is shown."""
        return self.predicate(row, context)


def parse(text: str) -> Query:
    """Return the query that `text` means; an empty text matches every row. Raises `QueryError`, and nothing else."""
    parser = _Parser(tokenize(text))
    return Query(text.strip(), parser.whole(), parser.volatile, parser.needs_names)


class _Parser:
    """Recursive descent, bounded in depth: or, and, not, term."""

    def __init__(self, tokens: list[Token]) -> None:
        self.volatile = False
        self.needs_names = False
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
        predicate = self._term()
        return _none(predicate) if negative else predicate

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
        return _word(token) if token.kind == "word" else fields.anywhere(_text(token, folded=True))

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
        predicate = found.lift(_matcher(found, operator, self._values(found, name, operator)))
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


def _word(token: Token) -> Predicate:
    """Return what a bare word means: an endpoint, a network, or a text in any column."""
    if found := _ENDPOINT.fullmatch(token.text):
        host, port = (found[1] or "*").strip("[]"), fields.PORT.number and fields.PORT.number(found[2])
        at = address.parse(host)
        if port is None and (at or host == "*"):
            raise token.refused("{} has no such port", fields.PORT.expected)
        if at:
            return fields.either_end(Endpoint(str(at), int(port or 0)).__eq__)
        if host == "*":
            return BY_NAME["port"].lift(lambda fact: fact == port)
    if "/" in token.text and (within := _address(token.text)):
        return fields.either_end(lambda end: within(end.address))
    spelled = token._replace(text=address.canonical(token.text))
    return fields.anywhere(_text(spelled, folded=True))


def _matcher(found: Field, operator: Token, values: Sequence[Token]) -> Match:
    if operator.text[0] in "<>":
        return _comparison(found, operator, values)
    exact = [_number(found, value) for value in values if found.kind.exact]
    if exact and None not in exact:
        return frozenset(exact).__contains__
    tests = [_value(found, value) for value in values]
    return tests[0] if len(tests) == 1 else lambda fact: any(test(fact) for test in tests)


def _number(found: Field, value: Token) -> float | None:
    return found.kind.number(value.text) if found.kind.number and value.kind != "regex" else None


def _comparison(found: Field, operator: Token, values: Sequence[Token]) -> Match:
    if found.kind.number is None:
        raise operator.refused(f"{found.name} has no order, {{}} cannot compare it", f"{found.name}:value")
    if len(values) > 1:
        raise values[1].refused("a second value {}", f"one value after {operator.text}")
    bound = _number(found, values[0])
    if bound is None:
        raise _misfit(found, values[0])
    compare = _COMPARE[operator.text]
    return lambda fact: compare(fact, bound)


def _value(found: Field, value: Token) -> Match:
    if found.kind.number:
        return _range(found, value)
    if found.kind is fields.FLAG or (found.choices and value.kind != "regex"):
        return _choice(found, value)
    if found.kind is fields.ADDRESS and value.kind != "regex":
        return _address(value.text) or _part(found, value)
    return _text(value)


def _misfit(found: Field, value: Token, expected: str = "") -> QueryError:
    return value.refused(f"{{}} is no value for {found.name}", expected or found.kind.expected)


def _range(found: Field, value: Token) -> Match:
    least, dash, most = value.text.partition("-")
    low = _number(found, value._replace(text=least))
    high = _number(found, value._replace(text=most)) if dash or not found.kind.exact else low
    if low is None or high is None:
        raise _misfit(found, value)
    if low > high:
        raise value.refused("the range {} runs backwards", f"{most}-{least}")
    return lambda fact: low <= fact <= high


def _choice(found: Field, value: Token) -> Match:
    wanted = fields.plain(value.text)
    for choice in found.choices if value.kind != "regex" else ():
        if wanted in map(fields.plain, (choice.name, *choice.aliases)):
            return choice.covers
    names = [choice.name for choice in found.choices]
    begun = [name for name in names if fields.plain(name).startswith(wanted)]
    near = begun or get_close_matches(value.text.lower(), names, 1)
    known = ", ".join(names)
    raise _misfit(found, value, f"{near[0]} (known: {known})" if near else f"one of {known}")


def _text(token: Token, folded: bool = False) -> Match:
    if token.kind == "regex":
        search = Pattern(token).search
        return search if folded else lru_cache(_MEMORY)(search)
    if not token.text:
        raise token.refused("there is no text between the quotation marks", "a text")
    wanted = token.text.casefold()
    if folded:
        return lambda lines: wanted in lines
    return lru_cache(_MEMORY)(lambda fact: wanted in fact.casefold())


def _part(found: Field, value: Token) -> Match:
    """Return the test for the beginning of an address, or for any part when no address begins like that."""
    part = value.text.strip("[]").casefold()
    if not re.fullmatch(r"[0-9.]+|[0-9a-f:]+|.*%.*", part) or part.count(".") > 3:
        raise _misfit(found, value)
    if re.match("[0-9a-f]", part):
        return lambda fact: fact.casefold().startswith(part)
    return lambda fact: part in fact.casefold()


def _address(text: str) -> Match | None:
    """Return the test for an address or a network (RFC 4632); `None` when `text` is neither."""
    one = address.parse(text.strip("[]"))
    if one is not None:
        wanted = str(one)
        zoned = wanted if "%" in wanted else wanted + "%"  # no zone asked for: any zone (RFC 4007)
        return lambda fact: fact == wanted or fact.startswith(zoned)
    try:
        network = ipaddress.ip_network(text.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None
    version, least, most = network.version, int(network[0]), int(network[-1])

    def within(fact: str) -> bool:
        found = address.parse(fact)
        return found is not None and found.version == version and least <= int(found) <= most

    return within
