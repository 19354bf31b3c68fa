"""A slot's files are proven by the digest that covers them; what is not is said, and why."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit import daily_digest
from gateway.audit.evidence import covering_digest
from gateway.core import digest
from gateway.core.file_proof import from_content, to_content
from gateway.core.merkle import PathStep, Side
from gateway.files.formats import Rendering
from gateway.files.store import RENDERERS
from gateway.journal.key import is_signed
from tests.support.digests import DigestStation
from tests.support.journey import DAY_MS, MIDNIGHT_MS, SLOT_MS, record

END_MS = MIDNIGHT_MS + SLOT_MS


@pytest.fixture
def station(tmp_path: Path) -> DigestStation:
    """Of one whole day."""
    made = DigestStation(tmp_path)
    for slot in range(1, 289):
        made.file(0, slot)
    made.day_over(1)
    return made


def test_every_file_of_the_day_is_proven(station: DigestStation) -> None:
    for slot in (1, 2, 100, 256, 257, 288):
        found = covering_digest(station.journey.database, MIDNIGHT_MS + slot * SLOT_MS)
        [one] = found.files
        assert found.why_not == ()
        assert one.fault(is_signed) is None
        assert len(one.path) <= 9


def test_a_proof_survives_its_file_and_no_change(station: DigestStation) -> None:
    [one] = covering_digest(station.journey.database, END_MS).files
    content = to_content("NUO001", "2026-01-01T00:05:00+07:00", [one])
    assert from_content(content) == (one,)
    what = one.digest.what
    for changed in (
        replace(one, name="another.txt"),
        replace(one, sha256=bytes(32)),
        replace(one, path=(*one.path, PathStep(Side.LEFT, bytes(32)))),
        replace(one, digest=replace(one.digest, what={**what, "root": "00" * 32})),
        replace(one, digest=replace(one.digest, time_ms=1)),
        replace(one, digest=replace(one.digest, kind="totals")),
    ):
        assert changed.fault(is_signed) is not None


def test_a_digest_with_another_signature_proves_nothing(station: DigestStation) -> None:
    """Its hash is right: whoever wrote it did not have the key."""
    [one] = covering_digest(station.journey.database, END_MS).files
    assert one.fault(lambda *_told: False) == f"the signature of entry {one.digest.seq} does not hold"


def _file(sha256: str = "ab" * 32, seq: object = 1, what: object = None) -> dict[str, object]:
    digest = {"seq": seq, "time_ms": 1, "kind": "digest", "who": "gateway", "prev": "", "hash": ""}
    what = {} if what is None else what
    return {"name": "a", "sha256": sha256, "size": 1, "path": [], "digest": {**digest, "what": what}}


def test_a_proof_is_read_as_it_stands() -> None:
    [one] = from_content({"proof": "station-gateway-proof-1", "files": [_file()]})
    assert one.fault(lambda *_told: True) == "entry 1 was signed behind another entry than the one before it"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"proof": "station-gateway-proof-1"},
        {"proof": "station-gateway-proof-1", "files": 5},
        {"proof": "station-gateway-proof-1", "files": [{}]},
        {
            "proof": "station-gateway-proof-1",
            "files": [{"name": "a", "sha256": "xx", "size": 1, "path": [], "digest": {}}],
        },
        {
            "proof": "station-gateway-proof-1",
            "files": [{"name": "a", "sha256": "", "size": 1, "path": [{}], "digest": {}}],
        },
        {"proof": "station-gateway-proof-1", "files": []},
        {"proof": "station-gateway-proof-1", "files": [_file(sha256="AB" * 32)]},
        {"proof": "station-gateway-proof-1", "files": [_file(what=[])]},
        {"proof": "station-gateway-proof-1", "files": [_file(seq="1")]},
        {"proof": "station-gateway-proof-1", "files": [_file()] * 1001},
    ],
)
def test_what_is_no_proof_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"does not say|not what it should be"):
        from_content(content)


def test_a_slot_of_today_is_in_no_digest_yet(station: DigestStation) -> None:
    station.file(1)
    found = covering_digest(station.journey.database, MIDNIGHT_MS + DAY_MS + SLOT_MS)
    assert found.files == ()
    assert "in no digest yet" in found.why_not[0]


def test_what_is_beyond_retention_is_said_to_be_so(station: DigestStation) -> None:
    with station.journey.database.write() as connection:
        for statement in ("DELETE FROM delivery WHERE file_id < 10", "DELETE FROM file WHERE id < 10"):
            connection.execute(statement)
        connection.execute("DELETE FROM record WHERE id < 10")
    assert "beyond what is kept" in covering_digest(station.journey.database, END_MS).why_not[0]
    [neighbour] = covering_digest(station.journey.database, MIDNIGHT_MS + 10 * SLOT_MS).files
    assert neighbour.fault(is_signed) is None


@pytest.mark.parametrize(
    ("end_ms", "reason"),
    [(END_MS + 1, "no slot ends then"), (MIDNIGHT_MS + 9 * DAY_MS, "not closed yet"), (END_MS - DAY_MS, "beyond")],
)
def test_a_time_without_a_slot(station: DigestStation, end_ms: int, reason: str) -> None:
    found = covering_digest(station.journey.database, end_ms)
    assert (found.files, len(found.why_not)) == ((), 1)
    assert reason in found.why_not[0]


def test_an_empty_database_says_so(tmp_path: Path) -> None:
    assert covering_digest(DigestStation(tmp_path).journey.database, END_MS).why_not == ("no slot has been closed yet",)


def test_two_forms_of_a_slot_are_two_files(tmp_path: Path) -> None:
    station = DigestStation(tmp_path)
    station.file(0)
    other = Rendering("json", "HN", "ABCD", "NUO001", "Asia/Ho_Chi_Minh", "NULL", (("pH", 2),))
    document = RENDERERS["json"](record(END_MS), other)
    station.journey.files.add_afterwards(1, other, document, END_MS + 5000)
    station.day_over(1)
    found = covering_digest(station.journey.database, END_MS)
    assert [one.fault(is_signed) for one in found.files] == [None, None]
    assert len({one.name for one in found.files}) == 2


def test_lost_leaves_are_made_again_from_the_files(station: DigestStation) -> None:
    with station.journey.database.write() as connection:
        connection.execute("DELETE FROM digest")
    [one] = covering_digest(station.journey.database, END_MS).files
    assert one.fault(is_signed) is None


def test_leaves_that_are_damaged_beyond_repair_too(station: DigestStation) -> None:
    with sqlite3.connect(station.journey.file) as beside:
        beside.execute("UPDATE digest SET leaves = zeroblob(64 * 32), files = 64")
    station.journey.restart()
    [one] = covering_digest(station.journey.database, END_MS).files
    assert one.fault(is_signed) is None


def test_a_damaged_digest_entry_covers_nothing(station: DigestStation) -> None:
    with sqlite3.connect(station.journey.file) as beside:
        beside.execute("DROP TRIGGER journal_is_final")
        beside.execute("UPDATE journal SET what = '{}', who = 'me' WHERE kind = 'digest'")
    station.journey.restart()
    found = covering_digest(station.journey.database, END_MS)
    assert found.files == ()
    assert "gateway journal verify" in found.why_not[0]


def test_parts_of_a_day_cover_their_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (digest, daily_digest):
        monkeypatch.setattr(module, "MOST_FILES", 5)
    station = DigestStation(tmp_path)
    for slot in range(1, 13):
        station.file(0, slot)
    station.day_over(1)
    parts = []
    for slot in range(1, 13):
        [one] = covering_digest(station.journey.database, MIDNIGHT_MS + slot * SLOT_MS).files
        assert one.fault(is_signed) is None
        parts.append(one.digest.what["part"])
    assert parts == [1] * 5 + [2] * 5 + [3] * 2
