from __future__ import annotations

import json
import logging
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.lookup.reputation_api import abuseipdb, virustotal
from tcpview_tui.lookup.reputation_api.service import SERVICES
from tcpview_tui.lookup.reputation_api.services import Answer, Services
from tcpview_tui.text import safe
from tests.lookup.servers import HOSTILE

from .server import FLOOD_LIMIT, ApiServer

SECRET = "s3cr3t-0123456789"
SUM = "ab" * 32
BOTH = {service.variable: SECRET for service in SERVICES}
VT = {"TCPVIEW_TUI_VIRUSTOTAL_KEY": SECRET}

VT_ADDRESS = {
    "data": {
        "id": "8.8.8.8",
        "type": "ip_address",
        "attributes": {
            "last_analysis_stats": {"malicious": 3, "suspicious": 1, "undetected": 30, "harmless": 60, "timeout": 0},
            "reputation": -12,
            "last_analysis_date": 1_700_000_000,
            "country": "US",
            "asn": 15169,
            "as_owner": "Google LLC",
        },
    }
}
VT_FILE = {
    "data": {
        "attributes": {
            "last_analysis_stats": {"malicious": 0, "undetected": 61, "harmless": 0, "type-unsupported": 12},
            "meaningful_name": "sshd",
            "type_description": "ELF",
            "first_submission_date": 1_600_000_000,
            "last_analysis_date": 1_700_000_000,
        }
    }
}
ABUSE = {
    "data": {
        "ipAddress": "8.8.8.8",
        "isPublic": True,
        "isWhitelisted": False,
        "abuseConfidenceScore": 97,
        "countryCode": "DE",
        "usageType": "Data Center/Web Hosting/Transit",
        "isp": "Example GmbH",
        "domain": "example.net",
        "isTor": True,
        "totalReports": 47,
        "numDistinctUsers": 12,
        "lastReportedAt": "2026-10-01T11:12:13+00:00",
    }
}


def services(tmp_path: Path, server: ApiServer | None = None, environ: dict[str, str] = VT, **options: Any) -> Services:
    bases = {service.name: server.url for service in SERVICES} if server else {}
    return Services(tmp_path, environ, bases=bases, **{"seconds": 20.0, **options})


def asked(tmp_path: Path, server: ApiServer, **options: Any) -> tuple[str, ...]:
    (answer,) = services(tmp_path, server, **options).ask("8.8.8.8", None)
    assert answer.source == "VirusTotal, address"
    for sentence in answer.sentences:
        assert SECRET not in sentence
        assert sentence == safe(sentence)
        assert sentence.endswith(".")
    return answer.sentences


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


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "virustotal.key"
    file.write_text(SECRET)
    file.chmod(0o644)
    with ApiServer(VT_ADDRESS) as server:
        assert "give it mode 0600" in asked(tmp_path, server, environ={})[0]
        assert server.asked == []
        file.chmod(0o600)
        assert asked(tmp_path, server, environ={})[0].startswith("3 of 94")


REFUSED = {
    "404": "VirusTotal does not know it.",
    "401": "VirusTotal refuses the key: see that it is the right one, and still valid.",
    "403": "VirusTotal refuses the key: see that it is the right one, and still valid.",
    "429": "VirusTotal was asked too many questions: ask again later.",
    "500": "VirusTotal answered with HTTP error 500.",
    "302": "VirusTotal sent the question on elsewhere (HTTP 302), where the key must not go.",
}


@pytest.mark.parametrize(("status", "sentence"), REFUSED.items())
def test_a_refusal_is_a_plain_answer(tmp_path: Path, status: str, sentence: str) -> None:
    with ApiServer(mode=status) as server:
        assert asked(tmp_path, server) == (sentence,)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("57", "in 57 s"),
        ("7200", "in 2 h"),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "later"),
        ("9" * 99, "later"),
        ("٣", "later"),
    ],
)
def test_how_long_to_wait_is_told(tmp_path: Path, told: str, shown: str) -> None:
    with ApiServer(mode="429", Retry_After=told.encode().decode("latin-1")) as server:
        assert asked(tmp_path, server) == (f"VirusTotal was asked too many questions: ask again {shown}.",)


def test_the_key_goes_nowhere_else(tmp_path: Path) -> None:
    with ApiServer(VT_ADDRESS) as other:
        for status in ("301", "302", "303", "307", "308"):
            with ApiServer(mode=status, Location=f"{other.url}/api") as server:
                assert "elsewhere" in asked(tmp_path, server)[0]
                assert len(server.asked) == 1
        assert other.asked == []


BROKEN = {
    "closed": "No answer: 127.0.0.1 closed the connection without an answer.",
    "garbage": "No answer: 127.0.0.1 did not answer in proper HTTP.",
    "huge": "No answer: 127.0.0.1 sent more than 2,000,000 bytes, which no answer needs.",
}


@pytest.mark.parametrize(("mode", "sentence"), BROKEN.items())
def test_a_broken_answer_is_a_plain_answer(tmp_path: Path, mode: str, sentence: str) -> None:
    with ApiServer(mode=mode) as server:
        assert asked(tmp_path, server) == (sentence,)
        assert server.sent < FLOOD_LIMIT


@pytest.mark.parametrize("mode", ["held", "drip", "drip-header"])
def test_a_slow_answer_is_not_waited_for(tmp_path: Path, mode: str) -> None:
    with ApiServer(mode=mode) as server:
        begun = time.monotonic()
        assert asked(tmp_path, server, seconds=0.3) == ("No answer: 127.0.0.1 did not answer in time.",)
        assert time.monotonic() - begun < 10


def test_nobody_at_home(tmp_path: Path, closed_port: int) -> None:
    home = Services(tmp_path, VT, bases={"VirusTotal": f"http://127.0.0.1:{closed_port}"})
    assert home.ask("8.8.8.8", None)[0].sentences == ("No answer: 127.0.0.1 refused the connection.",)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'{"data": ', b"\xff\xfe"])
def test_what_is_no_json_is_said(tmp_path: Path, body: bytes) -> None:
    with ApiServer(body, "raw") as server:
        assert asked(tmp_path, server) == ("No answer: 127.0.0.1 sent something that is not JSON.",)


@pytest.mark.parametrize("value", [None, [], {}, 7, {"data": []}, {"data": {"attributes": {"last_analysis_stats": 1}}}])
def test_what_is_not_understood_is_said(tmp_path: Path, value: Any) -> None:
    with ApiServer(value) as server:
        assert asked(tmp_path, server) == ("VirusTotal answered, but in a way that is not understood.",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HOSTILE),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
KEYS = sorted({*VT_ADDRESS["data"]["attributes"], *VT_FILE["data"]["attributes"], *ABUSE["data"]})
STATS = st.dictionaries(st.sampled_from(["malicious", "suspicious", "harmless", "undetected"]), JSON)
FACTS = st.dictionaries(st.sampled_from(KEYS), JSON | STATS)


@settings(deadline=None)
@given(JSON, FACTS)
def test_no_answer_breaks_the_reading(nonsense: Any, facts: Any) -> None:
    for read in (virustotal.sentences, abuseipdb.sentences):
        for value in (nonsense, {"data": facts}, {"data": {"attributes": facts}}):
            for sentence in read(json.loads(json.dumps(value))):
                assert sentence == safe(sentence)
                assert len(sentence) < 600


@pytest.mark.parametrize(
    "base", ["http://www.virustotal.com", "http://localhost.evil.example", "ftp://127.0.0.1", "http://127.0.0.1.x"]
)
def test_a_key_goes_nowhere_unencrypted(tmp_path: Path, base: str) -> None:
    with pytest.raises(ValueError, match="a key is only sent by https"):
        Services(tmp_path, VT, bases={"VirusTotal": base})


def test_the_key_is_in_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for mode in ("good", "401", "garbage", "closed"):
        with ApiServer(VT_ADDRESS, mode) as server:
            asked(tmp_path, server)
    printed = capfd.readouterr()
    assert SECRET not in caplog.text + printed.out + printed.err


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new key, and a certificate for this machine that it signed itself, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("tls")
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out certificate -days 2"
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", *made.split(), *named], cwd=folder, capture_output=True, check=True)
    both = folder / "both"
    both.write_text((folder / "key").read_text() + (folder / "certificate").read_text())
    return both


def test_who_cannot_prove_who_it_is_gets_no_key(tmp_path: Path, certificate: Path) -> None:
    with ApiServer(VT_ADDRESS, certificate=certificate) as server:
        (sentence,) = asked(tmp_path, server)
        assert sentence.startswith("No answer: 127.0.0.1 could not prove who it is (self")
        assert server.received == []


def test_who_can_is_asked(tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with ApiServer(VT_ADDRESS, certificate=certificate) as server:
        assert asked(tmp_path, server)[0].startswith("3 of 94 engines")
