"""Who holds which socket, with real processes that hand sockets on in every way there is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tcpview_tui.sources import procfd
from tcpview_tui.sources.descriptors import YOUNG
from tcpview_tui.sources.owners import Owners
from tests.fakes import FakeClock
from tests.sources.net import answer, child, linux, python, root, tell, until

pytestmark = linux
ME = os.getpid()
FOREVER = 60.0


def inode(of: socket.socket | int) -> int:
    return os.fstat(of if isinstance(of, int) else of.fileno()).st_ino


def walk() -> dict[int, set[int]]:
    """Who holds what, read from scratch in the plainest way."""
    found: dict[int, set[int]] = {}
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            target = str(link.readlink())
            if target.startswith("socket:["):
                found.setdefault(int(target[8:-1]), set()).add(int(link.parts[2]))
    return found


def pids(*processes: int) -> tuple[int, ...]:
    return tuple(sorted(processes))


class Watch:
    """An `Owners` that is told of these sockets as a source would tell it: each is fresh once."""

    def __init__(self, bound: float = FOREVER, **options: Path) -> None:
        self.clock = FakeClock()
        self.owners = Owners(self.clock, bound=bound, **options)
        self.alive: set[int] = set()
        self.changed: set[int] = set()

    def look(self, *alive: int, seconds: float = 1.0) -> list[tuple[int, ...]]:
        """Look a second later; return the holders of each."""
        self.clock.advance(seconds)
        fresh = set(alive) - self.alive
        self.alive = set(alive)
        self.changed = set(self.owners.look(self.alive, fresh))
        return [self.owners.holders(each) for each in alive]

    def find(self, of: int, holders: tuple[int, ...], looks: int = 200) -> None:
        """Look until the socket has these holders."""
        for _ in range(looks):
            if self.look(*self.alive | {of}) and self.owners.holders(of) == holders:
                return
        raise AssertionError(f"{self.owners.holders(of)} is not {holders} after {looks} looks")


class Counted:
    """Counts the descriptors of one process that are followed, and how often they are listed."""

    def __init__(self, patch: pytest.MonkeyPatch, of: str = f"/proc/{ME}/fd") -> None:
        self.followed = self.listed = 0
        inode, numbers = procfd.socket_inode, procfd.numbers

        def follow(number: int, directory: int) -> int | None:
            self.followed += str(Path(f"/proc/self/fd/{directory}").readlink()).startswith(of)
            return inode(number, directory)

        def list_(directory: str) -> set[int]:
            self.listed += directory.startswith(of)
            return numbers(directory)

        patch.setattr(procfd, "socket_inode", follow)
        patch.setattr(procfd, "numbers", list_)

    def reset(self) -> None:
        self.followed = self.listed = 0


@contextmanager
def sockets(number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(socket.socket()) for _ in range(number)]


def test_a_socket_has_its_process_and_unknown_has_none() -> None:
    watch = Watch()
    with sockets(2) as (one, other):
        assert watch.look(inode(one), inode(other), 1) == [(ME,), (ME,), ()]
        assert watch.changed == {inode(one), inode(other)}
        assert watch.look(inode(one), inode(other), 1) == [(ME,), (ME,), ()]
        assert watch.changed == set()


def test_a_socket_that_was_seen_in_a_process_before_it_was_alive_is_told_when_it_is_fresh() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        watch.look()
        assert watch.changed == set()
        assert watch.look(inode(one)) == [(ME,)]
        assert watch.changed == {inode(one)}


def test_a_descriptor_more_is_no_other_holder() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        watch.look(inode(one))
        copy = one.dup()
        assert watch.look(inode(one)) == [(ME,)]
        assert watch.changed == set()
        copy.close()
        assert watch.look(inode(one)) == [(ME,)]
        assert watch.changed == set()


def test_a_closed_socket_has_no_holder_although_its_row_may_stay() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        number = inode(one)
        watch.look(number)
    assert watch.look(number) == [()]
    assert watch.changed == {number}


HANDS_OVER = """
import os, socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
connection = server.accept()[0]
print(os.getpid(), os.fstat(connection.fileno()).st_ino, flush=True)
input()
child = os.fork()
if not child:
    server.close(), client.close()
    print(os.getpid(), flush=True)
    input()
    os._exit(0)
connection.close()
NEXT
print(flush=True)
os.waitpid(child, 0)
print(flush=True)
input()
"""


@pytest.mark.parametrize("after", ["", "kept = socket.socket()"], ids=["a file less", "as many files as before"])
def test_accept_then_fork_ends_with_the_child_alone(after: str) -> None:
    watch = Watch()
    with python(HANDS_OVER.replace("NEXT", after)) as (process, (parent, connection)):
        assert watch.look(connection) == [(parent,)]
        tell(process)
        offspring = {int(word) for _ in range(2) for word in answer(process).split()}
        assert watch.look(connection) == [tuple(offspring)]
        assert watch.changed == {connection}
        tell(process)
        answer(process)
        assert watch.look(connection) == [()]


SHARES = """
import os, socket, sys
one = socket.socket()
child = os.fork()
if not child:
    input()
    os._exit(0)
print(os.getpid(), child, os.fstat(one.fileno()).st_ino, flush=True)
os.read(int(sys.argv[1]), 1)
one.close()
kept = open("/dev/null")
print(flush=True)
os.waitpid(child, 0)
"""


def test_a_child_that_is_seen_together_with_its_parent_has_the_socket_alone_at_the_next_look() -> None:
    watch = Watch()
    readable, writable = os.pipe()
    with (
        open(readable, "rb"),  # noqa: PTH123 - a pipe has no path
        open(writable, "wb", 0) as way,  # noqa: PTH123
        python(SHARES, str(readable), pass_fds=[readable]) as (process, (parent, offspring, one)),
    ):
        assert watch.look(one) == [pids(parent, offspring)]
        way.write(b"x")
        answer(process)
        assert watch.look(one) == [(offspring,)]
        assert watch.changed == {one}
        tell(process)


PREFORKED = """
import os, socket
server = socket.create_server(("127.0.0.1", 0))
readable, writable = os.pipe()
workers = []
for _ in range(4):
    child = os.fork()
    if not child:
        os.close(writable)
        os.read(readable, 1)
        os._exit(0)
    workers.append(child)
print(os.fstat(server.fileno()).st_ino, os.getpid(), *workers, flush=True)
input()
os.write(writable, b"x")
ended = os.wait()[0]
print(ended, flush=True)
input()
"""


def test_all_workers_of_a_listener_are_named_and_one_that_ends_is_not() -> None:
    watch = Watch()
    with python(PREFORKED) as (process, (listener, *workers)):
        assert watch.look(listener) == [pids(*workers)]
        tell(process)
        workers.remove(int(answer(process)))
        assert watch.look(listener) == [pids(*workers)]
        assert watch.changed == {listener}
    until(lambda: watch.look(listener) == [()])


HOLDS = """
import os, socket
one = socket.socket()
print(os.getpid(), os.fstat(one.fileno()).st_ino, flush=True)
input()
"""


def test_an_ended_process_that_nobody_waited_for_holds_nothing() -> None:
    watch = Watch()
    with python(HOLDS) as (process, (pid, one)):
        assert watch.look(one) == [(pid,)]
        process.kill()
        until(lambda: " Z " in Path(f"/proc/{pid}/stat").read_text())
        assert watch.look(one) == [()]
        assert watch.changed == {one}


RECEIVES = """
import os, socket, sys
way = socket.socket(fileno=int(sys.argv[1]))
held = open("/dev/null")
print(os.getpid(), flush=True)
input()
if sys.argv[2] == "same":
    held.close()
got = socket.recv_fds(way, 1, 1)[1]
print(flush=True)
input()
"""


@contextmanager
def passed(watch: Watch, count: str) -> Iterator[tuple[socket.socket, int]]:
    """A socket, seen as ours, and the process that has received it by now (SCM_RIGHTS)."""
    here, there = socket.socketpair()
    with (
        here,
        there,
        sockets(1) as (one,),
        python(RECEIVES, str(there.fileno()), count, pass_fds=[there.fileno()]) as (process, (receiver,)),
    ):
        assert watch.look(inode(one)) == [(ME,)]
        tell(process)
        socket.send_fds(here, [b"x"], [one.fileno()])
        answer(process)
        yield one, receiver


@pytest.mark.parametrize("count", ["more", "same"])
def test_a_socket_passed_on_belongs_to_both_and_then_to_the_receiver(count: str) -> None:
    watch = Watch()
    with passed(watch, count) as (one, receiver):
        number = inode(one)
        watch.find(number, pids(ME, receiver), looks=1 if count == "more" else 200)
        one.close()
        assert watch.look(number) == [(receiver,)]


def test_a_socket_whose_only_holder_passed_it_on_and_closed_it_is_sought() -> None:
    watch = Watch()
    with passed(watch, "same") as (one, receiver):
        number = inode(one)
        one.close()
        assert watch.look(number) == [(receiver,)]


def test_dup2_over_another_socket_is_found_in_the_end() -> None:
    watch = Watch()
    with sockets(2) as (one, other):
        both = inode(one), inode(other)
        assert watch.look(*both) == [(ME,), (ME,)]
        watch.clock.advance(YOUNG)
        os.dup2(one.fileno(), other.fileno())
        watch.look(*both)
        watch.find(both[1], ())
        assert watch.owners.holders(both[0]) == (ME,)


NOBODY = 65534


def as_nobody(foreign: int) -> bytes:
    """What another user sees of the own socket and of one of this process."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    with sockets(1) as (one,):
        watch = Watch()
        own, others = watch.look(inode(one), foreign)
        return repr((watch.owners.refused > 0, own == (os.getpid(),), others)).encode()


@root
def test_an_ordinary_user_sees_the_own_sockets_and_how_many_processes_refuse() -> None:
    readable, writable = os.pipe()
    with sockets(1) as (one,):
        foreign = inode(one)
        offspring = os.fork()
        if not offspring:
            with suppress(BaseException):
                one.close()
                os.write(writable, as_nobody(foreign))
            os._exit(0)
        os.close(writable)
        with open(readable, "rb") as answers:  # noqa: PTH123 - a pipe has no path
            assert answers.read() == b"(True, True, ())"
        os.waitpid(offspring, 0)


def refusing() -> int:
    """How many processes have open files that may not be followed, counted in the plainest way."""
    found = 0
    for process in Path("/proc").glob("[0-9]*/fd"):
        try:
            next(iter(process.iterdir())).readlink()
        except PermissionError:
            found += process.stat().st_size > 0
        except (OSError, StopIteration):
            continue
    return found


def test_the_processes_that_refuse_are_those_that_refuse_a_plain_look() -> None:
    watch = Watch()

    def agrees() -> bool:
        watch.look()
        return watch.owners.refused == refusing()

    until(agrees)


class Ticking(FakeClock):
    """A clock that moves with each question."""

    step = 0.0

    def monotonic(self) -> float:
        self.now += self.step
        return self.now


def test_steady_sockets_are_neither_listed_nor_all_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    counted = Counted(monkeypatch)
    with sockets(300) as many, child("sleep", "60"):
        alive = [inode(each) for each in many]
        watch.look(*alive)
        assert counted.followed >= 300
        watch.look(*alive, seconds=YOUNG)
        counted.reset()
        watch.look(*alive)
        assert (counted.followed, counted.listed) == (0, 0)


def test_a_socket_instead_of_another_costs_one_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    with sockets(300) as many:
        watch.look(*map(inode, many))
        watch.look(*map(inode, many), seconds=YOUNG)
        many[150].close()
        many[150] = socket.socket()
        counted = Counted(monkeypatch)
        assert watch.look(*map(inode, many)) == [(ME,)] * 300
        assert counted.followed < 150
        many[150].close()


def test_sockets_of_the_kernel_do_not_cause_a_walk_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    counted = Counted(monkeypatch)
    watch.look()
    walks = 0
    for _ in range(40):
        counted.reset()
        watch.look(1, 2, 3)
        walks += counted.listed
    assert walks == 3


def test_a_socket_without_holder_is_sought_until_three_walks_have_not_found_one() -> None:
    watch = Watch()
    with sockets(1) as (one,):
        assert watch.look(inode(one), 1) == [(ME,), ()]
        sought = [watch.owners.is_sought(1)]
        while sought[-1]:
            assert len(sought) < 30
            watch.look(inode(one), 1)
            sought.append(watch.owners.is_sought(1))
        assert len(sought) > 3
        assert not watch.owners.is_sought(inode(one))
        watch.look(inode(one), 1, 2)
        assert (watch.owners.is_sought(1), watch.owners.is_sought(2)) == (False, True)
        watch.look(inode(one))
        assert not watch.owners.is_sought(2)


def test_a_socket_that_loses_its_holder_in_turn_is_sought_again(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch()
    with sockets(2) as (one, other):
        lost = inode(other)
        watch.look(inode(one), lost)
        monkeypatch.setattr(watch.owners, "_check_young", lambda: None)
        os.dup2(one.fileno(), other.fileno())
        watch.find(lost, ())
        assert watch.owners.is_sought(lost)


def test_the_processes_are_those_of_the_last_look() -> None:
    watch = Watch()
    with child("sleep", "60") as process:
        watch.look()
        assert {ME, process.pid} <= {*watch.owners.processes}
    watch.look()
    assert process.pid not in watch.owners.processes


@pytest.mark.parametrize("fresh", [True, False])
def test_before_linux_6_2_the_directories_are_listed_when_there_is_a_fresh_socket(
    monkeypatch: pytest.MonkeyPatch, fresh: bool
) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    watch = Watch()
    with sockets(1) as (one,):
        assert watch.look(inode(one)) == [(ME,)]
        watch.look(inode(one), seconds=YOUNG)
        counted = Counted(monkeypatch)
        with sockets(1) as (other,):
            if fresh:
                assert watch.look(inode(one), inode(other)) == [(ME,), (ME,)]
            else:
                watch.look(inode(one))
        assert (counted.listed > 0) is fresh
        watch.find(inode(one), (ME,), looks=1)


def proc(root: Path, pid: int, started: int, *inodes: int) -> None:
    """A process in a /proc of this test's making."""
    directory = root / str(pid) / "fd"
    directory.mkdir(parents=True)
    for number, each in enumerate(inodes):
        (directory / str(number)).symlink_to(f"socket:[{each}]")
    fields = " ".join(["S", "1", *"0" * 17, str(started)])
    (root / str(pid) / "stat").write_text(f"{pid} (a) b) {fields} 0 0\n")


def test_a_pid_that_was_used_again_has_nothing_of_the_process_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    proc(tmp_path, 7, 100, 11, 12)
    watch = Watch(proc=tmp_path)
    assert watch.look(11, 12) == [(7,), (7,)]
    (tmp_path / "7").rename(tmp_path / "before")
    proc(tmp_path, 7, 200, 13)
    assert watch.look(11, 12) == [(), ()]
    assert watch.changed == {11, 12}
    assert watch.look(11, 12, 13)[2] == (7,)


def test_a_directory_that_the_kernel_forgot_in_between_is_that_of_the_same_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    proc(tmp_path, 7, 100, 11)
    watch = Watch(proc=tmp_path)
    assert watch.look(11) == [(7,)]
    watch.look(11, seconds=YOUNG)
    (tmp_path / "7").rename(tmp_path / "before")
    proc(tmp_path, 7, 100, 11)
    counted = Counted(monkeypatch, of=str(tmp_path))
    assert watch.look(11) == [(7,)]
    assert (watch.changed, counted.followed) == (set(), 0)


def test_a_process_of_another_namespace_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "self" / "ns").mkdir(parents=True)
    (tmp_path / "self" / "ns" / "pid").touch()
    assert Owners(FakeClock(), tmp_path).hidden


def test_a_proc_that_hides_pid_1_hides_processes(tmp_path: Path) -> None:
    (tmp_path / "self" / "ns").mkdir(parents=True)
    (tmp_path / "self" / "ns" / "pid").symlink_to("/proc/self/ns/pid")
    assert Owners(FakeClock(), tmp_path).hidden


def test_a_look_ends_at_its_bound_and_the_next_one_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(procfd, "counts_files", lambda proc: False)
    monkeypatch.setattr("tcpview_tui.sources.owners._BATCH", 10)
    alive = set(range(100, 300))
    for pid in range(1, 11):
        proc(tmp_path, pid, pid, *range(80 + 20 * pid, 100 + 20 * pid))
    counted = Counted(monkeypatch, of=str(tmp_path))
    clock = Ticking()
    owners = Owners(clock, tmp_path, bound=1.0)
    clock.step = 0.11
    owners.look(alive, alive)
    known = [0]
    while owners.pending:
        assert counted.followed <= 100
        counted.reset()
        owners.look(alive, ())
        known.append(sum(bool(owners.holders(each)) for each in alive))
    assert known == sorted(known)
    assert known[-1] == len(alive)
    assert len(known) > 3


def test_sockets_of_other_namespaces_are_not_followed_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.sources.owners._CHECKED", 0)
    monkeypatch.setattr("tcpview_tui.sources.owners._FEW", 100)
    watch = Watch()
    with sockets(300), sockets(1) as (one,):
        watch.look(inode(one))
        counted = Counted(monkeypatch)
        with sockets(1) as (other,):
            assert watch.look(inode(one), inode(other)) == [(ME,), (ME,)]
        assert counted.followed < 150


class Sockets(RuleBasedStateMachine):
    """Whatever one process does with its descriptors: what `Owners` believes is what a walk from scratch finds."""

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch()
        self.open: list[int] = []
        self.ever: set[int] = set()

    def _keep(self, number: int) -> None:
        self.open.append(number)
        self.ever.add(inode(number))

    @rule(number=st.integers(1, 20))
    def opens(self, number: int) -> None:
        for _ in range(number):
            self._keep(socket.socket().detach())

    @precondition(lambda self: self.open)
    @rule(at=st.integers(0), number=st.integers(1, 20))
    def closes(self, at: int, number: int) -> None:
        for _ in range(min(number, len(self.open))):
            os.close(self.open.pop(at % len(self.open)))

    @precondition(lambda self: self.open)
    @rule(at=st.integers(0))
    def copies(self, at: int) -> None:
        self._keep(os.dup(self.open[at % len(self.open)]))

    @precondition(lambda self: self.open)
    @rule(at=st.integers(0), onto=st.integers(0))
    def copies_over(self, at: int, onto: int) -> None:
        os.dup2(self.open[at % len(self.open)], self.open[onto % len(self.open)])

    @rule(seconds=st.sampled_from([0.0, 1.0, YOUNG]))
    def looks(self, seconds: float) -> None:
        held = {inode(number) for number in self.open}
        before = {each: self.watch.owners.holders(each) for each in held}
        self.watch.look(*held, seconds=seconds)
        assert {each: self.watch.owners.holders(each) for each in held} == dict.fromkeys(held, (ME,))
        assert self.watch.changed >= {each for each in held if before[each] != (ME,)}

    def teardown(self) -> None:
        held = {inode(number) for number in self.open}
        gone = self.ever - held
        self.watch.look(*self.ever)
        for _ in range(100):
            if not any(self.watch.owners.holders(each) for each in gone):
                break
            self.watch.look(*self.ever)
        truth = walk()
        believed = {each: set(self.watch.owners.holders(each)) for each in self.ever}
        for number in self.open:
            os.close(number)
        assert believed == {each: truth.get(each, set()) & {ME} for each in self.ever}


Sockets.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestSockets = Sockets.TestCase
