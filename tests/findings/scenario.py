"""What intruders do, done for real and harmlessly; and for each what looks like it and is normal.

Each is played on a `Stage`, which looks at it and judges. Those that look over time look themselves; the others only
do what they do. A normal one expects nothing: what marks its row is a false positive, and so is what is low by nature
and told of it all the same.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tcpview_tui.findings.rule import MARKED
from tcpview_tui.findings.table import BY_ID
from tests.findings import disguises, hiding, novelties, plays
from tests.findings.calls import bursting, repeating
from tests.findings.disguises import disguised, upgrading
from tests.findings.exact import timed
from tests.findings.hiding import BY_MODULE, BY_SIGHT, kept_by_message, preloading_everywhere, seeing_all
from tests.findings.jobs import FIFO, FIFO_AND_CAT, INSTALLER, VIEWER
from tests.findings.novelties import connected, daily, learned, marked, renewed, serving
from tests.findings.packaged import install, swapped
from tests.findings.plays import from_memory, joining, listed, preloading
from tests.findings.rules.test_preload import harmless
from tests.findings.stage import FAR, HERE, NEAR, Play, Stage
from tests.findings.transfers import MUCH, lasting, sending


class Scenario(NamedTuple):
    """What is played, and the ids of the rules that should find it; none of something normal."""

    name: str
    play: Play
    expected: frozenset[str] = frozenset()
    twin_of: frozenset[str] = frozenset()
    """The rules that find what looks like this."""
    made_up: str = ""
    """What of it is not done for real, and why; empty if all is."""


class Outcome(NamedTuple):
    """The ids of the rules that should find it, of those that found it, and of those that told less of it.

    A rule has found it when it marks a row, or when all that it ever tells is low.
    """

    name: str
    expected: list[str]
    found: list[str]
    low: list[str]
    absent: str = ""
    """Why it could not be played here; empty if it was."""


def outcome(scenario: Scenario) -> Outcome:
    """Play a scenario and say what was found."""
    expected = sorted(scenario.expected)
    with tempfile.TemporaryDirectory() as made, Stage(Path(made)) as stage, ExitStack() as stack:
        stage.look()
        try:
            stack.enter_context(scenario.play(stage))
        except OSError as error:
            return Outcome(scenario.name, expected, [], [], str(error))
        stage.settle()
        told = stage.findings()
    found = sorted(each for each, finding in told.items() if finding.severity >= min(BY_ID[each].severity, MARKED))
    return Outcome(scenario.name, expected, found, sorted(told.keys() - set(found)))


def bad(name: str, play: Play, *expected: str, made_up: str = "") -> Scenario:
    """Return one that these rules should find."""
    return Scenario(name, play, frozenset(expected), made_up=made_up)


def normal(name: str, play: Play, *twin_of: str, made_up: str = "") -> Scenario:
    """Return one that looks like what these rules find, and is normal."""
    return Scenario(f"normal: {name}", play, twin_of=frozenset(twin_of), made_up=made_up)


swap, upgrade = partial(swapped, "cat"), partial(install, version=2, program="cat")
"""What puts another program in the place of that of a package: somebody, and dpkg."""

SCENARIOS = (
    bad("a program deleted from /dev/shm", disguises.deleted, "deleted-exe", "exe-place"),
    bad("a program replaced by another one", disguises.replaced, "deleted-exe"),
    bad("the program of a package, too", upgrading(swap), "deleted-exe"),
    bad("a program whose original was put back", disguises.put_back, "deleted-exe"),
    bad("a program in memory (memfd)", from_memory(), "memfd-exe"),
    bad("the name of a kernel thread by prctl", plays.kernel_name, "fake-kernel-thread"),
    bad("the name of a kernel thread by argv", plays.kernel_argv, "fake-kernel-thread"),
    bad("a shell on a socket of loopback", plays.shell_on_socket, "shell-on-socket"),
    bad("a copied shell, named otherwise", disguised(), "shell-on-socket", "name-mismatch"),
    bad("the same with a byte appended", disguised(b"."), "shell-on-socket", "name-mismatch"),
    bad("a shell behind a connection", plays.shell_behind, "shell-behind-connection"),
    bad("a shell joined by a FIFO", joining(FIFO), "shell-behind-connection"),
    bad("the same with a cat between", joining(FIFO_AND_CAT), "shell-behind-connection"),
    bad("a packet socket", plays.sniffer, "sniffer"),
    bad("a packet socket in another network", plays.sniffer_elsewhere, "sniffer"),
    bad("LD_PRELOAD", preloading(harmless), "preload"),
    bad("SSH at 300 addresses of loopback", bursting("127.1.{}.{}", 22, 300), "scan"),
    bad("SMB at 100 addresses, none answers", bursting("45.0.0.{1}", 445, 100, 0), "scan"),
    bad("a beacon with jitter", repeating(FAR, 0.2), "beacon"),
    bad("a beacon every 2 s", timed(repeating(FAR, 0.2, 2.0, 100, 1)), "beacon"),
    bad("an address on a list", listed("45.0.0.0/24", FAR), "listed-address"),
    bad("a program written to, looked at closer", disguises.altered(), "altered-exe"),
    bad("the same, suspicious by itself", disguises.altered_and_preloading, "altered-exe", "preload"),
    bad("a program of no package beside others", disguises.brought_along, "unpackaged"),
    bad("a program on a list", disguises.known_by_hash(), "listed-program"),
    bad("many log-ins by SSH at one machine", bursting(FAR, 22, 40), "many-to-one"),
    bad("25 machines of which none answers", bursting("45.0.0.{1}", 8333, 25, 0), "many-failed"),
    bad("a connection for 25 hours", lasting(FAR, 25), "long-connection"),
    bad("an upload", sending(FAR, MUCH), "upload"),
    bad("a connection that a message keeps", kept_by_message, "ownerless"),
    bad("the same where all is seen", seeing_all(kept_by_message), "ownerless", made_up=BY_SIGHT),
    bad("a process below a mount", hiding.covered, "hidden-process"),
    bad("a process that is not listed", hiding.unlisted_process, "hidden-process", made_up=BY_MODULE),
    bad("a listener not in /proc/net", hiding.unlisted_socket, "hidden-socket"),
    bad("/etc/ld.so.preload", preloading_everywhere(harmless), "ld-so-preload"),
    bad("a listener since the mark", marked(serving(4444)), "new-listener"),
    bad("a listener unlike those learned", learned(serving(22), serving(4444)), "new-listener"),
    bad("a program that was never learned", learned(connected(), novelties.stranger), "new-program"),
    bad("another program by a learned name", novelties.exchanged, "changed-program"),
    bad("the program of a package, too, since learned", renewed(swap), "changed-program"),
    bad("a network that was never learned", learned(connected(NEAR), connected(FAR)), "first-contact"),
    bad("12 hours off the learned hour", daily(12), "unusual-hour"),
    bad("120 times the learned volume", learned(sending(NEAR, MUCH // 120), sending(NEAR, MUCH)), "unusual-volume"),
    normal("a package upgrade", upgrading(upgrade), "deleted-exe"),
    normal("a developer's rebuild", disguises.rebuilt, "deleted-exe"),
    normal("a service of a superserver", disguises.superserver, "shell-on-socket"),
    normal("an AppImage", plays.appimage, "exe-place"),
    normal("a title like that of php-fpm", plays.title, "fake-kernel-thread", "name-mismatch"),
    normal("a service like sshd", serving(22), "unpackaged"),
    normal("a packet socket of a DHCP client", plays.dhcp_client, "sniffer"),
    normal("a daemon that writes to the journal", plays.journal, "shell-on-socket"),
    normal("a terminal program", plays.terminal, "shell-behind-connection"),
    normal("a script that is fetched and run", joining(INSTALLER), "shell-behind-connection"),
    normal("a pager of what is fetched", joining(VIEWER), "shell-behind-connection"),
    normal("LD_PRELOAD of an allocator", preloading(lambda: "libjemalloc.so.2"), "preload"),
    normal("a burst like that of a browser", bursting("45.0.0.{1}", 443, 60), "scan"),
    normal("a health check with jitter", repeating(NEAR, 0.2), "beacon"),
    normal("a health check every 2 s", timed(repeating(NEAR, 0.2, 2.0, 100, 1)), "beacon"),
    normal("a database server in /opt", plays.database, "unpackaged"),
    normal("a list that has all of 127.0.0.0/8", listed("127.0.0.0/8", HERE), "listed-address"),
    normal("a list that has all of 10.0.0.0/8", listed("10.0.0.0/8", NEAR), "listed-address"),
    normal("a container runtime in memory", from_memory("runc_cloned:/proc/self/exe", HERE), "memfd-exe"),
    normal("a program as its package brought it", disguises.altered(b""), "altered-exe"),
    normal("a list with another build of a program", disguises.known_by_hash(b"."), "listed-program"),
    normal("20 jobs by SSH at one machine", bursting(FAR, 22, 20), "many-to-one"),
    normal("a database client without a pool", bursting(NEAR, 5432, 400), "many-to-one"),
    normal("three machines that are down", bursting("45.0.0.{1}", 8080, 25, 0, 3), "many-failed"),
    normal("a connection for a working day", lasting(FAR, 9), "long-connection"),
    normal("a connection for 25 hours nearby", lasting(NEAR, 25), "long-connection"),
    normal("a backup to a machine nearby", sending(NEAR, MUCH), "upload"),
    normal("a copy that goes both ways", sending(FAR, MUCH, MUCH), "upload"),
    normal("connections not accepted yet", seeing_all(bursting(FAR, 8080, 5)), "ownerless", made_up=BY_SIGHT),
    normal("a process with threads", hiding.threads, "hidden-process"),
    normal("sockets of all kinds", hiding.sockets_of_all_kinds, "hidden-socket"),
    normal("an /etc/ld.so.preload with a comment", preloading_everywhere(lambda: "# none\n"), "ld-so-preload"),
    normal("a listener of loopback since the mark", marked(serving(4444, HERE)), "new-listener"),
    normal("a learned listener, started again", learned(serving(4444), serving(4444)), "new-listener"),
    normal("a learned program, started again", learned(connected(), connected()), "new-program", "first-contact"),
    normal("a learned program after an upgrade", renewed(upgrade), "changed-program"),
    normal("another machine of a learned network", learned(connected(FAR), connected("45.0.0.9")), "first-contact"),
    normal("a learned hour, on another day", daily(0), "unusual-hour"),
    normal("six times the learned volume", learned(sending(NEAR, MUCH // 6), sending(NEAR, MUCH)), "unusual-volume"),
)

UNPLAYED: dict[str, str] = {}
"""Rules that nothing is played for, or only what is made up, and why: none by now."""
