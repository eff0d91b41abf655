from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tcpview_tui.respond.log import ActionLog
from tcpview_tui.respond.outcome import Outcome, refused, worst

DONE = Outcome(True, "done", "Sent TERM to nginx (7). It has ended.")


class Clock:
    now = 1_700_000_000.0

    def wall(self) -> float:
        self.now += 1
        return self.now

    def monotonic(self) -> float:
        return 0.0

    def slept(self) -> float:
        return 0.0


def test_entries_keep_time_action_target_and_outcome_in_order() -> None:
    log = ActionLog(Clock())
    log.record("end process", "nginx (7)", DONE)
    log.record("end process", "init (1)", refused("It is pid 1."))
    assert [(e.at, e.action, e.target, e.outcome.kind) for e in log] == [
        (1_700_000_001.0, "end process", "nginx (7)", "done"),
        (1_700_000_002.0, "end process", "init (1)", "refused"),
    ]


def test_a_full_log_drops_the_oldest_and_says_so() -> None:
    log = ActionLog(Clock(), limit=2)
    for name in "abc":
        log.record("end process", name, DONE)
    assert [entry.target for entry in log] == ["b", "c"]
    assert (len(log), log.dropped) == (2, 1)


def test_threads_may_record_while_others_iterate() -> None:
    log = ActionLog(Clock(), limit=500)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (log.record("a", str(n), DONE), list(log)), range(2000)))
    assert (len(log), log.dropped) == (500, 1500)


def test_the_worst_outcome_is_told_first() -> None:
    denied = Outcome(False, "denied", "No permission.")
    assert worst([DONE, denied, Outcome(False, "running", "Still there.")]) is denied
