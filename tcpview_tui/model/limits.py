"""What the program itself cannot show, now or ever, in the words of a `Problem`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.text import count, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TcpSeen = Literal["at looks", "ending", "always"]
"""When a TCP connection is seen that is shorter than the interval: if a look meets it, when it ends, or always."""

ALWAYS = (
    Problem(
        Code.ROOTKIT,
        "Always: what the kernel hides",
        "A rootkit in the kernel can hide sockets from every program on this machine, this one too.",
    ),
)
"""What this version never sees, however it is run."""

_OTHERS = "Of UDP and raw sockets only those are seen that are there when the program looks."
_POLLED: dict[TcpSeen, str] = {
    "at looks": "The program looks at the machine again and again. A connection that opens and closes between two "
    "looks is not seen; a shorter interval misses fewer.",
    "ending": "TCP connections are told by the kernel as they end, however short they are, except attempts that were "
    f"refused; who had them is known if a look met them. {_OTHERS}",
    "always": f"TCP connections are told by the kernel as they open and close, however short they are. {_OTHERS}",
}
_ESTIMATE = (
    " How many TCP connections were missed is an estimate: those the kernel has counted as opened since this program "
    "started, less those that it saw."
)


def behind(every: float, interval: float) -> Problem:
    """Return that looks, one in `every` seconds, are further apart than `interval`."""
    return Problem(
        Code.BEHIND,
        f"sampling is behind: a look every {duration(every)}, the interval is {duration(interval)}",
        "The next look starts when the last one is done and shown. A longer interval takes load off the machine.",
    )


def polling(interval: float, missed: int | None = None, tcp: TcpSeen = "at looks") -> Problem:
    """Return that what lives shorter than `interval` seconds can be missed.

    `missed` TCP connections were, as far as the kernel counts them; with `tcp` always seen, none is.
    """
    what = "connections" if tcp == "at looks" else "UDP sockets"
    known = f", {missed:,} TCP so far" if missed and tcp != "always" else ""
    return Problem(
        Code.POLLING,
        f"sampling every {duration(interval)}: shorter {what} can be missed{known}",
        _POLLED[tcp] + (_ESTIMATE if known else ""),
    )


def dropped(number: int) -> Problem:
    """Return that `number` closed rows were given up."""
    return Problem(
        Code.DROPPED,
        f"{count(number, 'closed row')} given up",
        "So many closed rows were kept, or waited while the view was frozen, that the oldest of them were given up.",
    )


def memory(told: str) -> Problem:
    """Return that what earlier runs remembered could not be used, in the sentence `told`."""
    return Problem(Code.MEMORY, "what was remembered could not be used", told)


def judged(summary: str, *told: str) -> Problem:
    """Return that not everything was judged as was wanted: what in `summary`, and why in the sentences `told`."""
    return Problem(Code.JUDGING, summary, " ".join(told))


def no_baseline() -> Problem:
    """Return that the filter asks what is new to a baseline, and that there is none."""
    return judged(
        "no baseline to compare with",
        "The filter asks what is new to the baseline, and there is none: nothing matches, and that tells nothing. "
        "Learn what is normal here first (This is normal, or tcpview-tui baseline learn), or name one by --baseline.",
    )


def places(told: Iterable[str]) -> Problem:
    """Return what countries and AS numbers come from, and how old that is, in the sentences `told`."""
    return Problem(Code.PLACES, "countries and networks of addresses are known from files", " ".join(told))


def rules_failed(failed: Mapping[str, int]) -> Problem:
    """Return that rules failed, how often each, by id."""
    told = ", ".join(f"{name} ({number})" for name, number in sorted(failed.items()))
    return Problem(
        Code.RULES,
        f"{count(len(failed), 'rule')} failed",
        f"A rule that fails is not asked again about the same process, connection or program. Failed were: {told}.",
    )


def names(summary: str) -> Problem:
    """Return that names of remote addresses are missing, for the reason in `summary`."""
    return Problem(Code.NAMES, summary, "Rows are complete without names.")
