"""What the rules about this machine judge by: processes and sockets that hide, sniffers, libraries for every program.

Each is one subject, so that a silence about one says nothing of the next. All texts have passed `text.safe`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tcpview_tui.model.container import namespace_label
from tcpview_tui.model.process import Process
from tcpview_tui.text import endpoint

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading
    from tcpview_tui.findings.finding import Subject
    from tcpview_tui.model.connection import Endpoint, Key, Namespace
    from tcpview_tui.model.row import Row


List = Literal["netlink", "/proc/net"]
"""The two lists of sockets that the kernel gives."""


Sought = Literal["hidden-socket", "sniffer"]
"""What is looked for in every network namespace, by the id of its rule."""


class HiddenProcess(NamedTuple):
    """A process id that answers signals and that the list of processes lacks.

    `cover` is what is mounted over its directory in /proc; empty where it is not listed at all. `command` and
    `executable` are what its directory tells when it is asked for by number, empty where it tells nothing. `first` and
    `last` are the seconds UTC of the looks that found it so, of which there were `looks`.
    """

    pid: int
    cover: str
    command: str
    executable: str
    first: float
    last: float
    looks: int = 1

    @property
    def subject(self) -> Subject:
        """What it is told and silenced by."""
        return "hidden-process", self.pid

    @property
    def name(self) -> str:
        """It in words: ``process 4242``."""
        return f"process {self.pid}"


class HiddenSocket(NamedTuple):
    """A TCP or UDP socket that one of the kernel's two lists has and the other lacks.

    `protocol` is TCP, TCP6 and so on by the table that has it, `lacks` the list without it, `comparisons` how many
    times they were held against each other at the last look. `first` and `last` are seconds UTC. `key` is that of
    its row by sock_diag; `None` where netlink lacks it, and so the table, too. `namespace` is `None` for this program's
    own.
    """

    protocol: str
    local: Endpoint
    remote: Endpoint | None
    inode: int
    lacks: List
    comparisons: int
    first: float
    last: float
    key: Key | None = None
    namespace: Namespace | None = None

    @property
    def subject(self) -> Subject:
        """What it is told and silenced by: the key of its row; else its inode, which a key could look like."""
        return ("hidden-socket", self.key) if self.key is not None else ("unlisted-socket", self.inode)

    @property
    def name(self) -> str:
        """It in words: ``TCP 10.0.0.5:50000 - 192.0.2.7:443``, and in which other namespace it is."""
        far = f" - {endpoint(*self.remote)}" if self.remote else ""
        where = f" in netns {namespace_label(self.namespace)}" if self.namespace else ""
        return f"{self.protocol} {endpoint(*self.local)}{far}{where}"


class Tap(NamedTuple):
    """A socket that gets packets meant for others: a packet socket (packet(7)), or a raw one (raw(7)).

    `protocol` is an EtherType (linux/if_ether.h; 3 is every one) of a packet socket, an IP protocol number of a raw
    one. `interface` is `None` for every interface, `promiscuous` `None` where the kernel does not tell, `namespace`
    `None` for this program's own.
    """

    kind: Literal["packet", "raw"]
    protocol: int
    interface: str | None
    inode: int
    promiscuous: bool | None = False
    namespace: Namespace | None = None


class Sniffer(NamedTuple):
    """A process with all its taps, seen `since` then, in seconds UTC; a tap that several processes have is of each.

    `process` is `None` where no process has them, though all have told their open files.
    """

    process: Reading[Process | None]
    taps: tuple[Tap, ...]
    since: float

    @property
    def subject(self) -> Subject:
        """What it is told and silenced by: its process, else its sockets."""
        known = self.process.identity if isinstance(self.process, Process) else tuple(tap.inode for tap in self.taps)
        return "sniffer", known

    @property
    def name(self) -> str:
        """It in words: ``tcpdump (4242)``, or by the inode, ``packet socket 25329241``."""
        if isinstance(self.process, Process):
            return self.process.label
        return f"{self.taps[0].kind} socket {self.taps[0].inode}"


class Unlooked(NamedTuple):
    """A network namespace where something could not be `sought`, and why.

    It is `None` for those that are not found, since their processes do not tell them.
    """

    sought: Sought
    namespace: Namespace | None
    reason: str

    @property
    def subject(self) -> Subject:
        """What it is told by."""
        return "unlooked", self.sought, self.namespace

    @property
    def name(self) -> str:
        """It in words: ``netns web``."""
        return f"netns {namespace_label(self.namespace)}" if self.namespace else "other network namespaces"


class Preload(NamedTuple):
    """A file that names `libraries` for every program to load. `changed` is its mtime, in seconds UTC.

    `missing` are those of them that are not there; a name without a slash is not looked for.
    """

    path: str
    libraries: tuple[str, ...]
    missing: tuple[str, ...]
    changed: float

    @property
    def subject(self) -> Subject:
        """What it is told and silenced by: other libraries are another finding."""
        return "ld-so-preload", self.path, self.libraries

    @property
    def name(self) -> str:
        """It in words: its path."""
        return self.path


class Ownerless(NamedTuple):
    """A row without owner, and for how many `looks` and `seconds` in a row it has been without."""

    row: Row
    looks: int
    seconds: float
    is_root: bool
