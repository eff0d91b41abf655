"""The key goes to its service, encrypted, and nowhere else."""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path

import pytest

from tcpview_tui.lookup.reputation_api.services import Services

from .asking import SECRET, VT, VT_ADDRESS, asked
from .server import ApiServer


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "virustotal.key"
    file.write_text(SECRET)
    file.chmod(0o644)
    with ApiServer(VT_ADDRESS) as server:
        assert "give it mode 0600" in asked(tmp_path, server, environ={})[0]
        assert server.asked == []
        file.chmod(0o600)
        assert asked(tmp_path, server, environ={})[0].startswith("3 of 94")


def test_the_key_goes_nowhere_else(tmp_path: Path) -> None:
    with ApiServer(VT_ADDRESS) as other:
        for status in ("301", "302", "303", "307", "308"):
            with ApiServer(mode=status, Location=f"{other.url}/api") as server:
                assert "elsewhere" in asked(tmp_path, server)[0]
                assert len(server.asked) == 1
        assert other.asked == []


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
