"""The journal as its page tells it: what is long is folded, and codes, days and lists are in words."""

from __future__ import annotations

from pathlib import Path

from gateway.config import Language
from gateway.core.journal_entry import EntryKind
from gateway.journal.chain import append
from gateway.texts import Wording
from gateway.web.pages.journal import ToldEntry, journal
from gateway.web.room import StationLook
from tests.support import three_days
from tests.support.clock import FakeClock
from tests.support.journey import Journey

DESTINATION = {"name": "so-tnmt", "due": 288, "in_time": 283, "late": 0, "missing": 5, "refused": 0, "empty": 0}


def told(folder: Path, kind: EntryKind, what: dict[str, object]) -> dict[str, tuple[str, bool]]:
    """The newest entry's fields: words, and whether it is folded."""
    configuration = three_days.configuration(folder)
    database = Journey(folder).database
    with database.write() as connection:
        append(connection, three_days.NOW_MS, kind, what, "gateway")
    wording = Wording.of(Language.VIETNAMESE)
    clock = FakeClock(three_days.NOW_MS)
    look = StationLook(configuration, database, lambda: database.reading(1), clock.now(), wording, None, {}, {})
    newest: ToldEntry = journal(look).content["entries"][0]
    database.close()
    return {one.name: (one.words, one.is_long) for one in newest.fields}


def test_a_day_and_what_became_of_its_files_are_in_words(tmp_path: Path) -> None:
    fields = told(tmp_path, EntryKind.TOTALS, {"day": "2026-01-04", "destinations": [DESTINATION]})
    assert fields["ngày"] == ("04/01/2026", False)
    words, is_long = fields["nơi nhận"]
    assert words.startswith("tên: so-tnmt, phải gửi: 288, ")
    assert not is_long


def test_a_digest_is_folded_and_a_files_name_is_not(tmp_path: Path) -> None:
    fields = told(tmp_path, EntryKind.DIGEST, {"root": "ab" * 32, "file": "HN_ABCD_NUO001_20260104000000.txt"})
    assert {name: is_long for name, (_, is_long) in fields.items()} == {"gốc": True, "tệp": False}


def test_what_was_found_has_its_name(tmp_path: Path) -> None:
    assert told(tmp_path, EntryKind.QUALITY, {"kind": "low_coverage"})["loại"] == (
        "Không đủ số liệu trong chu kỳ",
        False,
    )
