"""The dialog of pages and answers: what is shown, copied, opened and asked, against a real server on loopback."""

from __future__ import annotations

import hashlib
import os
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from tcpview_tui.lookup.references import TEMPLATES
from tcpview_tui.lookup.reputation_api.services import Services
from tcpview_tui.model.process import Process
from tcpview_tui.tui.browser import is_desktop, open_page
from tcpview_tui.tui.commands.judging import show_references
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.references import ReferencesScreen
from tests.fakes import connection, listener
from tests.lookup.reputation_api.server import ApiServer
from tests.tui.harness import Live, live

ADDRESS = "8.8.8.8"
SUM = "ab" * 32
KEY = {"TCPVIEW_TUI_ABUSEIPDB_KEY": "s3cr3t"}
MYSELF = Process(os.getpid(), None, "pytest")


def words(program: Live) -> str:
    return " ".join(program.text.replace("│", " ").replace("|", " ").split())


async def opened(
    program: Live, services: Services, address: str | None = ADDRESS, digest: str | None = SUM
) -> ReferencesScreen:
    screen = ReferencesScreen("References", address, lambda: digest, services, TEMPLATES)
    await program.app.push_screen(screen)
    await program.until(lambda: not screen._is_reading)
    return screen


@pytest.fixture
def nobody(tmp_path: Path) -> Services:
    return Services(tmp_path, {})


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=str)
async def test_every_page_stands_there_with_its_url(nobody: Services, size: tuple[int, int]) -> None:
    async with live(connection(1), size=size) as program:
        await opened(program, nobody)
        assert f"https://www.virustotal.com/gui/ip-address/{ADDRESS}" in program.text
        assert SUM in words(program).replace(" ", "")
        for name in ("AbuseIPDB", "Shodan", "GreyNoise"):
            assert name in program.text


async def test_the_keys_are_seen_on_a_very_small_screen(nobody: Services) -> None:
    async with live(connection(1), size=(40, 12), ascii=True) as program:
        await opened(program, nobody)
        assert "Enter copies" in program.text
        assert "Esc goes back" in words(program)
        await program.press("end", "enter")
        assert "Copied" in words(program)
        assert program.text.isascii()


async def test_enter_copies_the_url_of_the_line(nobody: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        await opened(program, nobody)
        written: list[str] = []
        monkeypatch.setattr(program.app._driver, "write", written.append)
        await program.press("down", "enter")
        sent = b64encode(f"https://www.virustotal.com/gui/file/{SUM}".encode()).decode()
        assert any(sent in each for each in written)
        assert "Copied to the terminal's clipboard" in program.text


async def test_there_is_no_page_about_a_private_address(nobody: Services) -> None:
    async with live(connection(1)) as program:
        await opened(program, nobody, "10.0.0.1", None)
        assert "RFC 1918" in words(program)
        assert "SHA-256 of the program is not known" in words(program)
        assert "http" not in program.text
        await program.press("enter", "o", "a", "V")
        await program.until(lambda: isinstance(program.app.screen, MainScreen))


async def test_before_a_key_is_pressed_nobody_is_asked_and_it_is_said_who_would_learn_what(tmp_path: Path) -> None:
    with ApiServer({"data": {"abuseConfidenceScore": 97, "totalReports": 12}}) as server:
        services = Services(tmp_path, KEY, bases={"AbuseIPDB": server.url})
        async with live(connection(1)) as program:
            await opened(program, services)
            assert f"a asks AbuseIPDB ({server.address}): the address, with your key" in words(program)
            assert server.asked == []
            await program.press("a")
            await program.until(lambda: "97 %" in program.text)
            assert len(server.asked) == 1
            assert "s3cr3t" not in program.text


@pytest.mark.parametrize(("mode", "told"), [("404", "does not know it"), ("401", "refuses the key"), ("429", "again")])
async def test_a_refusal_is_a_plain_answer(tmp_path: Path, mode: str, told: str) -> None:
    with ApiServer(mode=mode) as server:
        async with live(connection(1)) as program:
            await opened(program, Services(tmp_path, KEY, bases={"AbuseIPDB": server.url}))
            await program.press("a")
            await program.until(lambda: told in words(program))


async def test_without_a_key_nobody_is_asked_and_it_is_said_where_one_goes(nobody: Services) -> None:
    async with live(connection(1)) as program:
        await opened(program, nobody)
        await program.press("a")
        await program.until(lambda: "TCPVIEW_TUI_VIRUSTOTAL_KEY" in words(program))


@pytest.mark.parametrize(
    ("address", "digest", "offline", "reason"),
    [
        (ADDRESS, SUM, True, "--offline forbids it."),
        ("10.0.0.1", None, False, "neither an address of somebody else nor the SHA-256 of the program is known."),
        ("10.0.0.1", SUM, False, "there is no usable key of a service that knows the SHA-256."),
    ],
)
async def test_it_is_said_why_nobody_would_be_asked(
    tmp_path: Path, address: str, digest: str | None, offline: bool, reason: str
) -> None:
    async with live(connection(1), size=(120, 40)) as program:
        await opened(program, Services(tmp_path, KEY, offline=offline), address, digest)
        assert f"a asks nobody: {reason}" in words(program)


async def test_offline_asks_nobody(tmp_path: Path) -> None:
    with ApiServer({}) as server:
        async with live(connection(1)) as program:
            await opened(program, Services(tmp_path, KEY, offline=True, bases={"AbuseIPDB": server.url}))
            await program.press("a")
            await program.until(lambda: "--offline forbids" in words(program))
            assert server.asked == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_the_program_of_the_row_is_known_by_its_sum() -> None:
    async with live(connection(1, remote=(ADDRESS, 443), owners=(MYSELF,))) as program:
        show_references(program.main)
        expected = hashlib.sha256(Path("/proc/self/exe").read_bytes()).hexdigest()
        await program.until(lambda: expected in words(program).replace(" ", ""))
        assert "pytest" in program.lines[next(n for n, line in enumerate(program.lines) if "╭" in line) + 1]


async def test_of_several_rows_one_is_to_be_chosen() -> None:
    async with live(connection(1), listener(2, 80)) as program:
        await program.press("ctrl+a")
        show_references(program.main)
        await program.settled()
        assert "choose one" in program.text


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({}, "linux", False),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "x"}, "linux", False),
        ({"SSH_TTY": "/dev/pts/1"}, "darwin", False),
        ({"DISPLAY": "localhost:10.0"}, "linux", False),
    ],
)
def test_a_browser_opens_only_in_front_of_the_person(environ: dict[str, str], platform: str, expected: bool) -> None:
    assert is_desktop(environ, platform) is expected


async def test_where_there_is_no_desktop_nothing_is_opened(nobody: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    async with live(connection(1)) as program:
        await opened(program, nobody)
        assert "o opens" not in program.text
        await program.press("o")
        assert "There is no desktop here" in program.text


@pytest.mark.skipif(sys.platform != "linux", reason="the browser is a shell script")
async def test_o_hands_the_url_over_to_the_browser(
    nobody: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\n[ -t 0 ] || [ -t 1 ] || echo "$@" > {seen}\n')
    browser.chmod(0o700)
    for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("BROWSER", str(browser))
    async with live(connection(1)) as program:
        await opened(program, nobody)
        assert "o opens" in program.text
        await program.press("o")
        await program.until(lambda: "Handed over to the browser" in program.text)
        assert seen.read_text().strip() == f"https://www.virustotal.com/gui/ip-address/{ADDRESS}"


def test_a_browser_that_fails_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "/nonexistent/browser")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "No browser could be started" in open_page("https://example.org/")
