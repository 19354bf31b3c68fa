"""What a person asks of the ledger and does to it, through the very commands, on a database that a run left behind."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.audit import runs
from gateway.core.lateness import DelayCause
from gateway.core.profile import ServerProfile
from gateway.outbox import server_profiles
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.store import DeliveryResult
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, RENDERING, SLOT_MS, Journey, record
from tests.support.live.configuration import Server, Wanted, write
from tests.support.live.gateway import command

INSTRUMENTS = {"plc": {"host": "127.0.0.1", "port": 502}, "bus": {"device": "/dev/ttyUSB0"}}
PROVINCE = Wanted("province", Server("sftp", "127.0.0.1", 22, "nuo001", "secret", f"SHA256:{'A' * 43}"))
SLOTS = 12
OUTAGE_MS = (MIDNIGHT_MS + 4 * SLOT_MS + 3000, MIDNIGHT_MS + HOUR_MS + 3000)


@pytest.fixture
def station(tmp_path: Path) -> Path:
    """An hour and five minutes of a night: the line failed after four files, the last of an hour was refused. And a
    destination that is not configured any more, of which three files wait. Returns the configuration."""
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    storage = tmp_path / "storage"
    storage.mkdir()
    journey = Journey(storage)
    runs.begin(journey.database, MIDNIGHT_MS - DAY_MS, "0.1.0")
    for n in range(SLOTS + 1):
        end_ms = MIDNIGHT_MS + n * SLOT_MS
        journey.send(end_ms, ["province", "old"] if n < 3 else ["province"])
        (number,) = journey.database.read("SELECT max(id) FROM delivery WHERE destination_id = 1")[0]
        done_ms = end_ms + 2500 if n < 4 else OUTAGE_MS[1] + n * 100
        state = DeliveryState.REFUSED if n == SLOTS - 1 else DeliveryState.DELIVERED
        journey.outbox.settle([DeliveryResult(number, state, done_ms, done_ms, f"it is {state}", Lane.LIVE, 2)])
    failure = BatchFailure(DelayCause.LINE, OUTAGE_MS[0], OUTAGE_MS[0] + 10_000, "no connection (No route to host)")
    journey.outbox.settle([], DestinationOutcome("province", None, failure))
    journey.outbox.settle([], DestinationOutcome("province", OUTAGE_MS[1], None))
    profile = ServerProfile("OpenSSH_9.2", renames=True, certificate_until_ms=MIDNIGHT_MS)
    server_profiles.record_profile(journey.database, "province", profile, MIDNIGHT_MS)
    journey.database.close()
    return configuration


def asked(*arguments: str | Path) -> Any:
    done = command(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def done(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    finished = command(*arguments)
    assert "Traceback" not in finished.stderr
    return finished


def test_each_files_way_is_told(station: Path) -> None:
    account = asked("deliveries", "province", "--config", station, "--from", "2026-01-01", "--to", "2026-01-01")
    assert account["from"] == "2026-01-01T00:00:00.000+07:00"
    assert account["to"] == "2026-01-01T23:59:59.999+07:00"
    assert account["totals"] == {
        "deliveries": 13, "delivered": 12, "waiting": 0, "refused": 1, "closed": 0, "empty": 0,
        "late": 8, "causes": {"line": 7, "refused": 1},
    }  # fmt: skip
    assert account["outages"] == [
        {
            "cause": "line",
            "began": "2026-01-01T00:20:03.000+07:00",
            "ended": "2026-01-01T01:00:03.000+07:00",
            "tries": 1,
            "error": "no connection (No route to host)",
        }
    ]
    first, *_, last = account["deliveries"]
    assert first["name"] == "HN_ABCD_NUO001_20260101000000.txt"
    assert (first["slot"], first["after_end_s"]) == ("2026-01-01T00:00:00.000+07:00", 2.5)
    assert (first["late"], first["cause"], first["lane"], first["tries"]) == (False, None, "live", 2)
    assert len(first["sha256"]) == 64
    assert first["answer"] == "it is delivered"
    assert (last["slot"], last["late"]) == ("2026-01-01T01:00:00.000+07:00", False)


def test_one_slots_life_is_told(station: Path) -> None:
    """A late one, and one that was never made."""
    told = asked("explain", "2026-01-01T00:20", "province", "--config", station)
    (slot,) = told["slots"]
    assert [(line["symbol"], line["value"], line["status"]) for line in slot["lines"]] == [("pH", 7.21, "00")]
    (file,) = slot["files"]
    assert file["content"] == "pH\t7.21\t-\t20260101002000\t00\r\n"
    assert [(one["symbol"], one["value"]) for one in file["lines"]] == [("pH", "7.21")]
    (way,) = slot["deliveries"]
    assert (way["destination"], way["delivery"]["cause"]) == ("province", "line")
    assert [(one["outcome"], one["answer"]) for one in way["tried"]] == [("delivered", "it is delivered")]
    assert told["not_covered"] == [
        "HN_ABCD_NUO001_20260101002000.txt is in no digest yet: a day is digested a quarter of an hour after its end"
    ]
    shown = done("explain", "2026-01-01T00:20", "--config", station)
    assert shown.returncode == 0
    assert "province: delivered" in shown.stdout
    never = done("explain", "2026-01-01T03:05", "--config", station)
    assert never.returncode == 1
    assert "it was never made" in never.stdout
    assert done("explain", "2026-01-01", "--config", station).returncode == 2


def test_late_ones_bear_their_cause(station: Path) -> None:
    account = asked("deliveries", "province", "--late", "--config", station)
    assert {one["cause"] for one in account["deliveries"]} == {"line", "refused"}
    assert account["deliveries"][0]["slot"] == "2026-01-01T00:20:00.000+07:00"
    assert account["from"] is None


def test_the_table_fits_its_totals_to_what_is_shown(station: Path) -> None:
    table = done("deliveries", "province", "--config", station, "--from", "2026-01-01", "--limit", "2")
    assert table.returncode == 0, table.stderr
    assert "2026-01-01 01:00" in table.stdout
    assert "2026-01-01 00:50" not in table.stdout.partition("province:")[0]
    assert "province: 13 files: 12 delivered, 1 refused (the newest 2 are shown" in table.stdout
    assert "late: 8: 7 line, 1 refused" in table.stdout
    assert "No route to host" in table.stdout


def test_slots_shorter_than_a_minute_are_told_apart(station: Path) -> None:
    """Six slots of ten seconds bore one time."""
    assert " 2026-01-01 00:20 " in f" {done('deliveries', 'province', '--state', 'delivered', '-c', station).stdout}"
    journey = Journey(station.parent / "storage")
    journey.plans.plan(journey.file_of(record(MIDNIGHT_MS + 10_000, length_ms=10_000)), ["province"], MIDNIGHT_MS)
    journey.database.close()
    shown = done("deliveries", "province", "--from", "2026-01-01", "--to", "2026-01-01", "-c", station).stdout
    assert "2026-01-01 00:00:10" in shown
    assert "2026-01-01 00:05:00" in shown
    in_columns = [line.split() for line in shown.splitlines() if line.strip().startswith("2026-01-01 00:")]
    assert {row[2] for row in in_columns} == {"delivered", "refused", "waiting"}, (
        "at 80 columns, and none is broken in two"
    )


def test_a_slot_with_nothing_to_send_is_shown_as_such(station: Path) -> None:
    journey = Journey(station.parent / "storage")
    bare = journey.file_of(record(MIDNIGHT_MS - SLOT_MS, value=None), replace(RENDERING, missing_value="omit"))
    journey.plans.plan(bare, ["province"], MIDNIGHT_MS)
    journey.database.close()
    [told] = asked("deliveries", "province", "--state", "empty", "-c", station)["deliveries"]
    assert (told["slot"], told["late"]) == ("2025-12-31T23:55:00.000+07:00", False)
    assert "nothing to send" in " ".join(
        done("deliveries", "province", "--state", "empty", "-c", station).stdout.split()
    )


def test_a_damaged_record_is_shown_by_the_status(station: Path) -> None:
    journey = Journey(station.parent / "storage")
    journey.files.set_aside(1, "2 bytes are not 1 lines")
    journey.database.close()
    assert asked("status", "-c", station)["damaged_records"] == {
        "count": 1,
        "newest": "2026-01-01T00:00:00.000+07:00",
    }
    assert "records damaged on the card, which cannot be sent: 1" in " ".join(
        done("status", "-c", station).stdout.split()
    )


def test_what_was_set_aside_waits_again(station: Path) -> None:
    released = done("deliveries", "release", "province", "--all", "--config", station)
    assert (released.returncode, released.stdout) == (0, "1 set aside wait again\n")
    account = asked("deliveries", "province", "--state", "waiting", "--config", station)
    assert [one["cause"] for one in account["deliveries"]] == ["refused"]
    again = done("deliveries", "release", "province", "--all", "--config", station)
    assert again.stdout == "nothing is set aside there\n"


def test_delivered_slots_are_sent_again(station: Path) -> None:
    span = ("--from", "2026-01-01T00:00", "--to", "2026-01-01T00:10", "--config", station)
    assert done("resend", "province", *span, "--dry-run").stdout == "3 files would be sent again\n"
    assert asked("deliveries", "province", "--state", "waiting", "--config", station)["totals"]["deliveries"] == 0
    assert done("resend", "province", *span).stdout == "3 files wait to be sent again\n"
    waiting = asked("deliveries", "province", "--state", "waiting", "--config", station)["deliveries"]
    assert [one["sent_again"] for one in waiting] == [True] * 3
    assert [one["late"] for one in waiting] == [False] * 3  # they were in time, and that stays so
    journey = Journey(station.parent / "storage")
    back_ms = MIDNIGHT_MS + DAY_MS
    rows = journey.database.read("SELECT id FROM delivery WHERE state = 'waiting' AND destination_id = 1")
    results = [
        DeliveryResult(number, DeliveryState.DELIVERED, back_ms, back_ms, "already there", Lane.BACKLOG)
        for (number,) in rows
    ]
    journey.outbox.settle(results, DestinationOutcome("province", back_ms, None))
    journey.database.close()
    arrived = asked("deliveries", "province", *span)["deliveries"]
    assert {one["delivered_again"] for one in arrived} == {"2026-01-02T00:00:00.000+07:00"}
    assert [one["after_end_s"] for one in arrived] == [2.5] * 3, "the first arrival is the proof"
    table = " ".join(done("deliveries", "province", *span).stdout.replace("│", "").split())
    assert table.count("sent again") == 3


def test_a_destination_that_is_gone_is_shown_until_a_person_gives_it_up(station: Path) -> None:
    def pending() -> list[tuple[str, bool, int]]:
        shown = asked("status", "--config", station)["destinations"]
        return [(one["name"], one["configured"], one["pending"]) for one in shown]

    assert pending() == [("province", True, 0), ("old", False, 3)]
    table = " ".join(done("status", "--config", station).stdout.split())
    assert "old: 3 files wait, and it is not configured any more: gateway deliveries close old" in table
    unsaid = done("deliveries", "close", "old", "--config", station)
    assert unsaid.returncode == 2
    closed = done("deliveries", "close", "old", "--reason", "the department has moved", "--config", station)
    assert (closed.returncode, closed.stdout) == (0, "3 given up\n")
    assert pending() == [("province", True, 0)]
    shown = done("status", "old", "--config", station)
    assert "not configured any more" in shown.stdout
    assert "close of 3 by " in shown.stdout
    account = asked("deliveries", "old", "--config", station, "--from", "2026-01-01")
    assert [one["given_up_because"] for one in account["deliveries"]] == ["the department has moved"] * 3


def test_one_destination_is_shown_closely(station: Path) -> None:
    done("deliveries", "release", "province", "--all", "--config", station)
    shown = asked("status", "province", "--config", station)
    assert shown["url"].startswith("sftp://nuo001@127.0.0.1")
    assert shown["server"]["software"] == "OpenSSH_9.2"
    assert shown["server"]["renames"] is True
    assert shown["server"]["certificate_until"] == "2026-01-01T00:00:00.000+07:00"
    assert shown["waiting"] == {"live": 0, "backlog": 1}
    assert [one["cause"] for one in shown["outages"]] == []  # longer ago than thirty days
    (act,) = shown["interventions"]
    assert (act["action"], act["deliveries"], act["reason"]) == ("release", 1, None)
    told = done("status", "province", "--config", station).stdout
    assert "waiting: 0 live, 1 backlog; set aside: 0" in told
    assert "release of 1 by " in told
    assert "OpenSSH_9.2; renames: yes; certificate until 2026-01-01 00:00:00" in told
    gone = done("status", "old", "--config", station)
    assert "not configured any more" in gone.stdout
    assert done("status", "nobody", "--config", station).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("deliveries", "nobody"), "no destination is called nobody; there are: province, old"),
        (("deliveries", "province", "--from", "soon"), "write 2026-01-31"),
        (("deliveries", "province", "--from", "2026-01-02", "--to", "2026-01-01"), "lies behind"),
        (("deliveries", "province", "--state", "lost"), "write one of waiting"),
        (("deliveries", "release", "province"), "--from and --to, or --all"),
        (("deliveries", "close", "province", "--reason", "x"), "--from and --to, or --all"),
        (("deliveries", "close", "old", "--reason", " "), "--reason is empty"),
        (("resend", "province"), "--from and --to"),
        (("resend", "old", "--from", "2026-01-01", "--to", "2026-01-01"), "old is not configured any more"),
        (("deliveries", "release", "old", "--all"), "old is not configured any more"),
        (("verify", "province"), "--from and --to"),
        (("verify", "old", "--from", "2026-01-01", "--to", "2026-01-01"), "no destination is called old"),
    ],
)
def test_a_slip_of_the_hand_is_answered_with_what_would_be_right(
    station: Path, arguments: tuple[str, ...], advice: str
) -> None:
    refused = done(*arguments, "--config", station)
    assert refused.returncode == 2
    assert advice in refused.stderr


def test_where_the_gateway_never_ran_nothing_is_made(tmp_path: Path) -> None:
    configuration = write(tmp_path, INSTRUMENTS, [PROVINCE])
    for arguments in (("deliveries", "province"), ("deliveries", "release", "province", "--all")):
        refused = done(*arguments, "--config", configuration)
        assert refused.returncode == 1
        assert "has never run here" in refused.stderr
    assert not (tmp_path / "storage").exists()
