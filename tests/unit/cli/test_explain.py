"""`gateway explain` at the command line: what it takes for a slot, and what its exit code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.audit import runs
from gateway.cli.main import app
from tests.support.explained_station import DESTINATION, HOURLY, ExplainedStation, usual
from tests.support.journey import MIDNIGHT_MS, SLOT_MS
from tests.support.vietnamese import english_in

NAMES = {"both", "mast"}


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its file; the first five minutes of 2026 have a record."""
    made = ExplainedStation(tmp_path_factory.mktemp("station"))
    made.fill(MIDNIGHT_MS, MIDNIGHT_MS + SLOT_MS, usual)
    made.close(MIDNIGHT_MS + SLOT_MS + 3000)
    made.journey.database.close()
    return made.file


def run(station: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["explain", *words, "--config", str(station)])
    return done.exit_code, done.output


def test_one_slot_is_told_in_lines_and_for_programs(station: Path) -> None:
    code, said = run(station, "2026-01-01T00:05")
    assert code == 0
    assert f"{DESTINATION}: waiting" in said
    code, said = run(station, "2026-01-01T00:05", DESTINATION, "--json")
    (slot,) = json.loads(said)["slots"]
    assert (code, slot["length_s"], slot["agrees"]) == (0, 300, True)
    assert [one["destination"] for one in slot["deliveries"]] == [DESTINATION]
    assert f"{HOURLY}: it gets slots of 1h" in run(station, "2026-01-01T00:05", HOURLY)[1]


def test_the_first_slot_of_all_is_called_so(tmp_path: Path) -> None:
    made = ExplainedStation(tmp_path)
    runs.begin(made.journey.database, MIDNIGHT_MS + SLOT_MS // 5, "1")
    made.fill(MIDNIGHT_MS, MIDNIGHT_MS + 2 * SLOT_MS, usual)
    made.close(MIDNIGHT_MS + 2 * SLOT_MS + 3000)
    made.journey.database.close()
    told = "first slot after the start: the gateway ran for the first time at 2026-01-01 00:01:00"
    assert told in run(made.file, "2026-01-01T00:05")[1]
    assert told not in run(made.file, "2026-01-01T00:10")[1]


@pytest.mark.parametrize(
    ("slot", "code", "why"),
    [
        ("2026-01-01T00:10", 1, "it was never made"),
        ("2026-01-01T00:07", 1, "no slot ends at 2026-01-01 00:07:00"),
        ("2025-12-31T23:00", 1, "beyond what is kept"),
        ("2026-01-01", 2, "write the slot's end"),
        ("yesterday", 2, "write 2026-01-31"),
    ],
)
def test_where_there_is_no_record_the_exit_code_is_1_and_of_a_wrong_word_2(
    station: Path, slot: str, code: int, why: str
) -> None:
    ended, said = run(station, slot)
    assert ended == code
    assert why in " ".join(said.split())


def test_a_destination_that_nobody_knows_is_a_wrong_word(station: Path) -> None:
    code, said = run(station, "2026-01-01T00:05", "so-tnmt-2")
    assert code == 2
    assert f"there are: {DESTINATION}, {HOURLY}" in " ".join(said.split())


@pytest.mark.parametrize("slot", ["2026-01-01T00:05", "2026-01-01T00:10", "2026-01-01T00:07", "2025-12-31T23:00"])
def test_in_vietnamese_no_english_is_left_and_programs_get_what_they_always_get(station: Path, slot: str) -> None:
    code, said = run(station, slot, "-l", "vi")
    assert code == run(station, slot)[0]
    assert english_in(said, NAMES) == []
    assert run(station, slot, "--json", "-l", "vi") == run(station, slot, "--json")


def test_in_vietnamese_it_says_what_it_says_in_english(station: Path) -> None:
    said = run(station, "2026-01-01T00:05", "-l", "vi")[1]
    assert "chu kỳ 2026-01-01 00:00:00 đến 2026-01-01 00:05:00 (300 giây)" in said
    assert f"{DESTINATION}: đang chờ" in said
    assert "× (273.15 + 150.091)/298.15 × 101.325/100.091 = 287.54" in said
    assert "/ (1 − 12.0/100), khí khô" in said
    assert "do mast đo: 3.091 m/s, trung bình cộng, từ 15 lần đọc được tính; phải có 15" in said


def test_status_is_told_in_vietnamese_too_and_programs_get_what_they_always_get(station: Path) -> None:
    def told(*words: str) -> str:
        return CliRunner().invoke(app, ["status", *words, "--config", str(station)]).output

    said = told("-l", "vi").split("\n")
    ours = [line for line in said if not line.startswith(("đồng hồ chưa tin cậy", "SO2_load 02", "Both 02"))]
    assert english_in("\n".join(ours), NAMES) == []  # what is left out ends in the daemon's own words
    assert "gateway không chạy" in said[0]
    assert english_in(told("--check", "-l", "vi")) == []
    assert json.loads(told("--json", "-l", "vi")).keys() == json.loads(told("--json")).keys()
