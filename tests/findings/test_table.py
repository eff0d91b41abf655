import re

import pytest

from tcpview_tui.findings import table
from tcpview_tui.findings.rule import Rule, Severity
from tcpview_tui.findings.table import BY_ID, RULES

WIDTH = 30
"""Cells of the column of findings."""

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_ids_are_different_words_of_the_filter_language() -> None:
    assert len(BY_ID) == len(RULES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id) for rule in RULES)


def test_titles_are_different() -> None:
    assert len({rule.title for rule in RULES}) == len(RULES)


def test_every_rule_of_the_table_is_asked_by_somebody() -> None:
    families = [value for name, value in vars(table).items() if name.startswith("OF_")]
    assert sorted(rule.id for family in families for rule in family) == sorted(BY_ID)


@each_rule
def test_a_title_is_a_phrase_that_fits_its_column(rule: Rule[object]) -> None:
    assert 5 <= len(rule.title) <= WIDTH
    assert re.fullmatch(r"[A-Z][a-z].*[^.:;,!? ]", rule.title)


@each_rule
def test_what_it_reads_is_a_phrase(rule: Rule[object]) -> None:
    assert re.fullmatch(r"[a-zA-Z/].{8,}[^.:;,!? ]", rule.reads)


@each_rule
def test_what_looks_like_it_is_told_in_sentences(rule: Rule[object]) -> None:
    assert re.fullmatch(r"[A-Z].{10,}[^.:;,!? ]\.", rule.benign)


@each_rule
def test_it_points_at_a_technique_and_has_a_version(rule: Rule[object]) -> None:
    assert re.fullmatch(r"T\d{4}(\.\d{3})?", rule.technique)
    assert rule.version >= 1
    assert rule.severity in Severity
