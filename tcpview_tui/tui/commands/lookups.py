"""Asking the world: Whois of one address, names of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.lookup.addresses import classify
from tcpview_tui.lookup.whois import servers
from tcpview_tui.tui.screens.question import QuestionScreen
from tcpview_tui.tui.screens.whois import WhoisScreen

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen
    from tcpview_tui.tui.session import Session


def whois(main: MainScreen) -> None:
    """Look the remote address under the cursor up, after the person knows who will learn of it."""
    rows = main.targets()
    addresses = {row.connection.remote.address for row in rows if row.connection.remote is not None}
    if len(addresses) == 1:
        _look_up(main, addresses.pop())
    elif addresses:
        main.say(f"Whois asks about one address, and these rows have {len(addresses)}: choose one row.")
    elif rows:
        main.say("Whois needs a remote address, and there is none here.")


def _look_up(main: MainScreen, address: str) -> None:
    told = servers(main.session.settings.lookup)
    nobody_learns = main.session.settings.offline or classify(address) is not None
    if nobody_learns or main.session.lookups.consent.given(told):
        main.app.push_screen(WhoisScreen(main.session, address))
    else:
        _ask_first(main, address, told)


def toggle_names(main: MainScreen) -> None:
    """Switch reverse DNS on or off."""
    session = main.session
    if session.toggle_names():
        main.say(f"Names: on. {_name_server(session)} {main.key('names')} stops it.")
    else:
        main.say("Names: off. No further address is looked up.")
    main.restyle()


def _name_server(session: Session) -> str:
    if session.settings.offline:
        return "--offline: from the hosts file only."
    server = session.settings.lookup.dns_server or "The DNS server"
    return f"{server} learns whom this machine talks to."


def _ask_first(main: MainScreen, address: str, told: tuple[str, ...]) -> None:
    text = Text("These learn that somebody here asks about ")
    text.append(address, "bold")
    text.append(" and about every address you look up later:\n\n")
    for server in told:
        text.append(f"  {server}\n")
    text.append("\nThe owner of the address itself is not asked. Private addresses never leave this machine.")

    def answered(choice: str | None) -> None:
        if choice == "ask":
            main.session.lookups.consent.give(told)
            main.app.push_screen(WhoisScreen(main.session, address))

    main.app.push_screen(QuestionScreen("Whois: first use", text, [("ask", "Look it up")]), answered)
