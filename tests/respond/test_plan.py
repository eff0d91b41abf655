from __future__ import annotations

import os
from dataclasses import replace

import psutil

from tcpview_tui.model.connection import Connection, Endpoint, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.respond.guard import Level
from tcpview_tui.respond.plan import make_plan
from tcpview_tui.sources.proctable import Entry
from tests.respond import SLEEP, line, process, running

NGINX = Process(40, 40.0, "nginx")
WORKER = Process(41, 41.0, "nginx")
OTHER = Process(50, 50.0, "other")
TABLE = {p.pid: Entry(p.pid, parent, p.name, p.started) for p, parent in ((NGINX, 1), (WORKER, 40), (OTHER, 1))}


def row(port: int, *owners: Process, closed_at: float | None = None) -> Row:
    connection = Connection(port, "tcp", 4, State.ESTABLISHED, Endpoint("10.0.0.1", port), None, owners)
    return Row(port, connection, "out", 0.0, owners=owners, closed_at=closed_at)


def test_connections_of_the_process_and_of_its_tree() -> None:
    gone = row(5, NGINX, closed_at=9.0)
    past = replace(row(6), owners=(NGINX,), owners_past=True)
    later = row(7, replace(NGINX, started=99.0))
    rows = [
        row(1, NGINX),
        row(2, NGINX, WORKER),
        row(3, WORKER),
        row(4, OTHER, NGINX),
        gone,
        past,
        later,
        row(8, OTHER),
    ]
    plan = make_plan(NGINX, rows, TABLE)
    alone = [(a.row.ordinal, a.others, a.ends) for a in plan.connections]
    assert alone == [(1, (), True), (2, (WORKER,), False), (4, (OTHER,), False)]
    whole = [(a.row.ordinal, a.ends) for a in plan.tree_connections]
    assert whole == [(1, True), (2, True), (3, True), (4, False)]
    assert [(d.pid, d.depth) for d in plan.descendants] == [(41, 1)]
    assert plan.verdict.level is plan.tree_verdict.level is Level.ALLOWED


def test_a_process_that_changed_ended_or_is_unknown_is_refused() -> None:
    for target, word in [
        (replace(NGINX, started=39.0), "another process"),
        (Process(4444, 1.0, "curl"), "ended"),
        (replace(NGINX, started=None), "unknown"),
    ]:
        plan = make_plan(target, [], TABLE)
        assert plan.verdict.level is plan.tree_verdict.level is Level.REFUSED
        assert word in plan.verdict.reason
        assert plan.descendants == ()


def test_a_tree_that_holds_this_program_is_refused_where_its_root_only_needs_typing() -> None:
    own = os.getpid()
    table = {20: Entry(20, 1, "sshd", 20.0), 21: Entry(21, 20, "bash", 21.0), own: Entry(own, 21, "tcpview-tui", 22.0)}
    plan = make_plan(Process(20, 20.0, "sshd"), [], table)
    assert plan.verdict.level is Level.TYPED
    assert plan.tree_verdict.level is Level.REFUSED


def test_a_real_process_with_its_child() -> None:
    with running(f"import os; os.fork(); {SLEEP}") as root:
        assert line(root) == b"ready\n"
        plan = make_plan(process(root.pid), [])
        assert [(d.depth, psutil.Process(d.pid).ppid()) for d in plan.descendants] == [(1, root.pid)]
        assert plan.verdict.level is Level.ALLOWED
