"""What the rules about one process judge by: facts of one moment, and of each that is missing, why."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.process import Process

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unread:
    """A fact that could not be read: a sentence that says why, safe to show."""

    reason: str


Reading: TypeAlias = T | Unread
"""A fact, or why there is none."""


class Contact(NamedTuple):
    """A remote end of a process outside this machine, and when it was seen first, in seconds UTC.

    `is_public` is true of an address of the Internet, false of one that a network has for itself (RFC 1918 and so on).
    """

    remote: str
    port: int
    at: float
    is_public: bool


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
    path below a place that everybody may write to; else it is `None`.
    """

    path: str
    deleted: bool
    file: Reading[File]
    present: Reading[File | None]
    capabilities: Reading[tuple[str, ...]]
    filesystem: Reading[str | None] = None


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


Streams = tuple[Stream | None, Stream | None, Stream | None]
"""Standard input, output and error; `None` for one that is closed."""


@dataclass(frozen=True, slots=True)
class Child:
    """A child process that is a shell: its arguments and standard streams."""

    pid: int
    program: str
    argv: tuple[str, ...]
    streams: Reading[Streams]


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
    the start, that tell the dynamic loader what to load (ld.so(8)); none without an executable. `shells` are read only
    of a process with `contacts`. `files` is the number of open files.
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
