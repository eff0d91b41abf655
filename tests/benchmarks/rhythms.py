"""How many made-up clients the rule of beacons marks, of which kind: `python -m tests.benchmarks.rhythms`.

Each is watched for a while and judged once a minute, with exact times and by looks; it counts as marked if it ever is.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from itertools import takewhile

from tcpview_tui.findings.activity import LEAST_INTERVALS
from tcpview_tui.findings.pair import pair_of
from tcpview_tui.findings.rules.beacon import BEACON
from tcpview_tui.findings.series import Chronicle
from tests.findings.workload import outgoing

CLIENTS, SECONDS, MINUTE = 50, 1800, 60
Client = Callable[[random.Random], Iterator[float]]

_PAIR = pair_of(outgoing(0))


def by_chance(mean: float) -> Client:
    """Calls at any time, each independent of the last."""
    return lambda pick: _steps(lambda: pick.expovariate(1 / mean))


def one_after_the_other(mean: float, spread: float) -> Client:
    """Asks again as soon as it has an answer, which takes about so long."""
    return lambda pick: _steps(lambda: mean * math.exp(pick.gauss(0, spread)))


def beacon(period: float, jitter: float) -> Client:
    """Calls at every period, or too early or too late by up to that share of it."""
    return lambda pick: _steps(lambda: period * pick.uniform(1 - jitter, 1 + jitter))


def pool(size: int, life: float) -> Client:
    """Has so many connections, each of which is opened anew when it is over."""

    def times(pick: random.Random) -> Iterator[float]:
        each = (beacon(life, 0.5)(random.Random(pick.random())) for _ in range(size))
        yield from sorted(at for one in each for at in takewhile(lambda at: at < SECONDS, one))

    return times


def browser(pick: random.Random) -> Iterator[float]:
    """Opens some connections for each page, which is read then."""
    at = 0.0
    while True:
        at += pick.expovariate(1 / 25)
        for _ in range(pick.randrange(1, 12)):
            at += pick.expovariate(1 / 0.8)
            yield at


def _steps(step: Callable[[], float]) -> Iterator[float]:
    at = 0.0
    while True:
        at += step()
        yield at


KINDS: dict[str, Client] = {
    **{f"by chance, every {mean} s": by_chance(mean) for mean in (0.25, 0.5, 0.75, 1, 2, 5, 60)},
    "a browser": browser,
    **{f"a pool of {size} for {life} s each": pool(size, life) for size, life in ((3, 3), (2, 6), (8, 20))},
    **{f"one after the other, {mean} s, {share:.0%}": one_after_the_other(mean, share)
       for mean, share in ((2, 0.5), (2, 0.3), (2, 0.2), (4, 0.5), (4, 0.3))},
    **{f"a beacon every {period} s, {jitter:.0%}": beacon(period, jitter)
       for period, jitter in ((2, 0.2), (2, 0.3), (3, 0.2), (5, 0.2), (60, 0.2), (60, 0.5))},
}  # fmt: skip


def is_marked(client: Client, seed: int, look: float) -> bool:
    """Whether it is ever marked; a `look` of 0 tells exact times."""
    assert _PAIR
    chronicle, told = Chronicle(), 0
    for at in takewhile(lambda at: at < SECONDS, client(random.Random(seed))):
        if at >= (told + 1) * MINUTE:
            told = int(at // MINUTE)
            if any(BEACON.check(series) for series in chronicle.news(LEAST_INTERVALS)):
                return True
        chronicle.take(_PAIR, math.ceil(at / look) * look if look else at, look, None)
    return any(BEACON.check(series) for series in chronicle.news(LEAST_INTERVALS))


def main() -> None:
    print(f"{f'Marked of {CLIENTS}, within {SECONDS // 60} minutes':<44}{'exact':>8}{'1 s':>8}{'2 s':>8}{'5 s':>8}")
    for name, client in KINDS.items():
        counts = (sum(is_marked(client, seed, look) for seed in range(CLIENTS)) for look in (0, 1, 2, 5))
        print(f"{name:<44}" + "".join(f"{count:>8}" for count in counts))


if __name__ == "__main__":
    main()
