"""Each format: what is understood of it, what is left out, and what a hit tells."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.lookup.lists.entries import ListError
from tcpview_tui.lookup.lists.reputation import load
from tests.lookup.lists import samples
from tests.lookup.lists.samples import EVIL, OTHER, asked, entries_of, of_digest, written

if TYPE_CHECKING:
    from pathlib import Path


def test_a_plain_list(tmp_path: Path) -> None:
    found = written(tmp_path, samples.PLAIN)
    assert found.kind == "addresses, one a line"
    assert found.entries.counts == {
        "IPv4 address": 1, "IPv4 network": 1, "IPv4 range": 1, "IPv6 address": 1, "IPv6 network": 1,
    }  # fmt: skip
    assert found.entries.broken == 0
    assert entries_of(found, "45.0.0.1") == [(2, "45.0.0.1")]
    assert entries_of(found, "45.0.1.255") == [(3, "45.0.1.0/24   # a network")]
    assert [bool(asked(found, f"45.0.2.{last}")) for last in range(9, 15)] == [False, True, True, True, True, False]
    assert entries_of(found, "2a00:1450:1::1%eth0") == [(6, "2a00:1450::/32")]
    assert asked(found, "2a00:2000::6") == ()


def test_a_hit_tells_everything(tmp_path: Path) -> None:
    found = written(tmp_path, samples.DROP, "drop.txt")
    (match,) = asked(found, "45.0.17.1", 443)
    digest = hashlib.sha256(samples.DROP.encode()).hexdigest()
    assert (match.list, match.entry, match.line) == ("drop.txt", "45.0.16.0/20 ; SBL100001", 4)
    assert match.list_sha256 == digest
    assert match.sentence == (
        "drop.txt has “45.0.16.0/20 ; SBL100001” in line 4 "
        f"(it says it is of 2024-05-06, SHA-256 {digest[:12]}…)"
    )  # fmt: skip


def test_without_a_date_of_its_own_a_list_is_as_old_as_its_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("45.0.0.1\n")
    os.utime(tmp_path / "a", (1_600_000_000, 1_600_000_000))
    (match,) = asked(load(tmp_path / "a"), "45.0.0.1")
    assert match.dated == (1_600_000_000.0, False)
    assert "its file was changed 2020-09-13" in match.sentence


def test_firehol_never_matches_private_addresses(tmp_path: Path) -> None:
    found = written(tmp_path, samples.FIREHOL)
    assert found.kind == "FireHOL netset or ipset"
    assert found.dated == (1714950094.0, True)
    assert found.entries.special == 4
    assert [line.text for line in found.entries.first_special][:2] == ["0.0.0.0/8", "10.0.0.0/8"]
    for ip in ("10.1.2.3", "127.0.0.1", "::ffff:127.0.0.1", "224.0.0.251", "255.255.255.255", "0.0.0.0"):
        assert asked(found, ip) == ()
    assert entries_of(found, "45.0.9.9") == [(13, "45.0.0.0/16")]
    assert entries_of(found, "::ffff:45.1.0.7") == [(14, "45.1.0.7")]


def test_an_entry_that_spans_private_addresses_matches_the_others_only(tmp_path: Path) -> None:
    found = written(tmp_path, "0.0.0.0/0\n")
    assert asked(found, "45.0.0.1")
    for ip in ("10.0.0.1", "127.0.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254", "203.0.113.9"):
        assert asked(found, ip) == ()


def test_spamhaus_drop(tmp_path: Path) -> None:
    found = written(tmp_path, samples.DROP)
    assert (found.kind, found.entries.counts) == ("Spamhaus DROP, text", {"IPv4 network": 2})
    assert found.dated == (1714987272.0, True)
    assert entries_of(found, "45.3.255.255") == [(5, "45.2.0.0/15 ; SBL100002")]


def test_spamhaus_drop_as_json(tmp_path: Path) -> None:
    found = written(tmp_path, samples.DROP_JSON)
    assert found.kind == "Spamhaus DROP, JSON"
    assert found.entries.counts == {"IPv4 network": 1, "IPv6 network": 1}
    assert found.dated == (1714987272.0, True)
    assert entries_of(found, "2a0f:9400::1")[0][0] == 2


def test_feodo_csv_lists_an_address_with_its_port(tmp_path: Path) -> None:
    found = written(tmp_path, samples.FEODO_CSV)
    assert found.kind == "Feodo Tracker, CSV"
    assert found.dated == (1714990805.0, True)
    assert [line for line, _ in entries_of(found, "45.0.0.1", 8080)] == [7]
    assert [line for line, _ in entries_of(found, "45.0.0.1", 443)] == [8]
    assert [line for line, _ in entries_of(found, "45.0.0.1")] == [7, 8]
    assert entries_of(found, "45.0.0.1", 22) == []
    assert [line.number for line in found.entries.first_broken] == [9]


def test_feodo_json(tmp_path: Path) -> None:
    found = written(tmp_path, samples.FEODO_JSON)
    assert (found.kind, found.entries.counts) == ("Feodo Tracker, JSON", {"IPv4 address": 2})
    assert entries_of(found, "45.0.0.2", 443) == [(8, "45.0.0.2:443 Example")]
    assert entries_of(found, "45.0.0.2", 444) == []


def test_what_is_listed_twice_is_in_two_lines(tmp_path: Path) -> None:
    twice = json.dumps([{"ip_address": "45.0.0.1", "port": 443}] * 2).replace(", {", ",\n{")
    assert [line for line, _ in entries_of(written(tmp_path, twice), "45.0.0.1")] == [1, 2]


def test_feodo_plain(tmp_path: Path) -> None:
    found = written(tmp_path, samples.FEODO_PLAIN)
    assert found.dated == (1714990805.0, True)
    assert entries_of(found, "45.0.0.2", 1) == [(7, "45.0.0.2")]


def test_hashes(tmp_path: Path) -> None:
    found = written(tmp_path, samples.HASHES)
    assert found.kind == "hashes, one a line"
    assert found.entries.counts == {"SHA-256 hash": 3}
    assert found.entries.ignored == {"MD5 hash": 1}
    assert [line.number for line in found.entries.first_broken] == [6]
    assert of_digest(found, EVIL) == [(2, f"{EVIL} /tmp/evil # and more.exe")]
    assert of_digest(found, OTHER) == [(3, f"{OTHER} dropper")]
    assert of_digest(found, "1" * 64) == [(4, f"{'1' * 64} other.bin")]
    assert of_digest(found, "3" * 64) == []


def test_hashes_in_csv(tmp_path: Path) -> None:
    text = f'# "first_seen_utc","sha256_hash","signature"\n#\n"2024-05-06 10:00:00", "{EVIL}", "Example"\n'
    assert of_digest(written(tmp_path, text), EVIL) == [(3, f"{EVIL} 2024-05-06 10:00:00, Example")]


def test_stix(tmp_path: Path) -> None:
    found = written(tmp_path, samples.STIX)
    assert found.kind == "STIX 2.1 bundle"
    assert found.entries.counts == {"SHA-256 hash": 1, "IPv4 address": 1, "IPv4 network": 2, "IPv6 address": 2}
    assert found.entries.ignored == {
        "STIX object that is no indicator: identity": 1,
        "file:hashes.MD5": 1,
        "domain-name:value": 1,
        "revoked indicator": 1,
        "indicator whose pattern is more than a choice of values": 3,
    }
    assert (found.entries.broken, found.entries.special) == (2, 1)
    assert found.dated == (1714989600.0, True)
    ((line, text),) = entries_of(found, "45.0.0.1")
    assert samples.STIX.splitlines()[line - 1].strip() == "{"
    assert "45.0.0.1'" in "".join(samples.STIX.splitlines()[line : line + 5])
    assert text == "45.0.0.1 an example"
    assert entries_of(found, "45.0.4.9")[0][1] == "45.0.4.0/24 an example"
    assert entries_of(found, "2a00:2000::6")[0][1] == "2a00:2000::6 an example, valid until 2025-01-01T00:00:00Z"
    assert [text for _, text in of_digest(found, EVIL)] == [f"{EVIL} an example"]
    assert [asked(found, f"45.9.0.{last}") for last in range(1, 5)] == [()] * 4


def test_misp(tmp_path: Path) -> None:
    found = written(tmp_path, samples.MISP)
    assert found.kind == "MISP event"
    assert found.entries.counts == {"SHA-256 hash": 2, "IPv4 address": 2, "IPv4 network": 1}
    assert found.entries.ignored == {"domain": 1, "ip-dst that is not meant for detection (to_ids)": 2}
    assert (found.entries.broken, found.entries.special) == (1, 1)
    assert found.dated == (1714953600.0, True)
    assert [text for _, text in entries_of(found, "45.0.0.1", 5)] == ["45.0.0.1 beacon"]
    assert [text for _, text in entries_of(found, "45.0.0.2", 8443)] == ["45.0.0.2|8443"]
    assert entries_of(found, "45.0.0.2", 443) == []
    assert [text for _, text in of_digest(found, OTHER)] == [f"{OTHER} evil.exe"]


@pytest.mark.parametrize("wrap", [lambda event: [event], lambda event: {"response": [event]}])
def test_misp_answers_hold_several_events(tmp_path: Path, wrap: object) -> None:
    assert callable(wrap)
    found = written(tmp_path, json.dumps(wrap(json.loads(samples.MISP))))
    assert found.kind == "MISP event"
    assert found.entries.counts == {"SHA-256 hash": 2, "IPv4 address": 2, "IPv4 network": 1}


def test_misp_search_for_attributes(tmp_path: Path) -> None:
    answer = {"response": {"Attribute": [{"type": "ip-dst", "value": "45.0.0.1", "to_ids": "1"}]}}
    assert entries_of(written(tmp_path, json.dumps(answer)), "45.0.0.1") == [(1, "45.0.0.1")]


def test_the_name_proves_nothing_and_a_mark_before_the_text_is_none_of_it(tmp_path: Path) -> None:
    assert written(tmp_path, "\ufeff" + samples.MISP, "hashes.txt").kind == "MISP event"
    assert entries_of(written(tmp_path, "\ufeff45.0.0.1", "bundle.json"), "45.0.0.1") == [(1, "45.0.0.1")]


def test_nested_networks_match_all_of_them_the_narrowest_first(tmp_path: Path) -> None:
    found = written(tmp_path, "45.0.0.0/8\n45.0.0.0/24\n45.0.0.7\n45.0.0.0-45.0.0.9\n45.1.0.0/16\n")
    assert [line for line, _ in entries_of(found, "45.0.0.7")] == [3, 4, 2, 1]


@pytest.mark.parametrize(
    ("asked_for", "listed"),
    [("64:ff9b::2d00:1", "45.0.0.1"), ("2002:2d00:1::1", "45.0.0.1"), ("::ffff:45.0.0.1", "45.0.0.1"),
     ("45.0.0.1", "::ffff:45.0.0.1"), ("45.0.0.1", "::ffff:45.0.0.0/120")],
)  # fmt: skip
def test_an_address_in_another_form_is_found(tmp_path: Path, asked_for: str, listed: str) -> None:
    assert asked(written(tmp_path, listed), asked_for)


NO_ENTRIES = (
    "45.0.0.1/33", "45.0.0.1/", "45.0.0.1/-1", "45.0.0", "045.0.0.1", "1.2.3.4.5", "45.0.0.1/\u0662",
    "45.0.0.9-45.0.0.1", "45.0.0.1-2a00::1", "45.0.0.1 45.0.0.2", "::ffff:45.0.0.1/90", "2a00::1%eth0", "evil.example",
    "45.0.0.1:80", "2a00::/129",
)  # fmt: skip


@pytest.mark.parametrize("line", NO_ENTRIES)
def test_what_is_no_entry_is_a_broken_line(tmp_path: Path, line: str) -> None:
    found = written(tmp_path, f"45.9.9.9\n{line}\n")
    assert [(each.number, each.text) for each in found.entries.first_broken] == [(2, line)]
    assert found.entries.counts == {"IPv4 address": 1}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<html>\nForbidden\n</html>\n", "nothing in it was understood; line 1 is “<html>”"),
        ('{"a": 1}', "it is JSON, but neither"),
        ("[1, 2]", "it is JSON, but neither"),
        pytest.param(samples.STIX[:-9], "cut off", id="cut off"),
        pytest.param("[" * 100_000, "nested too deep", id="deep"),
        pytest.param('{"objects":' * 100_000, "nested too deep", id="deeper"),
        ("", "it is empty"),
        ("\x1f\x8b\x08", "compressed"),
    ],
)
def test_what_is_no_list_is_a_sentence(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(text.encode("latin-1" if text.startswith("\x1f") else "utf-8"))
    with pytest.raises(ListError, match=why):
        load(path)


def test_a_sheet_is_cut_at_newlines_alone(tmp_path: Path) -> None:
    found = written(tmp_path, '# one\r# "ip","port"\r\n"dst_ip","dst_port"\n"45.0.0.1","1"\n45.0.0.2,\r1,"\n')
    assert (found.entries.counts, found.entries.broken) == ({"IPv4 address": 1}, 1)


def test_a_list_with_nothing_listed_is_one(tmp_path: Path) -> None:
    assert written(tmp_path, "# Last updated: 2024-05-06 10:20:05 UTC\n").entries.counts == {}


def test_texts_of_a_list_are_made_safe(tmp_path: Path) -> None:
    found = written(tmp_path, "45.0.0.1 # \x1b]52;c;YQ==\x07\u202e\n\x1b[2J\n", "a\x1b[31m.txt")
    (match,) = asked(found, "45.0.0.1")
    assert "\x1b" not in match.sentence
    assert "\\x1b]52" in match.entry
    assert match.list == "a\\x1b[31m.txt"
    assert found.entries.first_broken[0].text == "\\x1b[2J"
