"""Who holds which socket, with real processes that hand sockets on in every way there is."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tcpview_tui.sources.descriptors import YOUNG
from tests.sources.holders import ME, Watch, inode, pids, sockets
from tests.sources.net import answer, linux, python, tell, until

pytestmark = linux
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
