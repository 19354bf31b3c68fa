"""Each day's digest: every file in one of them, days without files, days that were missed, wrong clocks, and cuts in
the middle."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from gateway.audit import daily_digest
from gateway.audit.daily_digest import SETTLED_MS
from gateway.core import digest
from gateway.core.digest import file_leaf, signed_text
from gateway.core.errors import StoreFull
from gateway.core.instants import day_begins_ms
from gateway.core.merkle import merkle_root
from gateway.journal.key import JournalKey, KeyUnusable, is_signed
from tests.support.digests import DESTINATION, ZONE, DigestStation
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS


@pytest.fixture
def station(tmp_path: Path) -> DigestStation:
    return DigestStation(tmp_path)


def test_a_day_s_files_are_under_one_signed_root(station: DigestStation) -> None:
    ids = [station.file(0, slot) for slot in (1, 2, 3)]
    station.day_over(1)
    [what] = station.digests()
    files = station.journey.database.read("SELECT name, sha256 FROM file ORDER BY id")
    assert what["root"] == merkle_root([file_leaf(name, sha256) for name, sha256 in files]).hex()
    assert (what["day"], what["part"], what["station"]) == ("2026-01-01", 1, "NUO001")
    assert (what["first_file"], what["last_file"], what["files"]) == (ids[0], ids[-1], 3)
    assert what["key"] == station.key.public_hex
    assert is_signed(station.key.public_hex, signed_text(what), str(what["signature"]))
    assert not is_signed(station.key.public_hex, signed_text({**what, "files": 4}), str(what["signature"]))
    assert station.chain_is_whole()


def test_the_signature_binds_the_journal_up_to_there(station: DigestStation) -> None:
    station.day_over(1)
    [what] = station.digests()
    rows = station.journey.database.read("SELECT seq, hash FROM journal WHERE kind = 'totals'")
    assert what["head"] == {"seq": rows[0][0], "hash": rows[0][1]}


def test_nothing_is_digested_before_the_day_has_settled(station: DigestStation) -> None:
    station.file(0)
    station.at(MIDNIGHT_MS + DAY_MS + SETTLED_MS - 1)
    assert station.digests() == []
    station.at(MIDNIGHT_MS + DAY_MS + SETTLED_MS)
    assert station.days() == [("2026-01-01", 1)]


def test_a_station_that_began_today_has_no_yesterday(station: DigestStation) -> None:
    station.at(MIDNIGHT_MS + 10 * HOUR_MS)
    assert station.digests() == []


def test_each_file_is_in_one_digest_and_a_day_without_files_has_one_too(station: DigestStation) -> None:
    for day, count in enumerate((3, 0, 2, 1)):
        for slot in range(count):
            station.file(day, slot + 1)
        station.day_over(day + 1)
        station.day_over(day + 1)
    assert station.days() == [("2026-01-01", 3), ("2026-01-02", 0), ("2026-01-03", 2), ("2026-01-04", 1)]
    held = [
        range(int(str(one["first_file"])), int(str(one["last_file"])) + 1) for one in station.digests() if one["files"]
    ]
    assert [number for numbers in held for number in numbers] == [1, 2, 3, 4, 5, 6]


def test_a_day_without_files_says_so(station: DigestStation) -> None:
    station.day_over(1)
    [what] = station.digests()
    assert (what["first_file"], what["last_file"], what["files"]) == (None, None, 0)
    assert what["root"] == merkle_root([]).hex()


def test_days_that_were_missed_are_made_up_for_each_with_its_own_files(station: DigestStation) -> None:
    """The gateway ran, and the clock was not trusted at midnight: or there was no key."""
    station.day_over(1)
    for day, slot in ((1, 10), (1, 11), (3, 10)):
        station.file(day, slot)
    station.day_over(4)
    assert station.days()[1:] == [("2026-01-02", 2), ("2026-01-03", 0), ("2026-01-04", 1)]


def test_more_files_than_one_digest_holds_follow_in_other_parts(
    station: DigestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (digest, daily_digest):
        monkeypatch.setattr(module, "MOST_FILES", 3)
    for slot in range(7):
        station.file(0, slot + 1)
    station.day_over(1)
    assert [(one["part"], one["first_file"], one["files"]) for one in station.digests()] == [
        (1, 1, 3),
        (2, 4, 3),
        (3, 7, 1),
    ]
    assert len(station.journey.database.read("SELECT 1 FROM journal WHERE kind = 'totals'")) == 1
    station.file(1)
    station.day_over(2)
    assert station.days()[-1] == ("2026-01-02", 1)


def test_a_clock_that_was_years_ahead_is_survived(station: DigestStation) -> None:
    station.file(0)
    station.day_over(1)
    station.at(noon_ms(date(2038, 1, 19)))
    assert len(station.digests()) < 400
    station.file(1)
    station.day_over(2)
    station.file(2)
    station.day_over(3)
    assert station.days()[-2:] == [("2026-01-02", 1), ("2026-01-03", 1)]


def test_a_clock_that_goes_back_over_midnight_makes_no_day_twice(station: DigestStation) -> None:
    station.day_over(1)
    station.day_over(2)
    station.at(MIDNIGHT_MS + DAY_MS + 20 * 60_000)
    station.begin()
    station.at(MIDNIGHT_MS + DAY_MS + 20 * 60_000)
    station.day_over(2)
    assert station.days() == [("2026-01-01", 0), ("2026-01-02", 0)]


def test_a_file_made_by_a_clock_that_was_ahead_does_not_wait_for_that_day(station: DigestStation) -> None:
    station.day_over(1)
    station.file(400)
    station.file(1)
    station.day_over(2)
    assert station.days()[-1] == ("2026-01-02", 2)


def test_a_power_cut_before_the_end_leaves_neither_entry_nor_digest(
    station: DigestStation, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.file(0)

    def cut(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(daily_digest, "plan_digest", cut)
        with pytest.raises(KeyboardInterrupt):
            station.day_over(1)
    assert station.digests() == []
    assert station.journey.database.read("SELECT 1 FROM digest") == []
    assert station.journey.database.read("SELECT 1 FROM journal WHERE kind = 'totals'") == []
    station.journey.restart()
    station.begin()
    station.day_over(1)
    assert station.days() == [("2026-01-01", 1)]
    assert station.chain_is_whole()


def test_a_restart_makes_nothing_twice(station: DigestStation) -> None:
    station.file(0)
    station.day_over(1)
    station.journey.restart()
    station.begin()
    station.day_over(1)
    assert station.days() == [("2026-01-01", 1)]


def test_a_damaged_row_of_the_newest_digest_holds_up_nothing(station: DigestStation) -> None:
    """Its files are then in two digests, and none is in no digest."""
    station.file(0)
    station.day_over(1)
    with sqlite3.connect(station.journey.file) as beside:
        beside.execute("UPDATE digest SET last_file = 7, part = 9, files = 5")
    station.journey.restart()
    station.begin()
    station.file(1)
    station.day_over(2)
    assert station.days()[-1] == ("2026-01-02", 2)


def test_numbers_that_begin_anew_are_noticed(station: DigestStation) -> None:
    """SQLite gives a number again once no greater one is left: after years without a run, when all had expired."""
    station.file(0)
    station.file(0, 2)
    station.day_over(1)
    with station.journey.database.write() as connection:
        for table in ("delivery", "file"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
    assert station.file(800) == 1
    station.day_over(801)
    assert [files for _, files in station.days()[1:] if files] == [1]


def test_leaves_go_with_the_last_of_their_files(station: DigestStation) -> None:
    for day in (0, 1):
        station.file(day)
        station.day_over(day + 1)
    with station.journey.database.write() as connection:
        connection.execute("DELETE FROM delivery WHERE file_id = 1")
        connection.execute("DELETE FROM file WHERE id = 1")
    station.day_over(3)
    kept = station.journey.database.read("SELECT day, leaves IS NULL FROM sound_digest ORDER BY seq")
    assert kept == [("2026-01-01", 1), ("2026-01-02", 0), ("2026-01-03", 0)]


def test_the_day_s_deliveries_are_counted_once(station: DigestStation) -> None:
    station.file(0)
    station.day_over(1)
    [[what]] = station.journey.database.read("SELECT what FROM journal WHERE kind = 'totals'")
    assert json.loads(what) == {
        "day": "2026-01-01",
        "destinations": [
            {"name": DESTINATION, "due": 288, "in_time": 0, "late": 0, "empty": 0, "refused": 0, "missing": 288}
        ],
    }


def test_digests_wait_for_those_who_get_them_only(tmp_path: Path) -> None:
    station = DigestStation(tmp_path, recipients=[DESTINATION])
    station.day_over(2)
    rows = station.journey.database.read("SELECT name, state FROM digest_delivery ORDER BY id")
    assert rows == [("HN_ABCD_NUO001_20260102.digest.json", "waiting")]
    assert station.notified == 1


def test_a_key_whose_halves_do_not_fit_signs_nothing(station: DigestStation) -> None:
    station.key = JournalKey(b"\0" * 32, station.key.public_hex)
    station.begin()
    with pytest.raises(KeyUnusable, match="public key"):
        station.day_over(1)
    assert station.digests() == []


def noon_ms(day: date) -> int:
    """Its noon."""
    return day_begins_ms(day, ZONE) + 12 * HOUR_MS


def test_a_full_card_leaves_nothing_half_done_and_the_day_is_made_up_for(station: DigestStation) -> None:
    """128 leaves are a page: there is none for them."""
    for slot in range(1, 129):
        station.file(0, slot)
    database = station.journey.database
    [(pages, free)] = database.read("SELECT page_count, freelist_count FROM pragma_page_count, pragma_freelist_count")
    assert free == 0
    database.read(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull):
        station.day_over(1)
    assert station.digests() == []
    assert database.read("SELECT count(*) FROM digest") == [(0,)]
    database.read("PRAGMA max_page_count = 100000")
    station.day_over(2)
    assert station.days() == [("2026-01-02", 128)]
