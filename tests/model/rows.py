"""Rows for tests: one by hand with `make_row`, any at all with the strategy `rows`."""

from __future__ import annotations

from itertools import count
from typing import Any, get_args

from hypothesis import strategies as st

from tcpview_tui.model.address import canonical
from tcpview_tui.model.connection import Connection, Direction, Endpoint, Family, Namespace, State, Transport
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.text import safe

_ordinals = count(1)


def make_process(name: str = "sshd", pid: int = 100, **facts: Any) -> Process:
    return Process(pid=pid, started=facts.pop("started", 1000.0), name=name, **facts)


def endpoint(text: str) -> Endpoint:
    address, _, port = text.rpartition(":")
    return Endpoint(address.strip("[]"), int(port))


def make_row(
    local: str = "10.0.0.5:22",
    remote: str | None = "192.0.2.7:50000",
    *owners: Process,
    state: State = State.ESTABLISHED,
    transport: Transport = "tcp",
    direction: Direction = "in",
    first_seen: float = 1000.0,
    **facts: Any,
) -> Row:
    """Return a row; endpoints as ``10.0.0.5:22`` or ``[::1]:22``, `facts` are further attributes of `Row`."""
    ordinal = next(_ordinals)
    here, there = endpoint(local), endpoint(remote) if remote else None
    family: Family = 6 if ":" in here.address else 4
    known = () if facts.get("owners_past") else owners
    connection = Connection(ordinal, transport, family, state, here, there, known)
    return Row(ordinal, connection, direction, first_seen, owners=owners, **facts)


_ports = st.integers(0, 65535) | st.sampled_from([22, 53, 80, 443])
_addresses = (
    st.ip_addresses(v=4).map(str)
    | st.ip_addresses(v=6).map(str).map(canonical)
    | st.sampled_from(["127.0.0.1", "::1", "10.0.0.1", "10.0.0.10", "fe80::1%eth0", "0.0.0.0", "::"])
)
_texts = st.text(max_size=20).map(safe) | st.sampled_from(["sshd", "nginx", "/usr/bin/x", "root", "a b", "Straße"])
_facts = st.none() | _texts


def processes() -> st.SearchStrategy[Process]:
    """Any process, with what is unknown of it."""
    return st.builds(
        Process,
        pid=st.integers(0, 4_194_304),
        started=st.none() | st.floats(0, 2e9),
        name=_texts,
        user=_facts,
        executable=_facts,
        command_line=_facts,
        service=_facts,
        container=_facts,
    )


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """Any row that a table can hold."""
    local, remote = (Endpoint(draw(_addresses), draw(_ports)) for _ in range(2))
    transport = draw(st.sampled_from(get_args(Transport)))
    state = draw(st.sampled_from(State)) if transport == "tcp" else State.NONE
    owners = tuple(draw(st.lists(processes(), max_size=3)))
    past = bool(owners) and draw(st.booleans())
    ordinal = next(_ordinals)
    return Row(
        ordinal=ordinal,
        connection=Connection(
            key=ordinal,
            transport=transport,
            family=6 if ":" in local.address else 4,
            state=state,
            local=local,
            remote=draw(st.sampled_from([remote, None])),
            owners=() if past else owners,
            user=draw(_facts),
            namespace=draw(st.none() | st.builds(Namespace, st.integers(1, 2**32), st.none() | _texts)),
        ),
        direction=draw(st.sampled_from(get_args(Direction))),
        first_seen=draw(st.floats(0, 2e9)),
        preexisting=draw(st.booleans()),
        owners=owners,
        owners_past=past,
        mark=draw(st.sampled_from(Mark)),
        closed_at=draw(st.none() | st.floats(0, 2e9)),
    )
