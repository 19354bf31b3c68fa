"""The same record gives the same bytes for ever, or nothing is sent."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace

import pytest

from gateway.core.errors import DeliveryRefused, StoreError
from gateway.files.filer import IDLE_S, MOST_PER_STEP, Filer
from gateway.files.formats import Rendering
from gateway.files.store import DamagedRecords, definition_of, rendering_of
from tests.support.journey import COD, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, at, record

END_MS = MIDNIGHT_MS + SLOT_MS
NOW = at(END_MS + 2000)


def file(journey: Journey, *renderings: Rendering) -> float:
    return Filer(journey.files, renderings or (RENDERING,)).step(NOW)


def test_a_file_is_made_of_every_record_once(journey: Journey) -> None:
    journey.records.add(record(END_MS), NOW.wall_ms)
    assert file(journey) == NOW.mono_s + IDLE_S
    file(journey)
    assert journey.database.read("SELECT name, size, made_ms FROM file") == [
        ("HN_ABCD_NUO001_20260101000500.txt", 29, NOW.wall_ms)
    ]


def test_its_bytes_are_proven_whenever_they_are_made_again(journey: Journey) -> None:
    file_id = journey.file_of(record(END_MS))
    journey.restart()
    document = journey.files.content(file_id)
    assert document.content == b"pH\t7.21\t-\t20260101000500\t00\r\n"
    assert hashlib.sha256(document.content).digest() == journey.database.read("SELECT sha256 FROM file")[0][0]


@pytest.mark.parametrize("what", ["packed", "layout"])
def test_a_damaged_record_is_set_aside_once_and_holds_up_no_other(
    journey: Journey, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    """It stopped the making of all files, for ever."""
    other = replace(record(END_MS), lines=(record(END_MS).lines[0]._replace(parameter=COD),))
    journey.records.add(other, NOW.wall_ms)
    journey.records.add(record(END_MS + SLOT_MS), NOW.wall_ms)
    with journey.database.write() as connection:
        if what == "packed":
            connection.execute("DROP TRIGGER record_is_final")  # a card asks nobody
            connection.execute("UPDATE record SET packed = x'00ff' WHERE end_ms = ?", (END_MS,))
        else:
            connection.execute("UPDATE layout SET definition = '{\"parameters\": 7}' WHERE definition LIKE '%COD%'")
    with caplog.at_level(logging.ERROR, logger="gateway"):
        for _ in range(3):
            file(journey)
    assert journey.database.read("SELECT name FROM file") == [("HN_ABCD_NUO001_20260101001000.txt",)]
    [told] = [one.getMessage() for one in caplog.records]
    assert f"end_ms={END_MS}" in told
    assert journey.files.damaged() == DamagedRecords(1, END_MS)
    assert journey.database.read("SELECT count(*) FROM record") == [(2,)]
    assert journey.outbox.oldest_undelivered_ms() == END_MS + SLOT_MS


def test_what_was_set_aside_is_tried_again_by_the_next_run(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    """By a newer gateway that can read it, or from a card that was repaired."""
    ends_ms = range(END_MS, END_MS + (MOST_PER_STEP + 5) * SLOT_MS, SLOT_MS)
    for end_ms in ends_ms:
        journey.records.add(record(end_ms), NOW.wall_ms)
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER record_is_final")
        connection.execute("UPDATE record SET packed = CAST(x'00ff' || packed AS BLOB)")
    setting_aside = Filer(journey.files, [RENDERING])
    for _ in range(3):
        setting_aside.step(NOW)
    assert journey.files.damaged() == DamagedRecords(len(ends_ms), ends_ms[-1])
    with journey.database.write() as connection:
        sound = "UPDATE record SET packed = CAST(substr(packed, 3) AS BLOB) WHERE end_ms <> ?"
        connection.execute(sound, (ends_ms[3],))
    setting_aside.step(NOW)
    assert journey.database.read("SELECT count(*) FROM file") == [(0,)]  # not until the next start
    newer = Filer(journey.files, [RENDERING])
    with caplog.at_level(logging.WARNING, logger="gateway"):
        while newer.step(NOW) == NOW.mono_s:
            pass
    assert journey.database.read("SELECT count(*) FROM file") == [(len(ends_ms) - 1,)]
    assert journey.files.damaged() == DamagedRecords(1, ends_ms[3])
    told = [one.getMessage() for one in caplog.records if "can be read again" in one.getMessage()]
    assert len(told) == len(ends_ms) - 1


def test_a_changed_configuration_changes_no_file_that_was_made(journey: Journey) -> None:
    """Decimals, names, zone, missing value: what was told to one authority is told to the next one too."""
    first = journey.file_of(record(END_MS))
    changed = replace(RENDERING, station="NUO999", zone="UTC", missing_value="-", decimals=(("pH", 0),))
    second = journey.file_of(record(END_MS + SLOT_MS), changed)
    assert journey.files.content(first).name == "HN_ABCD_NUO001_20260101000500.txt"
    assert journey.files.content(first).content == b"pH\t7.21\t-\t20260101000500\t00\r\n"
    assert journey.files.content(second).name == "HN_ABCD_NUO999_20251231171000.txt"


def test_a_rendering_of_an_older_gateway_is_the_same_row_and_gives_the_same_bytes(journey: Journey) -> None:
    """As it was kept before there were templates and own symbols."""
    kept = (
        '{"format": "tt10", "province": "HN", "facility": "ABCD", "station": "NUO001", "zone": "Asia/Ho_Chi_Minh",'
        ' "missing_value": "NULL", "decimals": [["pH", 2], ["COD", 1]]}'
    )
    assert definition_of(RENDERING) == kept
    assert rendering_of(kept) == RENDERING
    own = replace(RENDERING, symbols=(("pH", "PH"),))
    assert rendering_of(definition_of(own)) == own


def test_every_record_gets_all_forms_that_are_wanted(journey: Journey) -> None:
    journey.records.add(record(END_MS), NOW.wall_ms)
    file(journey, RENDERING, replace(RENDERING, station="NUO002"))
    names = {journey.files.content(number).name for number in (1, 2)}
    assert names == {"HN_ABCD_NUO001_20260101000500.txt", "HN_ABCD_NUO002_20260101000500.txt"}


def test_killed_between_record_and_file_the_next_run_makes_it(journey: Journey) -> None:
    journey.records.add(record(END_MS), NOW.wall_ms)
    journey.restart()
    file(journey)
    assert journey.files.unfiled(10) == []
    assert journey.files.content(1).name == "HN_ABCD_NUO001_20260101000500.txt"


def test_a_long_backlog_is_filed_in_portions_oldest_first(journey: Journey) -> None:
    for n in reversed(range(MOST_PER_STEP + 5)):
        journey.records.add(record(END_MS + n * SLOT_MS), NOW.wall_ms)
    assert file(journey) == NOW.mono_s
    assert min(waiting.end_ms for waiting in journey.files.unfiled(10)) == END_MS + MOST_PER_STEP * SLOT_MS
    assert file(journey) == NOW.mono_s + IDLE_S


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE file SET sha256 = zeroblob(32)",
        "UPDATE file SET name = 'HN_ABCD_NUO001_20260101001000.txt'",
        "UPDATE record SET packed = x'0000000000001C40003C0000003C000000'",
        "UPDATE record SET packed = x'00'",
        "UPDATE record SET packed = x'0000000000001C40FF3C0000003C000000'",
        """UPDATE rendering SET definition = replace(definition, '"pH", 2', '"pH", 1')""",
    ],
)
def test_bytes_other_than_those_that_were_made_are_never_sent(journey: Journey, tampering: str) -> None:
    file_id = journey.file_of(record(END_MS))
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER record_is_final")
        connection.execute("DROP TRIGGER file_is_final")
        connection.execute(tampering)
    with pytest.raises(DeliveryRefused, match=r"HN_ABCD_NUO001"):
        journey.files.content(file_id)


def test_a_file_once_made_cannot_be_changed_by_anyone(journey: Journey) -> None:
    journey.file_of(record(END_MS))
    for column in ("sha256 = x'00'", "name = 'x'", "size = 1", "record_id = 1", "rendering_id = 1", "made_ms = 1"):
        with pytest.raises(StoreError, match="never changes"), journey.database.write() as connection:
            connection.execute(f"UPDATE file SET {column}")  # noqa: S608  # ours


def test_there_is_no_content_without_a_file(journey: Journey) -> None:
    with pytest.raises(LookupError, match="no file 7"):
        journey.files.content(7)
