from tcpview_tui.judging.turns import MINUTE, Turns


def turn(turns: Turns[str], now: float) -> list[str]:
    return [*turns.called(now), *(subject for subject, _ in turns.again(now))]


def test_a_call_is_one_turn_however_often_and_then_one_a_minute() -> None:
    turns: Turns[str] = Turns()
    turns.call("a")
    turns.call("a")
    given = [turn(turns, second) for second in range(121)]
    assert [second for second, subjects in enumerate(given) if subjects] == [0, 60, 120]


def test_who_is_called_in_between_waits_a_minute_from_then() -> None:
    turns: Turns[str] = Turns()
    turns.call("a")
    assert turn(turns, 0) == ["a"]
    turns.call("a")
    assert turn(turns, 30) == ["a"]
    assert (turn(turns, MINUTE), turn(turns, 90)) == ([], ["a"])


def test_who_is_called_in_between_keeps_nobody_waiting() -> None:
    turns: Turns[str] = Turns()
    turns.call("a")
    turns.call("b")
    assert turn(turns, 0) == ["a", "b"]
    turns.call("a")
    assert turn(turns, 30) == ["a"]
    assert turn(turns, MINUTE) == ["b"]


def test_a_clock_that_is_set_back_stops_nobody() -> None:
    turns: Turns[str] = Turns()
    turns.call("a")
    assert turn(turns, 7200) == ["a"]
    assert turn(turns, 0) == ["a"]
    assert turn(turns, 1) == []


def test_who_is_dropped_has_no_turn_and_no_memory() -> None:
    turns: Turns[str] = Turns()
    turns.call("a")
    turns.call("b")
    turns.drop("b")
    assert turn(turns, 0) == ["a"]
    turns.drop("a")
    assert (turn(turns, 100), len(turns)) == ([], 0)
