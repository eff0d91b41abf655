"""The actions, each declared once: bindings, hints, command palette, help and README are made from this table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.tui.action import Action, Table
from tcpview_tui.tui.commands import (
    arranging,
    copying,
    disconnect,
    filtering,
    judging,
    lookups,
    recording,
    remaining,
    respond,
    saving,
    screens,
    selecting,
    viewing,
)
from tcpview_tui.tui.replay.actions import REPLAY

ACTIONS: tuple[Action, ...] = (
    Action(
        "filter", ("slash",), "Filter", "Show only what matches; Enter keeps the filter, Esc takes it back.",
        "Look", viewing.open_filter, hint="room",
    ),
    Action(
        "freeze", ("space",), "Freeze", "Freeze or thaw the view. Collection goes on; thawing marks what happened.",
        "Look", viewing.freeze, hint="room", where="live",
    ),
    Action(
        "details", ("enter",), "Details",
        "Show all about the row beside or below the table; again, on the whole screen.",
        "Judge", screens.show_details, hint="room", of_row=True,
    ),
    Action(
        "whois", ("w",), "Whois", "Ask who owns the remote address.",
        "Judge", lookups.whois, hint="room", of_row=True,
    ),
    Action(
        "end", ("k",), "End process", "End the process of the row, or those of the selected rows, after a dialog.",
        "Contain", respond.end_process, hint="room", changes_system=True, of_row=True, of_now=True,
    ),
    Action(
        "disconnect", ("d",), "Disconnect",
        "Close the connections and leave their processes, after a dialog. Needs root and the sockdiag source.",
        "Contain", disconnect.disconnect_rows, changes_system=True, of_row=True, of_now=True,
    ),
    Action(
        "findings", ("f",), "Findings", "List what is suspicious and why, and what could not be checked.",
        "Judge", judging.show_findings, hint="room",
    ),
    Action(
        "normal", ("b",), "This is normal", "Learn the rows that are shown as normal here (baseline), after a dialog.",
        "Judge", judging.mark_normal, of_now=True,
    ),
    Action(
        "references", ("V",), "VirusTotal and others",
        "Show pages about the remote address and the program, to copy or open; ask who you have a key for.",
        "Judge", judging.show_references, of_row=True,
    ),
    Action(
        "help", ("question_mark", "f1"), "Help", "Show all keys, columns and filter fields.",
        "Program", screens.show_help, hint="always",
    ),
    Action("palette", ("ctrl+p",), "Palette", "Search all actions by name.", "Program", screens.open_palette),
    Action("quit", ("q", "ctrl+q"), "Quit", "Leave.", "Program", screens.leave, hint="always"),
    Action(
        "sort", ("s",), "Sort", "Choose the column to sort by; the one before breaks ties.",
        "Look", viewing.choose_order, hint="room",
    ),
    Action(
        "group", ("g",), "Group", "Gather rows by process, remote address, network, service, container, port or state.",
        "Look", arranging.choose_grouping, hint="room",
    ),
    Action(
        "mark", ("m",), "Mark now", "From here on, dim what is neither new nor different.",
        "Look", remaining.mark_now, hint="room",
    ),
    Action(
        "marks", ("M",), "Marks", "Choose a mark, and whether older rows are dimmed or hidden.",
        "Look", remaining.choose_mark,
    ),
    Action(
        "keep", ("x",), "Keep closed", "Keep closed rows in the table, or let them go again.",
        "Look", remaining.toggle_kept, hint="room",
    ),
    Action(
        "record", ("R",), "Record", "Write down everything from now on, in a sealed file in this folder; again: end.",
        "Look", recording.toggle, of_now=True,
    ),
    Action(
        "traffic", ("B",), "Traffic mark", "Mark the rows that carried traffic in the last look, or do not.",
        "Look", viewing.toggle_traffic,
    ),
    Action("clear_closed", ("X",), "Clear closed", "Let the closed rows go.", "Look", remaining.clear_kept),
    Action(
        "pin", ("p",), "Pin", "Keep the rows at the top, also when they are closed; again, no longer.",
        "Look", arranging.pin, of_row=True,
    ),
    Action("unpin", ("P",), "Unpin all", "Pin no row any longer.", "Look", arranging.unpin_all),
    Action(
        "names", ("n",), "Names", "Look up names of remote addresses (reverse DNS), or stop.",
        "Judge", lookups.toggle_names, hint="room",
    ),
    Action(
        "copy", ("y",), "Copy", "Copy the rows to the terminal's clipboard; again, show them to select from.",
        "Document", copying.copy_rows, of_row=True,
    ),
    Action(
        "copy_remote", ("Y",), "Copy remote address", "Copy the remote addresses; again, show them to select from.",
        "Document", copying.copy_remote, of_row=True,
    ),
    Action(
        "interrupt", ("ctrl+c",), "Copy or leave", "Copy the rows; again at once, leave. In a dialog, go back.",
        "Document", copying.interrupt,
    ),
    Action(
        "save", ("ctrl+s",), "Save", "Save the rows as CSV, JSON or text, or the screen as SVG.",
        "Document", saving.save,
    ),
    Action(
        "sample", ("full_stop",), "Look now", "Look at once. Frozen, the view steps to now and stays frozen.",
        "Look", viewing.sample_now, where="live",
    ),
    Action(
        "slower", ("plus",), "Longer interval", "Look less often.",
        "Look", partial(viewing.change_interval, step=1), where="live",
    ),
    Action(
        "faster", ("minus",), "Shorter interval", "Look more often.",
        "Look", partial(viewing.change_interval, step=-1), where="live",
    ),
    *(
        Action(
            f"toggle_{toggle.id}", (toggle.key,), f"Hide {toggle.title}", "The same key shows them again.",
            "Look", partial(viewing.toggle, kind=toggle.id),
        )
        for toggle in TOGGLES
    ),
    Action(
        "states", ("S",), "States", "Choose which states are shown, with their counts.",
        "Look", filtering.choose_states,
    ),
    Action(
        "filters", ("F",), "Saved filters", "Switch filters that have a name, name the present one, forget one.",
        "Look", filtering.choose_filters,
    ),
    Action(
        "columns", ("c",), "Columns", "Choose which columns are shown, in which order, how wide.",
        "Look", arranging.choose_columns,
    ),
    Action("theme", ("T",), "Theme", "Choose the colours.", "Program", arranging.choose_theme),
    Action(
        "clear", ("escape",), "Back",
        "Drop the selection; else close the details; else show all rows: filters, switches, states and mark off.",
        "Look", viewing.back,
    ),
    Action(
        "limits", ("i",), "Not visible", "Say what this program cannot see here, and why.",
        "Judge", screens.show_limits,
    ),
    Action(
        "log", ("a",), "Action log", "List what was done to processes and connections from here.", "Contain",
        screens.show_log,
    ),
    Action(
        "menu", ("o", "menu", "f16", "shift+f10", "f22"), "Menu",
        "Offer what can be done with the row, as a right click does.",
        "Program", screens.open_menu,
    ),
    Action(
        "select", ("v",), "Select", "Begin to select rows, or go on without; moving extends the selection.",
        "Move", selecting.toggle_selecting,
    ),
    Action("select_all", ("ctrl+a",), "Select all", "Select every row that is shown.", "Move", selecting.select_all),
    Action("up", ("up",), "Up", "Move the cursor up.", "Move", lambda main: main.table.move(-1)),
    Action("down", ("down",), "Down", "Move the cursor down.", "Move", lambda main: main.table.move(1)),
    Action(
        "select_up", ("shift+up",), "Select up", "Move up and select.",
        "Move", partial(selecting.extend, lines=-1),
    ),
    Action(
        "select_down", ("shift+down",), "Select down", "Move down and select.",
        "Move", partial(selecting.extend, lines=1),
    ),
    Action(
        "right", ("right",), "Right", "Open the group under the cursor; else turn to the columns that did not fit.",
        "Move", arranging.right,
    ),
    Action(
        "left", ("left",), "Left", "Turn back to the columns before; else close the group.",
        "Move", arranging.left,
    ),
    Action(
        "page_up", ("pageup",), "Page up", "Move up a screen.",
        "Move", lambda main: main.table.move(-main.table.page),
    ),
    Action(
        "page_down", ("pagedown",), "Page down", "Move down a screen.",
        "Move", lambda main: main.table.move(main.table.page),
    ),
    Action("first", ("home",), "First", "Go to the top and stay there.", "Move", lambda main: main.table.go_home()),
    Action(
        "last", ("end",), "Last", "Go to the last row.",
        "Move", lambda main: main.table.go(len(main.session.view) - 1),
    ),
    Action(
        "details_down", ("ctrl+down",), "Details down", "Scroll the details.",
        "Move", lambda main: main.details.scroll_by(1),
    ),
    Action(
        "details_up", ("ctrl+up",), "Details up", "Scroll the details back.",
        "Move", lambda main: main.details.scroll_by(-1),
    ),
    *REPLAY,
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}


def keys_by_id(actions: Sequence[Action]) -> dict[str, str]:
    """Return the first key of each action as people write it; without one, that of the palette, which runs it too."""
    written = {action.id: action.key_names[0] for action in actions if action.keys}
    return {action.id: written.get(action.id, written.get("palette", action.title)) for action in actions}


def offered(actions: Sequence[Action], table: Table, *, read_only: bool = False) -> list[Action]:
    """Return those of the actions that can be offered; with `read_only`, none that changes the system."""
    able = [action for action in actions if action.is_in(table) and not (action.of_now and table == "replay")]
    return [action for action in able if not (read_only and action.changes_system)]
