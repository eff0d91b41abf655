"""What a value asks of a fact: each function turns the words after a field into a test."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from tcpview_tui.model import address, choices, fields, kinds
from tcpview_tui.model.anywhere import anywhere
from tcpview_tui.model.connection import Endpoint
from tcpview_tui.model.fields import BY_NAME, Field, Predicate
from tcpview_tui.model.pattern import Pattern

if TYPE_CHECKING:
    from tcpview_tui.model.choices import Match
    from tcpview_tui.model.lexer import QueryError, Token

_MEMORY = 16_384
"""Verdicts on texts that one filter remembers: rows share their process's path and command line."""

_COMPARE: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_ENDPOINT = re.compile(r"(\[[^\]]+\]|[0-9.]+|\*)?:([0-9]+)")


def word(token: Token) -> Predicate:
    """Return what a bare word means: an endpoint, a network, or a text in any column."""
    if found := _ENDPOINT.fullmatch(token.text):
        host, port = (found[1] or "*").strip("[]"), kinds.PORT.number and kinds.PORT.number(found[2])
        at = address.parse(host)
        if port is None and (at or host == "*"):
            raise token.refused("{} has no such port", kinds.PORT.expected)
        if at:
            return fields.either_end(Endpoint(str(at), int(port or 0)).__eq__)
        if host == "*":
            return BY_NAME["port"].lift(lambda fact: fact == port)
    if "/" in token.text and (within := _address(token.text)):
        return fields.either_end(lambda end: within(end.address))
    test = text_test(token._replace(text=address.canonical(token.text)), folded=True)
    # A time is searched for with its colon: without, every number under 60 would be found in most times.
    return anywhere(test, with_times=":" in token.text)


def matcher(found: Field, operator: Token, values: Sequence[Token]) -> Match:
    """Return what `operator` and `values` ask of a fact of the field. Raises `QueryError` where they do not fit it."""
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
    if found.kind is kinds.FLAG or (found.choices and value.kind != "regex"):
        return _choice(found, value)
    if found.kind is kinds.ADDRESS and value.kind != "regex":
        return _address(value.text) or _part(found, value)
    return text_test(value)


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
    wanted = choices.plain(value.text)
    for choice in found.choices if value.kind != "regex" else ():
        if wanted in map(choices.plain, (choice.name, *choice.aliases)):
            return choice.covers
    names = [choice.name for choice in found.choices]
    begun = [name for name in names if choices.plain(name).startswith(wanted)]
    near = begun or get_close_matches(value.text.lower(), names, 1)
    known = ", ".join(names)
    raise _misfit(found, value, f"{near[0]} (known: {known})" if near else f"one of {known}")


def text_test(token: Token, folded: bool = False) -> Match:
    """Return the test for a text or a regular expression; `folded` facts are case-folded already."""
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
