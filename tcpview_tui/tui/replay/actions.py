"""What one can do with time: the actions that only a replay has."""

from __future__ import annotations

from functools import partial

from tcpview_tui.tui.action import Action
from tcpview_tui.tui.replay import commands

_GROUP = "Replay"

REPLAY: tuple[Action, ...] = (
    Action(
        "play", ("space",), "Play", "Let time go on, or stand still. At the end, what is still being written follows.",
        _GROUP, commands.toggle, hint="room", where="replay",
    ),
    Action(
        "next", ("full_stop",), "Next event", "Go to the next event and stand still there.",
        _GROUP, partial(commands.step, way=1), hint="room", where="replay",
    ),
    Action(
        "previous", ("comma",), "Event before", "Go back before the last event.",
        _GROUP, partial(commands.step, way=-1), where="replay",
    ),
    Action("speed_up", ("plus",), "Quicker", "Up to 1000x.", _GROUP, partial(commands.pace, way=1), where="replay"),
    Action("slow_down", ("minus",), "Slower", "Down to 1x.", _GROUP, partial(commands.pace, way=-1), where="replay"),
    Action(
        "jump", ("j",), "Jump", "Go to a time: 14:02:11, +5m or -1h5m from here, 50%, start or end.",
        _GROUP, commands.ask_time, hint="room", where="replay",
    ),
    Action(
        "next_match", ("right_square_bracket",), "Next match", "Go to the next event of a row that the filter shows.",
        _GROUP, partial(commands.find, way=1), where="replay",
    ),
    Action(
        "previous_match", ("left_square_bracket",), "Match before", "Go to the last such event before.",
        _GROUP, partial(commands.find, way=-1), where="replay",
    ),
    Action(
        "summary", ("z",), "Summary", "Say what the recording comes to: talkers, listeners, what was new, long, short.",
        _GROUP, commands.show_summary, hint="room", where="replay",
    ),
)  # fmt: skip
