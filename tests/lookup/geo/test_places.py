from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.lookup.geo import places as module
from tcpview_tui.lookup.geo.place import Place
from tcpview_tui.lookup.geo.places import Places
from tcpview_tui.text import safe
from tests.lookup.conftest import WAIT, FakeClock
from tests.sources.net import linux, until

from .mmdb import mmdb

DAY = 86_400
Opener = Callable[..., Places]


@pytest.fixture
def without_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "iptocc", None)


@pytest.fixture
def opened(clock: FakeClock) -> Iterator[Opener]:
    made: list[Places] = []

    def make(*folders: Path) -> Places:
        made.append(Places(folders, clock))
        made[-1].open()
        assert made[-1].wait(WAIT)
        return made[-1]

    yield make
    for each in made:
        each.close()


def put(folder: Path, name: str, records: dict[str, Any], kind: str = "Test", built: float = 1_700_000_000) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(mmdb(records, kind, int(built)))


def asked(places: Places, address: str) -> Place | None:
    places.of(address)
    assert places.wait(WAIT)
    return places.of(address)


GOOGLE = {"autonomous_system_number": 15169, "autonomous_system_organization": "GOOGLE"}


@pytest.mark.usefixtures("without_lists")
class TestFiles:
    def test_several_files_complete_each_other(self, tmp_path: Path, opened: Opener) -> None:
        put(tmp_path, "country.mmdb", {"8.0.0.0/8": {"registered_country": {"iso_code": "US"}}}, "GeoLite2-Country")
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE}, "GeoLite2-ASN")
        places = opened(tmp_path)
        assert asked(places, "8.8.8.8") == Place("US", 15169, "GOOGLE")
        assert asked(places, "8.1.1.1") == Place("US")
        assert asked(places, "9.9.9.9") is None
        assert places.tells == {"country", "asn", "organisation"}

    def test_the_first_folder_counts_and_there_the_newest(self, tmp_path: Path, opened: Opener) -> None:
        for folder, name, built, code in [
            ("own", "old.mmdb", 1, "AA"),
            ("own", "new.mmdb", 2, "BB"),
            ("system", "newest.mmdb", 3, "CC"),
        ]:
            put(tmp_path / folder, name, {"8.0.0.0/8": {"country_code": code}}, built=built)
        put(tmp_path / "system", "more.mmdb", {"9.0.0.0/8": {"country_code": "DD"}})
        places = opened(tmp_path / "own", tmp_path / "system")
        assert asked(places, "8.8.8.8") == Place("BB", is_estimate=True)
        assert asked(places, "9.9.9.9") == Place("DD", is_estimate=True)

    def test_nothing_is_known_before_it_is_read_and_then_the_version_grows(
        self, tmp_path: Path, opened: Opener
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        before = places.version
        assert places.of("8.8.8.8") is None
        assert places.wait(WAIT)
        assert places.of("8.8.8.8") is not None
        assert places.version == before + 1
        assert asked(places, "9.9.9.9") is None
        assert places.version == before + 1

    def test_what_was_wanted_before_the_files_were_open_is_found(self, tmp_path: Path, clock: FakeClock) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = Places([tmp_path], clock)
        assert places.of("8.8.8.8") is None
        assert places.about == ()
        places.open()
        assert places.wait(WAIT)
        assert places.of("8.8.8.8") == Place(None, 15169, "GOOGLE")
        places.close()

    def test_a_command_can_wait_for_an_answer(self, tmp_path: Path, opened: Opener) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        assert opened(tmp_path).look_up("8.8.8.8") == Place(None, 15169, "GOOGLE")

    @pytest.mark.parametrize(
        "address", ["10.1.2.3", "127.0.0.1", "fe80::1%eth0", "169.254.169.254", "nonsense", "*", ""]
    )
    def test_special_addresses_have_no_place(self, tmp_path: Path, opened: Opener, address: str) -> None:
        put(tmp_path, "all.mmdb", {"0.0.0.0/1": GOOGLE, "128.0.0.0/1": GOOGLE, "8000::/1": GOOGLE})
        places = opened(tmp_path)
        assert asked(places, "9.9.9.9") is not None
        assert asked(places, address) is None

    @pytest.mark.parametrize("address", ["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"])
    def test_one_that_stands_for_another_has_its_place(self, tmp_path: Path, opened: Opener, address: str) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        assert asked(opened(tmp_path), address) == Place(None, 15169, "GOOGLE")

    def test_a_file_reached_in_two_ways_is_one(self, tmp_path: Path, opened: Opener) -> None:
        put(tmp_path / "one", "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        (tmp_path / "two").symlink_to(tmp_path / "one")
        assert len(opened(tmp_path / "one", tmp_path / "two").about) == 1

    def test_memory_is_bounded(self, tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "KEPT_LIMIT", 3)
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        for last in range(9):
            assert asked(places, f"8.8.8.{last}") is not None
        assert len(places._known) == 3

    def test_the_age_is_told(self, tmp_path: Path, opened: Opener, clock: FakeClock) -> None:
        put(tmp_path, "new.mmdb", {"8.8.8.0/24": GOOGLE}, "GeoLite2-ASN", clock.wall() - 60 * DAY)
        put(tmp_path, "old.mmdb", {"8.8.8.0/24": GOOGLE}, "GeoLite2-ASN", clock.wall() - 61 * DAY)
        put(tmp_path, "undated.mmdb", {"8.8.8.0/24": GOOGLE}, "GeoLite2-ASN", 0)
        assert opened(tmp_path).about == (
            f"new.mmdb (GeoLite2-ASN) in {tmp_path}: of 2023-09-15, 60 days old.",
            f"old.mmdb (GeoLite2-ASN) in {tmp_path}: of 2023-09-14, 61 days old.",
            "old.mmdb is old: addresses have changed hands since. Get a newer one.",
            f"undated.mmdb (GeoLite2-ASN) in {tmp_path}: it does not say of when.",
        )

    def test_an_estimate_is_called_so(self, tmp_path: Path, opened: Opener, clock: FakeClock) -> None:
        put(tmp_path, "d.mmdb", {"8.0.0.0/8": {"country": {"iso_code": "US"}}}, "DBIP-Country-Lite", clock.wall())
        places = opened(tmp_path)
        assert "its country is where its publisher thinks the address is used" in places.about[1]
        assert asked(places, "8.8.8.8") == Place("US", is_estimate=True)

    def test_a_registration_is_not(self, tmp_path: Path, opened: Opener, clock: FakeClock) -> None:
        record = {"country": {"iso_code": "DE"}, "registered_country": {"iso_code": "US"}}
        put(tmp_path, "c.mmdb", {"8.0.0.0/8": record}, "GeoLite2-Country", clock.wall())
        assert len(opened(tmp_path).about) == 1

    def test_a_damaged_file_is_named_and_the_others_are_used(self, tmp_path: Path, opened: Opener) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        (tmp_path / "broken.mmdb").write_bytes(b"\x1b]52;c;x\x07")
        places = opened(tmp_path)
        assert asked(places, "8.8.8.8") == Place(None, 15169, "GOOGLE")
        assert places.about[-1].startswith("broken.mmdb is not used: it is damaged")
        assert all(each == safe(each) for each in places.about)

    def test_a_folder_that_cannot_be_read_is_named(self, tmp_path: Path, opened: Opener) -> None:
        (tmp_path / "loop").symlink_to("loop")
        assert (
            f"{tmp_path / 'loop'} is not looked into: Too many levels of symbolic links."
            in opened(tmp_path / "loop").about
        )

    def test_a_file_that_leads_nowhere_is_named(self, tmp_path: Path, opened: Opener) -> None:
        (tmp_path / "gone.mmdb").symlink_to("nowhere")
        assert opened(tmp_path).about[-1] == ("gone.mmdb is not used: it cannot be read (No such file or directory).")

    def test_without_files_it_is_said_where_to_put_them(self, tmp_path: Path, opened: Opener) -> None:
        places = opened(tmp_path / "none")
        assert places.about[0] == f"There is no database of addresses (.mmdb) in {tmp_path / 'none'}."
        assert places.tells == frozenset()
        assert asked(places, "8.8.8.8") is None

    def test_a_closed_one_reads_no_more(self, tmp_path: Path, opened: Opener) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        asked(places, "8.8.8.8")
        places.close()
        assert asked(places, "8.8.8.9") is None
        assert places.of("8.8.8.8") is not None


def replaced(folder: Path, name: str, records: dict[str, Any], built: int = 1_800_000_000) -> None:
    """Put another file in the place of one, as geoipupdate does."""
    (folder / "new").write_bytes(mmdb(records, "Test", built))
    (folder / "new").replace(folder / name)


def looked(places: Places, clock: FakeClock) -> None:
    clock.since_start += module.LOOK_SECONDS
    places.refresh()
    assert places.wait(WAIT)


@pytest.mark.usefixtures("without_lists")
class TestNewFiles:
    def test_a_file_that_is_replaced_is_read_within_a_minute(
        self, tmp_path: Path, opened: Opener, clock: FakeClock
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        assert asked(places, "8.8.8.8") == Place(None, 15169, "GOOGLE")
        before = places.version, places.edition
        replaced(tmp_path, "asn.mmdb", {"8.8.8.0/24": {"asn": "AS64496", "country_code": "CH"}})
        places.refresh()
        assert places.wait(WAIT)
        assert places.of("8.8.8.8") == Place(None, 15169, "GOOGLE")
        looked(places, clock)
        assert places.of("8.8.8.8") == Place("CH", 64496, is_estimate=True)
        assert (places.version > before[0], places.edition) == (True, before[1] + 1)
        assert places.tells == {"asn", "country"}

    def test_files_that_stay_stay_open_and_nothing_is_new(
        self, tmp_path: Path, opened: Opener, clock: FakeClock
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        asked(places, "8.8.8.8")
        before = places.version, places.edition, places._sources
        looked(places, clock)
        assert (places.version, places.edition) == before[:2]
        assert places._sources is before[2]

    def test_it_is_looked_once_a_minute_at_most(self, tmp_path: Path, opened: Opener, clock: FakeClock) -> None:
        places = opened(tmp_path)
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        clock.since_start += module.LOOK_SECONDS - 1
        places.refresh()
        assert places.wait(WAIT)
        assert places.edition == 1
        clock.since_start += 1
        places.refresh()
        assert places.wait(WAIT)
        assert places.edition == 2
        assert asked(places, "8.8.8.8") == Place(None, 15169, "GOOGLE")

    def test_one_that_comes_and_one_that_goes_are_noticed(
        self, tmp_path: Path, opened: Opener, clock: FakeClock
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        assert asked(places, "8.8.8.8") is not None
        put(tmp_path, "country.mmdb", {"8.0.0.0/8": {"country_code": "US"}})
        looked(places, clock)
        assert places.of("8.8.8.8") == Place("US", 15169, "GOOGLE", is_estimate=True)
        (tmp_path / "asn.mmdb").unlink()
        looked(places, clock)
        assert places.of("8.8.8.8") == Place("US", is_estimate=True)

    def test_a_broken_one_is_said_and_the_old_one_still_counts(
        self, tmp_path: Path, opened: Opener, clock: FakeClock
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        (tmp_path / "new").write_bytes(b"half of it")
        (tmp_path / "new").replace(tmp_path / "asn.mmdb")
        looked(places, clock)
        assert asked(places, "8.8.8.9") == Place(None, 15169, "GOOGLE")
        assert places.about[-1].startswith("asn.mmdb is not used: it is damaged")
        assert places.about[-1].endswith("What it told before still counts.")
        replaced(tmp_path, "asn.mmdb", {"8.8.8.0/24": {"asn": 64496}})
        looked(places, clock)
        assert places.of("8.8.8.9") == Place(None, 64496)
        assert "not used" not in " ".join(places.about)

    def test_one_that_was_overwritten_is_used_again_once_it_is_whole(
        self, tmp_path: Path, opened: Opener, clock: FakeClock
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        whole = mmdb({"8.8.8.0/24": {"asn": 64496}})
        (tmp_path / "asn.mmdb").write_bytes(whole[:50])
        assert asked(places, "8.8.8.8") is None
        looked(places, clock)
        assert "still counts" not in places.about[-1]
        (tmp_path / "asn.mmdb").write_bytes(whole)
        looked(places, clock)
        assert asked(places, "8.8.8.8") == Place(None, 64496)

    def test_who_waits_for_an_answer_gets_that_of_the_new_file(
        self, tmp_path: Path, opened: Opener, clock: FakeClock
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.0.0.0/8": GOOGLE})
        places = opened(tmp_path)
        for last in range(200):
            places.of(f"8.8.8.{last}")
        assert places.wait(WAIT)
        replaced(tmp_path, "asn.mmdb", {"8.0.0.0/8": {"asn": 64496}})
        clock.since_start += module.LOOK_SECONDS
        places.refresh()
        until(lambda: places.edition == 2)
        assert places.look_up("8.8.8.199") == Place(None, 64496)

    def test_an_answer_of_the_old_file_that_comes_late_does_not_stay(
        self, tmp_path: Path, opened: Opener, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(tmp_path, "asn.mmdb", {"8.0.0.0/8": GOOGLE})
        places = opened(tmp_path)
        found, asked = places._found, list[str]()

        def slow(address: str) -> Place | None:
            answer = found(address)
            asked.append(address)
            if len(asked) == 1:
                replaced(tmp_path, "asn.mmdb", {"8.0.0.0/8": {"asn": 64496}})
                looked(places, clock)
            return answer

        monkeypatch.setattr(places, "_found", slow)
        assert places.look_up("8.8.8.8") == Place(None, 64496)
        assert (places.of("8.8.8.8"), len(asked)) == (Place(None, 64496), 2)

    @linux
    def test_a_file_that_is_no_longer_used_is_closed(self, tmp_path: Path, opened: Opener, clock: FakeClock) -> None:
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        for number in range(5):
            replaced(tmp_path, "asn.mmdb", {"8.8.8.0/24": {"asn": 64496 + number}})
            looked(places, clock)
            assert asked(places, "8.8.8.8") == Place(None, 64496 + number)
        leads = [each.resolve() for each in Path("/proc/self/fd").iterdir()]
        assert [each for each in leads if each.parent == tmp_path] == [tmp_path / "asn.mmdb"]

    def test_a_closed_one_looks_no_more(self, tmp_path: Path, opened: Opener, clock: FakeClock) -> None:
        places = opened(tmp_path)
        places.close()
        put(tmp_path, "asn.mmdb", {"8.8.8.0/24": GOOGLE})
        looked(places, clock)
        assert places.edition == 1


class TestRegistries:
    def test_their_lists_know_countries_alone(self, tmp_path: Path, opened: Opener) -> None:
        pytest.importorskip("iptocc")
        places = opened(tmp_path)
        assert asked(places, "193.0.6.139") == Place("NL")
        assert asked(places, "2001:4860:4860::8888") == Place("US")
        assert places.tells == {"country"}
        assert places.about[0].startswith("iptocc 3.")
        assert "lists of the address registries" in places.about[0]

    def test_a_file_counts_more(self, tmp_path: Path, opened: Opener) -> None:
        pytest.importorskip("iptocc")
        put(tmp_path, "own.mmdb", {"193.0.0.0/16": {"country_code": "XX"}, "8.8.8.0/24": GOOGLE})
        places = opened(tmp_path)
        assert asked(places, "193.0.6.139") == Place("XX", is_estimate=True)
        assert asked(places, "8.8.8.8") == Place("US", 15169, "GOOGLE")
