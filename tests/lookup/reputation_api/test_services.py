"""Who is asked about what, and what is told of the answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.lookup.reputation_api import abuseipdb
from tcpview_tui.lookup.reputation_api.services import Answer

from .asking import ABUSE, BOTH, SECRET, SUM, VT, VT_ADDRESS, VT_FILE, asked, services
from .server import ApiServer


def test_virustotal_is_asked_with_the_key_in_its_header(tmp_path: Path) -> None:
    with ApiServer(VT_ADDRESS) as server:
        assert asked(tmp_path, server) == (
            "3 of 94 engines call it malicious, 1 suspicious, 60 harmless; 30 see nothing.",
            "Its reputation among VirusTotal's users is -12; below 0 is bad.",
            "It was last analysed on 2023-11-14.",
            "Its network: country US, AS15169, Google LLC.",
        )
        assert server.asked == ["/api/v3/ip_addresses/8.8.8.8"]
        assert server.received[0]["x-apikey"] == SECRET


def test_of_a_file_only_the_sum_is_sent(tmp_path: Path) -> None:
    with ApiServer(VT_FILE) as server:
        (answer,) = services(tmp_path, server, BOTH).ask(None, SUM.upper())
        assert answer == Answer(
            "VirusTotal, file",
            (
                "0 of 61 engines call it malicious, 0 harmless; 61 see nothing.",
                "It is known as “sshd”, ELF.",
                "It was last analysed on 2023-11-14, first submitted on 2020-09-13.",
            ),
        )
        assert server.asked == [f"/api/v3/files/{SUM}"]


def test_abuseipdb_is_asked_with_the_key_in_its_header(tmp_path: Path) -> None:
    with ApiServer(ABUSE) as server:
        (answer,) = services(tmp_path, server, {"TCPVIEW_TUI_ABUSEIPDB_KEY": SECRET}).ask("2A00:1450::1%eth0", None)
        assert answer == Answer(
            "AbuseIPDB, address",
            (
                "Abuse confidence 97 %: 47 reports by 12 users within 90 days, the last on 2026-10-01.",
                "It is a Tor node.",
                "Its network: country DE, Example GmbH, example.net, Data Center/Web Hosting/Transit.",
            ),
        )
        assert server.asked == ["/api/v2/check?ipAddress=2a00%3A1450%3A%3A1&maxAgeInDays=90"]
        assert server.received[0]["key"] == SECRET


def test_a_clean_address_is_called_so(tmp_path: Path) -> None:
    value = {"data": {"abuseConfidenceScore": 0, "totalReports": 0, "isWhitelisted": True}}
    assert abuseipdb.sentences(value) == (
        "Abuse confidence 0 %: nobody reported it within 90 days.",
        "It is on AbuseIPDB's list of the harmless.",
    )


def test_everybody_with_a_key_is_asked_and_named_before(tmp_path: Path) -> None:
    with ApiServer(VT_ADDRESS) as server:
        both = services(tmp_path, server, BOTH)
        assert both.recipients("8.8.8.8", SUM) == (
            f"VirusTotal ({server.address}): the address and the file's SHA-256, with your key",
            f"AbuseIPDB ({server.address}): the address, with your key",
        )
        assert server.asked == []
        assert [answer.source for answer in both.ask("8.8.8.8", SUM)] == [
            "VirusTotal, address", "VirusTotal, file", "AbuseIPDB, address",
        ]  # fmt: skip
    assert services(tmp_path, None, VT).recipients("8.8.8.8", None)[0].startswith("VirusTotal (www.virustotal.com): ")
    assert SECRET not in repr(both) + "".join(map(repr, vars(both)))


def test_without_a_key_nobody_is_asked(tmp_path: Path) -> None:
    with ApiServer(VT_ADDRESS) as server:
        assert services(tmp_path, server, {}).ask("8.8.8.8", SUM) == ()
        assert services(tmp_path, server, {}).recipients("8.8.8.8", SUM) == ()
        assert server.asked == []


def test_offline_nobody_is_asked(tmp_path: Path, contacted: set[int]) -> None:
    with ApiServer(VT_ADDRESS) as server:
        assert asked(tmp_path, server, offline=True) == ("It was not asked: --offline forbids it.",)
        assert services(tmp_path, server, offline=True).recipients("8.8.8.8", SUM) == ()
        assert server.asked == []
    assert contacted == set()


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fe80::1%eth0", "nonsense"])
def test_nobody_learns_of_a_special_address(tmp_path: Path, address: str) -> None:
    with ApiServer(VT_ADDRESS) as server:
        (answer,) = services(tmp_path, server, BOTH).ask(address, None)
        assert answer.source == "This program"
        assert "address" in answer.sentences[0]
        assert server.asked == []


def test_a_file_is_asked_about_also_where_the_address_is_special(tmp_path: Path) -> None:
    with ApiServer(VT_FILE) as server:
        answers = services(tmp_path, server, BOTH).ask("127.0.0.1", SUM)
        assert [answer.source for answer in answers] == ["This program", "VirusTotal, file"]
