"""What came of an action, in a form that a message, a dialog and the action log can all show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["done", "running", "gone", "changed", "denied", "refused", "failed"]
"""What became of one target, a process that was signalled or a connection that was closed. `done`: it has ended.
`running`: the process was signalled and is still there. `gone`: it had ended before. `changed`: another process has
the pid now. `denied`: the system forbade it. `refused`: this program would not do it. `failed`: anything else, with
the reason of the system or of the source."""

_GRAVITY: tuple[Kind, ...] = ("changed", "denied", "failed", "refused", "running", "done", "gone")
"""Kinds from the one to tell first to the one to tell last, for an action on several targets."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of every action. `sentence` says what happened, why, and what can be done about it.

    `ok` is true when what was asked for has happened. `details` holds a sentence for each target that did not go
    as asked, when there were several. All texts are safe to show.
    """

    ok: bool
    kind: Kind
    sentence: str
    details: tuple[str, ...] = ()


def refused(reason: str) -> Outcome:
    """Return the outcome of an action that this program did not even try, with the `reason`, a sentence."""
    return Outcome(False, "refused", f"Nothing was sent. {reason}")


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome to tell first. Raises ValueError when there are none."""
    return min(outcomes, key=lambda outcome: _GRAVITY.index(outcome.kind))
