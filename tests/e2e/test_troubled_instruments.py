"""From the registers to both authorities, byte for byte, while an analyser is calibrated, breaks and falls silent."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing

import pytest

from tests.e2e.troubled_instruments import LASTS_S, SLOT_MS, TroubledInstruments
from tests.support.live.expectation import COLUMNS, end_of, outcomes, path, shown
from tests.support.live.long_runs import ENOUGH_S

pytestmark = pytest.mark.timeout(ENOUGH_S)

AUTHORITIES = ("province", "ministry")
GRACE_MS = 2_000
ON_THE_WAY_MS = 1_000


def lines_of(content: bytes) -> list[str]:
    assert content.endswith(b"\r\n")
    return content.decode("utf-8").removesuffix("\r\n").split("\r\n")


def test_every_file_says_what_the_instruments_showed(instruments_run: TroubledInstruments) -> None:
    readings = shown(instruments_run.truth)
    unsure = 0
    for file, content in instruments_run.files["province"].items():
        end_ms = end_of(file)
        assert file == path(end_ms)
        lines = lines_of(content)
        assert [line.split("\t")[0] for line in lines] == [column.symbol for column in COLUMNS]
        for line, column in zip(lines, COLUMNS, strict=True):
            right = outcomes(column, readings[column.symbol], end_ms, SLOT_MS)
            assert line in right, file
            unsure += len(right) > 1
    written = len(COLUMNS) * len(instruments_run.files["province"])
    assert unsure < written / 10, (
        "readings on slots' edges are the exception: polls stand in the middle of their period"
    )


def test_no_slot_of_the_run_is_missing(instruments_run: TroubledInstruments) -> None:
    ends = sorted(end_of(file) for file in instruments_run.files["province"])
    assert ends == list(range(ends[0], ends[-1] + 1, SLOT_MS))
    assert len(ends) >= LASTS_S * 1000 / SLOT_MS - 2
    instants = [line["t_ms"] for line in instruments_run.truth]
    assert ends[0] <= min(instants) + SLOT_MS
    assert ends[-1] > max(instants) - SLOT_MS - GRACE_MS - ON_THE_WAY_MS


@pytest.mark.parametrize(
    ("status", "has_value"), [("00", True), ("01", True), ("02", True), ("02", False)], ids=lambda value: str(value)
)
def test_the_run_showed_each_status(instruments_run: TroubledInstruments, status: str, has_value: bool) -> None:
    pieces = [line.split("\t") for content in instruments_run.files["province"].values() for line in lines_of(content)]
    solids = [piece for piece in pieces if piece[0] in ("TSS", "Cl")]
    assert any(piece[4] == status and (piece[1] != "NULL") == has_value for piece in solids)


def test_a_neighbour_of_a_silent_instrument_is_measured_on(instruments_run: TroubledInstruments) -> None:
    for content in sorted(instruments_run.files["province"].items())[1:]:
        statuses = {piece[0]: piece[4] for piece in (line.split("\t") for line in lines_of(content[1]))}
        assert all(status == "00" for symbol, status in statuses.items() if symbol not in ("TSS", "Cl")), content[0]


def test_both_authorities_hold_the_same_bytes(instruments_run: TroubledInstruments) -> None:
    assert instruments_run.files["province"]
    assert instruments_run.files["province"] == instruments_run.files["ministry"]


def test_the_database_holds_the_proof_of_every_file(instruments_run: TroubledInstruments) -> None:
    with closing(sqlite3.connect(instruments_run.database)) as database:
        proofs = dict(database.execute("SELECT name, sha256 FROM file").fetchall())
        deliveries = database.execute(
            "SELECT destination.name, file.name, state FROM delivery JOIN file ON file.id = file_id"
            " JOIN destination ON destination.id = destination_id"
        ).fetchall()
    for authority in AUTHORITIES:
        held = {
            file.rpartition("/")[2]: hashlib.sha256(content).digest()
            for file, content in instruments_run.files[authority].items()
        }
        assert held == proofs
        assert {name for owner, name, state in deliveries if owner == authority and state == "delivered"} == held.keys()


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_the_authority_finds_no_fault(instruments_run: TroubledInstruments, authority: str) -> None:
    score = instruments_run.scores[authority]
    assert score["received"] == len(instruments_run.files[authority])
    faults = {key: score[key] for key in ("missing", "late", "malformed", "duplicates_altered")}
    assert faults == dict.fromkeys(faults, 0), score["problems"]


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_a_file_is_there_within_a_second_of_its_slot_being_closed(
    instruments_run: TroubledInstruments, authority: str
) -> None:
    late = {
        file: at_ms - end_of(file)
        for file, at_ms in instruments_run.completed_ms[authority].items()
        if at_ms - end_of(file) > GRACE_MS + ON_THE_WAY_MS
    }
    assert not late


def test_systemd_hears_that_it_is_ready_lives_and_stops(instruments_run: TroubledInstruments) -> None:
    said = instruments_run.notifications
    assert said[0].startswith("READY=1\nSTATUS=station=NUO001")
    assert said[-1] == "STOPPING=1"
    assert len(said[1:-1]) > LASTS_S / 2
    assert set(said[1:-1]) == {"WATCHDOG=1"}


def test_it_stops_cleanly_when_told_to(instruments_run: TroubledInstruments) -> None:
    assert instruments_run.stopped.code == 0
    assert instruments_run.stopped.took_s < 10


def test_a_second_daemon_on_the_same_storage_is_refused(instruments_run: TroubledInstruments) -> None:
    second = instruments_run.second_daemon
    assert second.returncode == 1
    assert second.stderr.startswith("gateway: another gateway already works in ")
    assert second.stderr.count("\n") == 1


def test_status_shows_the_station_while_it_runs(instruments_run: TroubledInstruments) -> None:
    status = instruments_run.status
    assert status["station"]["code"] == "NUO001"
    assert status["gateway"]["running"] is True
    assert {"synchronised", "offset_s"} <= status["time"].keys()
    assert [(link["name"], link["state"], link["last_error"]) for link in status["links"]] == [
        ("plc", "up", None),
        ("bus", "up", None),
    ]
    assert [(one["symbol"], one["unit"]) for one in status["parameters"]] == [
        (column.symbol, column.unit) for column in COLUMNS
    ]
    multiprobe = status["parameters"][:6]
    assert all(one["status"] == "00" and isinstance(one["value"], float) for one in multiprobe)
    assert all(one["time"].endswith("+07:00") and one["quality"] == [] for one in multiprobe)
    for destination in status["destinations"]:
        assert destination["pending"] <= 1
        assert destination["last_delivered"].endswith("+07:00")
        assert {"oldest_pending", "last_error", "ratio_today", "ratio_month"} <= destination.keys()
    assert status["cameras"] == []
    assert "violations" in status["ports"]
    assert status["disk"]["free_bytes"] > 0
    assert "days_left" in status["disk"]


def test_nobody_says_a_traceback(instruments_run: TroubledInstruments) -> None:
    for said in (instruments_run.log, instruments_run.simulator_log, instruments_run.second_daemon.stderr):
        assert "Traceback" not in said
    assert "worker failed" not in instruments_run.log
    assert not [line for line in instruments_run.log.splitlines() if line.startswith(("<2>", "<3>"))]
