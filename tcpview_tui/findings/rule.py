"""A rule: what it judges by, how grave it is, and what is known to look like it and is none."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, Literal, NamedTuple, TypeVar

E = TypeVar("E", contravariant=True)

Of = Literal["process", "connection", "activity", "machine"]
"""What a rule judges: a process, one connection, what a process does over time, or this machine."""


class Severity(IntEnum):
    """How grave a finding is. Two grave ones are not one graver one: there is no score."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def label(self) -> str:
        """The word for it: ``high``."""
        return self.name.lower()


MARKED = Severity.MEDIUM
"""The least severity that marks a row: what is less is told where one looks closer, since most of it is normal."""


class Whom(NamedTuple):
    """Whom a finding is about: all that is about the same `subject` is told once, under the `name` for it.

    `places` are where it stands, if that is not only what was judged: subjects by which a row is found.
    """

    subject: Hashable
    name: str
    places: tuple[Hashable, ...] = ()


class Hit(NamedTuple):
    """The answer yes: a sentence with its evidence, and what speaks against it in this very case.

    `severity` is another one than that of the rule, where the evidence says so. `whom` it is about is said where that
    is more than the one thing that was judged.
    """

    sentence: str
    against: str = ""
    severity: Severity | None = None
    whom: Whom | None = None


class Unknown(NamedTuple):
    """The answer that nobody can give from here: a sentence that says why."""

    reason: str


Answer = Hit | Unknown | None
"""`None` is the answer no: the rule has looked, and found nothing."""


@dataclass(frozen=True, slots=True)
class Rule(Generic[E]):
    """A rule, and what people are told of it. All texts are for people; `id` is a word of the filter language.

    `version` counts changes of what it finds. `reads` names the files and facts it judges by, `technique` the id of
    the MITRE ATT&CK technique that it points at, `benign` what is known to look like it. `check` returns an answer from
    the evidence alone: it reads nothing itself, and texts in its answer have passed `text.safe`.
    """

    id: str
    version: int
    title: str
    of: Of
    reads: str
    severity: Severity
    technique: str
    benign: str
    check: Callable[[E], Answer]
