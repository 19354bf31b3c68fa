"""The journal's key: made once, for its owner alone; lost, flipped or replaced, never in silence."""

from __future__ import annotations

import logging
import stat
import subprocess
from pathlib import Path

import pytest

from gateway.db import set_aside
from gateway.db.damage import SetAsideKind
from gateway.journal.key import NAME, KeyUnusable, is_signed, make_key, read_key
from gateway.journal.key_in_force import key_in_force, open_key
from tests.support.journey import MIDNIGHT_MS, Journey


def told(journey: Journey) -> list[str]:
    """What a person is told of the journal."""
    return [one.reason for one in set_aside.open_ones(journey.database) if one.kind is SetAsideKind.JOURNAL]


def entries(journey: Journey) -> int:
    return int(journey.database.read("SELECT count(*) FROM sound_journal WHERE kind = 'key'")[0][0])


def test_it_is_made_once_for_its_owner_alone_and_signs(journey: Journey) -> None:
    folder = journey.file.parent
    key = open_key(journey.database, folder, MIDNIGHT_MS)
    assert key is not None
    assert stat.S_IMODE((folder / NAME).stat().st_mode) == 0o600
    assert key_in_force(journey.database) == key.public_hex
    again = open_key(journey.database, folder, MIDNIGHT_MS + 1)
    assert again is not None
    assert again.public_hex == key.public_hex
    assert entries(journey) == 1
    assert not told(journey)
    signature = again.sign(b"a day's digest")
    assert is_signed(key.public_hex, b"a day's digest", signature)
    assert not is_signed(key.public_hex, b"another day's digest", signature)
    assert not is_signed("no key", b"a day's digest", signature)


def test_openssl_reads_it(tmp_path: Path) -> None:
    key = make_key(tmp_path / NAME)
    shown = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / NAME, "-pubout", "-outform", "DER"], capture_output=True, check=True
    ).stdout
    assert shown[-32:].hex() == key.public_hex


def test_one_flipped_bit_anywhere_is_put_right(tmp_path: Path) -> None:
    file = tmp_path / NAME
    key = make_key(file)
    whole = file.read_bytes()
    for place in range(0, len(whole), 3):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :])
        found = read_key(file)
        assert (found.public_hex, found.sign(b"x")) == (key.public_hex, key.sign(b"x"))


@pytest.mark.parametrize("ruin", ["lost", "two bits", "empty", "another", "link"])
def test_a_key_that_is_gone_is_replaced_and_both_are_named(
    journey: Journey, ruin: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder, file = journey.file.parent, journey.file.parent / NAME
    first = open_key(journey.database, folder, MIDNIGHT_MS)
    assert first is not None
    whole = file.read_bytes()
    if ruin == "two bits":
        file.write_bytes(whole[:40] + bytes([whole[40] ^ 3]) + whole[41:])
    elif ruin == "empty":
        file.write_bytes(b"")
    elif ruin == "another":
        make_key(file)
    else:
        file.unlink()
    if ruin == "link":
        (folder / "elsewhere").write_bytes(whole)
        file.symlink_to(folder / "elsewhere")
    with caplog.at_level(logging.CRITICAL):
        second = open_key(journey.database, folder, MIDNIGHT_MS + 1)
    assert second is not None
    assert second.public_hex != first.public_hex
    [what] = journey.database.read("SELECT what FROM sound_journal WHERE kind = 'key' AND seq > 1")[0]
    assert first.public_hex in what
    assert second.public_hex in what
    assert len(told(journey)) == 1
    assert [record.levelname for record in caplog.records].count("CRITICAL") == 1
    if ruin in ("two bits", "empty", "link"):
        assert (folder / f"{NAME}.unusable-1").exists()
    if ruin == "link":
        assert (folder / "elsewhere").read_bytes() == whole
    assert open_key(journey.database, folder, MIDNIGHT_MS + 2) is not None
    assert len(told(journey)) == 1


def test_a_key_whose_entry_was_not_kept_yet_gets_it_at_the_next_start(journey: Journey) -> None:
    """The power went between the file and the entry."""
    key = make_key(journey.file.parent / NAME)
    opened = open_key(journey.database, journey.file.parent, MIDNIGHT_MS)
    assert opened is not None
    assert opened.public_hex == key.public_hex == key_in_force(journey.database)
    assert not told(journey)


def test_where_no_key_can_be_kept_the_station_goes_on_without(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    """A full card, say: here something stands in the way of the file that is written first."""
    in_the_way = journey.file.parent / f"{NAME}.new"
    in_the_way.mkdir()
    assert open_key(journey.database, journey.file.parent, MIDNIGHT_MS) is None
    assert "nothing is signed until the next start" in caplog.text
    assert entries(journey) == 0
    in_the_way.rmdir()
    assert open_key(journey.database, journey.file.parent, MIDNIGHT_MS) is not None
    assert entries(journey) == 1


def test_a_key_that_others_could_read_is_closed_to_them(journey: Journey) -> None:
    file = journey.file.parent / NAME
    open_key(journey.database, journey.file.parent, MIDNIGHT_MS)
    file.chmod(0o644)
    open_key(journey.database, journey.file.parent, MIDNIGHT_MS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_whose_halves_do_not_belong_together_signs_nothing(tmp_path: Path) -> None:
    one, other = make_key(tmp_path / "one"), make_key(tmp_path / "other")
    one.public_hex = other.public_hex
    with pytest.raises(KeyUnusable):
        one.sign(b"x")
