"""What the rules about one process judge by: facts of one moment, and of each that is missing, why."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.packages.provenance import Provenance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unread:
    """A fact that could not be read: a sentence that says why, safe to show."""

    reason: str


Reading: TypeAlias = T | Unread
"""A fact, or why there is none."""

NOT_ASKED = Unread("Nobody has asked.")
"""Of a fact that is read only where it matters."""


class Contact(NamedTuple):
    """A remote end of a process outside this machine, and when it was seen first, in seconds UTC.

    `is_public` is true of an address of the Internet, false of one that a network has for itself (RFC 1918 and so on).
    `preexisting` is true of a connection that was there at the first look: nobody knows since when.
    """

    remote: str
    port: int
    at: float
    is_public: bool
    preexisting: bool = False


class File(NamedTuple):
    """A file as stat(2) tells it. `changed` is its ctime, `modified` its mtime, both in seconds UTC.

    `links` are the names it has in its file system; the removal of the last one sets `changed` (inode(7)).
    """

    device: int
    inode: int
    mode: int
    owner: int
    links: int
    changed: float
    modified: float

    @property
    def is_setuid(self) -> bool:
        """Whether it runs with the rights of its owner (chmod(2), S_ISUID)."""
        return bool(self.mode & stat.S_ISUID)

    @property
    def is_program(self) -> bool:
        """Whether somebody may execute it, or it is a link, which may lead to what is executed."""
        return stat.S_ISLNK(self.mode) or (stat.S_ISREG(self.mode) and bool(self.mode & 0o111))

    def is_same(self, other: File) -> bool:
        """Whether both are one file, under whatever names."""
        return (self.device, self.inode) == (other.device, other.inode)


@dataclass(frozen=True, slots=True)
class Executable:
    """The file that a process runs.

    `path` is /proc/PID/exe (proc_pid_exe(5)) without the mark " (deleted)", which is `deleted`: the name is gone,
    whatever has it now. `file` is the running file itself, `present` what is at its path now as the process sees it,
    `None` where nothing is. `filesystem` is the type of what is mounted there (``tmpfs``, ``fuse.x``), read only of a
    path below a place that everybody may write to; else it is `None`. `original` is the path of a shell or interpreter
    of which it is a copy, or a link, under another name; looked for only where that matters, and else `None`.
    """

    path: str
    deleted: bool
    file: Reading[File]
    present: Reading[File | None]
    capabilities: Reading[tuple[str, ...]]
    filesystem: Reading[str | None] = None
    original: Reading[str | None] = None

    @property
    def program(self) -> str:
        """What it is by its bytes, where that is known, and else by its path."""
        return self.original if isinstance(self.original, str) else self.path

    @property
    def successor(self) -> File | None:
        """The program that has its name now; `None` where it is not deleted, its name was put back, or none has it."""
        if not self.deleted or not isinstance(self.present, File) or not self.present.is_program:
            return None
        return None if isinstance(self.file, File) and self.file.is_same(self.present) else self.present


class Stream(NamedTuple):
    """What one of the descriptors 0, 1, 2 is: the link of proc_pid_fd(5), and of a socket its protocol.

    The protocol is as the kernel names it: ``TCP``, ``UDPv6``, ``UNIX-STREAM``; `None` for what is no socket.
    """

    link: str
    protocol: Reading[str | None] = None

    @property
    def is_pipe(self) -> bool:
        """Whether it is a pipe without a name (pipe(7))."""
        return self.link.startswith("pipe:[")

    @property
    def is_terminal(self) -> bool:
        """Whether it is a pseudoterminal (pts(4))."""
        return self.link.startswith("/dev/pts/")

    @property
    def is_network(self) -> bool:
        """Whether it is a socket that leads beyond this machine's processes: neither unix(7) nor netlink(7)."""
        return isinstance(self.protocol, str) and not self.protocol.startswith(("UNIX", "NETLINK"))

    @property
    def passage(self) -> str:
        """What it passes through on its way to another process here, in words; empty if it leads elsewhere.

        A pair of unix sockets serves as a pipe: Node.js makes nothing else.
        """
        if self.is_pipe:
            return "a pipe"
        if self.is_terminal:
            return "a pseudoterminal"
        return "a pair of sockets" if self.link.startswith("socket:[") and not self.is_network else ""


Streams = tuple[Stream | None, Stream | None, Stream | None]
"""Standard input, output and error; `None` for one that is closed."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child process that is a shell: its arguments and standard streams.

    `original` is the path of the shell of which it runs a copy under another name.
    """

    pid: int
    program: str
    argv: tuple[str, ...]
    streams: Reading[Streams]
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """A shell that reads what a process writes, and no child of it: both are parts of one job.

    `hears` is what it reads from, in words, and `answers` what it writes to on the way back to the process; that is
    empty where nothing comes back. `is_fork`: it is the shell that has started the job, once more, for a part of it.
    """

    shell: Child
    hears: str
    answers: str
    is_fork: bool


class Claim(Enum):
    """What lies at the path that a process gives as its own, in the first of its arguments."""

    NONE = "it names no path, or that of its executable"
    SAME = "another name of its executable"
    SCRIPT = "a script"
    OTHER = "another file"
    MISSING = "nothing"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The facts of one process at one moment. All texts have passed `text.safe`.

    `kernel` is the flag PF_KTHREAD (include/linux/sched.h), `comm` the name that ps(1) shows, at most 15 bytes,
    `argv` what it shows of the arguments: both are the process's own to choose. `uid` is the effective one.
    `executable` is `None` for a process that has none. `loader` has those variables of the environment, as it was at
    the start, that tell the dynamic loader what to load (ld.so(8)); none without an executable. `shells`, its children,
    and those `joined` with it are read only of a process with `contacts`. `files` is the number of open files.
    `successor` tells where the program comes from that has the name of its deleted one now, compared with its package;
    it is asked for only where there is one.
    """

    process: Process
    contacts: tuple[Contact, ...]
    kernel: bool
    comm: str
    argv: Reading[tuple[str, ...]]
    uid: Reading[int]
    executable: Reading[Executable | None]
    claim: Reading[Claim]
    streams: Reading[Streams]
    loader: Reading[Mapping[str, str]]
    shells: Reading[tuple[Child, ...]]
    files: Reading[int]
    successor: Reading[Provenance] = NOT_ASKED
    joined: Reading[tuple[Joined, ...]] = ()
