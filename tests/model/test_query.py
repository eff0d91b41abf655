"""Which rows of one table a query finds."""

from __future__ import annotations

import pytest

from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Mark
from tests.model.rows import make_process, make_row

SSHD = make_process(
    "sshd", 812, user="root", executable="/usr/sbin/sshd", command_line='sshd: -p 22 "a, b"', service="ssh.service"
)
WORKER = make_process("nginx", 4242, user="www-data", executable="/usr/bin/x", command_line="nginx: worker process")
NGINX = make_process("nginx", 4241, user="root", command_line="nginx: master process")
TABLE = {
    "ssh": make_row("10.0.0.5:22", "192.0.2.7:50000", SSHD, mark=Mark.NEW, first_seen=990.0),
    "web": make_row("10.0.0.5:443", "10.0.0.10:40001", NGINX, WORKER, first_seen=400.0),
    "six": make_row("[2001:db8::1]:50001", "[2001:db8::2]:443", WORKER, direction="out", first_seen=100.0),
    "link": make_row("[fe80::1%eth0]:22", "[fe80::2%eth0]:50002", SSHD, first_seen=100.0, preexisting=True),
    "wait": make_row("127.0.0.1:80", "127.0.0.1:50003", state=State.TIME_WAIT, first_seen=995.0),
    "dns": make_row("0.0.0.0:53", None, state=State.NONE, transport="udp", direction="listening", first_seen=0.0),
    "gone": make_row("10.0.0.5:50004", "10.0.1.1:80", WORKER, direction="out", first_seen=900.0, closed_at=905.0),
}
CONTEXT = Context(now=1000.0, names={"192.0.2.7": "Gate.Example.org", "10.0.1.1": "docker-proxy.lan"})
ALL = " ".join(TABLE)


def found(text: str) -> str:
    query = parse(text)
    return " ".join(name for name, row in TABLE.items() if query.matches(row, CONTEXT))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL),
        ("   ", ALL),
        # words
        ("sshd", "ssh link"),
        ("SSHD 2001", ""),
        ("nginx master", "web"),
        ("nginx and worker", "web six gone"),
        ("docker-proxy", "gone"),
        ("gate.EXAMPLE", "ssh"),
        ("TIME_WAIT", "wait"),
        ('"worker process"', "web six gone"),
        ('"and"', ""),
        ('", b"', "ssh link"),
        ("10.0.0.1", "web"),
        ("2001:DB8:0::1", "six"),
        ("fe80::1%eth0", "link"),
        ("::2", "six link"),
        ("/usr/bin/x", "web six gone"),
        ("-nginx", "ssh link wait dns"),
        # regular expressions
        ("/ngi.x|sshd/", "ssh web six link gone"),
        ("/^ngi.x$/", "web six gone"),
        ("/^x/", ""),
        ("/^GATE\\./", "ssh"),
        ("/usr\\/s?bin/", "ssh web six link gone"),
        ("cmd:/master|-p \\d+/", "ssh web link"),
        ("remote:/^10\\.0\\.[01]\\./", "web gone"),
        ("state:/wait$/", "wait"),
        ("user:/./", "ssh web six link gone"),
        # endpoints and networks as words
        ("10.0.0.5:443", "web"),
        ("10.0.0.5:44", ""),
        ("[2001:db8::2]:443", "six"),
        (":443", "web six"),
        ("*:22", "ssh link"),
        ("10.0.0.0/24", "ssh web gone"),
        ("2001:db8::/32", "six"),
        # owners: any of them
        ("process:SSH", "ssh link"),
        ("user:root", "ssh web link"),
        ("-user:root", "six wait dns gone"),
        ("user:www-data", "web six gone"),
        ("pid:4241", "web"),
        ("pid:4000-5000", "web six gone"),
        ("pid>812", "web six gone"),
        ("service:ssh", "ssh link"),
        ("path:/usr/bin/x", "web six gone"),
        ('cmd:"a, b"', "ssh link"),
        ("process:sshd,nginx", "ssh web six link gone"),
        # addresses
        ("remote:10.0.0.0/8", "web gone"),
        ("remote:10.1.2.3/8", "web gone"),
        ("remote:10.0.0.1", ""),
        ("remote:10.0.0.10", "web"),
        ("remote:10.0.0.", "web"),
        ("remote:10.0.", "web gone"),
        ("remote:0.0", ""),
        ("remote:.0.1", "web wait gone"),
        ("remote:2001:db8::/32", "six"),
        ("remote:[2001:db8::2]", "six"),
        ("remote:2001:DB8:0::2", "six"),
        ("local:::ffff:10.0.0.5", "ssh web gone"),
        ("local:fe80::1", "link"),
        ("local:fe80::1%eth0", "link"),
        ("local:fe80::1%eth1", ""),
        ("local:%eth", "link"),
        ("remote:0.0.0.0/0", "ssh web wait gone"),
        ("remote:::/0", "six link"),
        ("local:127.0.0.1,0.0.0.0", "wait dns"),
        ("host:example", "ssh"),
        # numbers
        ("port:443", "web six"),
        ("lport:443", "web"),
        ("rport=443", "six"),
        ("port:22,53", "ssh link dns"),
        ("port:22-80", "ssh link wait dns gone"),
        ("port:53, 440-450", "web six dns"),
        ("lport<80", "ssh link dns"),
        ("lport<=80", "ssh link wait dns"),
        ("rport >= 50000", "ssh link wait"),
        ("rport:>50000", "link wait"),
        ("rport!=443", "ssh web link wait dns gone"),
        # choices
        ("proto:tcp", "ssh web six link wait gone"),
        ("proto:tcp6", "six link"),
        ("proto:UDP", "dns"),
        ("state:established", "ssh web six link gone"),
        ("state:time-wait", "wait"),
        ("state:TIMEWAIT", "wait"),
        ("state:time_wait,listen", "wait"),
        ("dir:out", "six gone"),
        ("dir:listening", "dns"),
        # age, of which only the least is known for what was there before
        ("age<60", "ssh wait gone"),
        ("age<=10s", "ssh wait gone"),
        ("age>=10m", "web six link dns"),
        ("age:1m-1h", "web six dns"),
        ("age<1h", "ssh web six wait dns gone"),
        ("age>0.2h", "six link dns"),
        # flags
        ("is:new", "ssh"),
        ("is:closed,new", "ssh gone"),
        ("is:listening", "dns"),
        ("is:loopback", "wait"),
        ("is:ipv6", "six link"),
        ("is:unknown", "dns"),
        # logic
        ("sshd or port:443", "ssh web six link"),
        ("port:443 or sshd is:new", "ssh web six"),
        ("(port:443 or sshd) is:new", "ssh"),
        ("not sshd or is:new", "ssh web six wait dns gone"),
        ("not (sshd or nginx)", "wait dns"),
        ("-(sshd or nginx)", "wait dns"),
        ("NOT not sshd", "ssh link"),
        ("--sshd", "ssh link"),
        ("-port:443 nginx", "gone"),
        ('-"worker process" AND user:root', "ssh link"),
        ("user:root -is:new", "web link"),
    ],
)
def test_matches(text: str, names: str) -> None:
    assert found(text) == names


def test_a_long_chain_needs_no_depth() -> None:
    assert parse("-" * 4000 + "nginx").matches(TABLE["web"], CONTEXT)
    assert parse("not " * 1000 + "nginx").matches(TABLE["web"], CONTEXT)
    assert parse("x or " * 800 + "nginx").matches(TABLE["web"], CONTEXT)
    assert parse("(" * 50 + "nginx" + ")" * 50).matches(TABLE["web"], CONTEXT)


def test_a_name_that_joins_later_is_found() -> None:
    query, row = parse("gate"), make_row("10.0.0.5:1", "192.0.2.7:1")
    assert not query.matches(row, Context())
    assert query.matches(row, CONTEXT)


def test_a_time_is_found_by_its_colon_and_a_bare_number_is_not_a_time() -> None:
    row = make_row("10.0.0.5:1", "10.0.0.6:2", first_seen=1_700_000_000.0, closed_at=1_700_010_000.0)
    for column in ("seen", "closed"):
        clock = BY_ID[column].text(row, Context())
        assert parse(clock[-8:-3]).matches(row, Context())
    assert not parse("23:59:61").matches(row, Context())
    assert not parse(clock[-8:-6] + " process:none").matches(row, Context())
