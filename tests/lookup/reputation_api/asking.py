"""What the services answer when all is well, and a question to them with a test's key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tcpview_tui.lookup.reputation_api.service import SERVICES
from tcpview_tui.lookup.reputation_api.services import Services
from tcpview_tui.text import safe

from .server import ApiServer

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
