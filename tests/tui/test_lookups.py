"""Whois and names through the whole program, asked of real servers on loopback."""

from __future__ import annotations

import pytest

from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.question import QuestionScreen
from tcpview_tui.tui.screens.whois import WhoisScreen
from tests.fakes import connection
from tests.lookup.servers import ASN_RECORDS, DnsServer, RdapServer, WhoisServer
from tests.tui.harness import Live, live

ROW = connection(1, remote=("8.8.8.8", 443))


async def agree(program: Live) -> None:
    await program.press("w")
    assert isinstance(program.app.screen, QuestionScreen)
    await program.press("tab", "enter")
    assert isinstance(program.app.screen, WhoisScreen)


async def test_the_owner_of_an_address_is_on_the_screen_and_the_mirror_alone_was_asked() -> None:
    with RdapServer() as rdap, DnsServer(ASN_RECORDS) as dns:
        lookup = {"rdap_url": rdap.url, "dns_server": dns.address}
        async with live(ROW, lookup=lookup) as program:
            await agree(program)
            await program.until(lambda: "Source" in program.text)
            assert f"RDAP {rdap.url}" in program.text
            assert "AS" in program.line_with("ASN")
            await program.press("escape", "w")
            await program.until(lambda: "from the cache" in program.text)
            assert len(rdap.asked) == 1


@pytest.mark.parametrize("mode", ["429", "404", "html", "huge", "garbage", "closed"])
async def test_every_failure_is_a_sentence_with_a_retry(mode: str) -> None:
    with RdapServer(mode) as rdap, WhoisServer(mode) as whois, DnsServer(mode="SERVFAIL") as dns:
        lookup = {"rdap_url": rdap.url, "whois_server": whois.address, "dns_server": dns.address, "whois_timeout": 20}
        async with live(ROW, lookup=lookup) as program:
            await agree(program)
            await program.until(lambda: "Asking the registries" not in program.text)
            assert "r asks" in program.text
            assert "Traceback" not in program.text
            await program.press("escape")
            assert isinstance(program.app.screen, MainScreen)


async def test_a_server_that_holds_its_answer_disturbs_neither_table_nor_leaving() -> None:
    with RdapServer("held") as rdap, DnsServer(ASN_RECORDS) as dns:
        async with live(ROW, lookup={"rdap_url": rdap.url, "dns_server": dns.address}) as program:
            await agree(program)
            await program.look(ROW, connection(2))
            assert program.app.session.live.endpoints == 2
            assert "Asking the registries" in program.text
            await program.press("escape", "q")
            assert program.app.return_value == 0


async def test_names_fill_their_column_and_can_be_filtered_for() -> None:
    records = {("8.8.8.8.in-addr.arpa.", "PTR"): ["dns.example."]}
    with DnsServer(records) as dns:
        async with live(ROW, lookup={"dns_server": dns.address}, filter="host:dns.example") as program:
            assert "Nothing matches" in program.text
            await program.press("n")
            await program.until(lambda: "dns.example" in "".join(program.lines[1:30]))
            await program.press("n")
            assert "Remote name" not in program.text
