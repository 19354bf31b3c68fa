"""What begins and ends in the journal reaches every target that asks for it: in order, at least once, and whatever
becomes of the other targets, of the clock, of the database or of the program in between."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from gateway.alerts.store import MOST_SETTLED, MOST_WAITING
from gateway.core.alert import AlertKind
from gateway.core.alert_pace import SINGLY, WITHIN_S
from gateway.core.errors import DeliveryDeferred, DeliveryRefused, DestinationRejected, StoreFull
from gateway.core.journal_entry import EntryKind
from tests.unit.alerts.conftest import Station

PORTS, ALL = [AlertKind.PORT], list(AlertKind)


def test_one_message_tells_of_the_begin_and_one_of_the_end(station: Station) -> None:
    station.start(mail=PORTS)
    station.port("eth0")
    station.after(2)
    station.port("eth0", "ended")
    station.after(2)
    assert station.tellers["mail"].said == ["port began eth0", "port ended eth0"]


def test_a_first_start_tells_of_nothing_old_but_of_what_lasts(station: Station) -> None:
    station.port("eth0")
    station.enter(EntryKind.CAMERA, {"state": "began", "camera": "outlet", "kind": "black", "began_ms": 5})
    station.enter(EntryKind.CAMERA, {"state": "ended", "camera": "outlet", "kind": "black", "ended_ms": 6})
    station.enter(EntryKind.CAMERA, {"state": "began", "camera": "inlet", "kind": "frozen", "began_ms": 7})
    station.start(mail=ALL)
    station.after(5)
    (digest,) = station.tellers["mail"].told
    assert (digest.subject, digest.lines) == ("lasting 1", ("camera began inlet",))
    station.enter(EntryKind.CAMERA, {"state": "ended", "camera": "inlet", "kind": "frozen", "ended_ms": 9})
    station.after(5)
    assert station.tellers["mail"].said[1:] == ["camera ended inlet"]
    station.start(mail=ALL)
    station.after(5)
    assert len(station.tellers["mail"].told) == 2


def test_a_target_hears_only_of_the_kinds_that_it_asks_for(station: Station) -> None:
    station.start(mail=PORTS, hook=ALL)
    station.enter(EntryKind.STORAGE, {"act": "found", "matter": "row", "subject": "record 1", "mended": False})
    station.port("eth0")
    station.after(5)
    assert station.tellers["mail"].said == ["port began eth0"]
    assert station.tellers["hook"].said == ["damage began record 1", "port began eth0"]


def test_a_kind_that_is_new_at_a_target_begins_with_what_comes(station: Station) -> None:
    station.start(mail=[AlertKind.CAMERA])
    station.port("eth0")
    station.after(5)
    station.start(mail=[AlertKind.CAMERA, AlertKind.PORT])
    station.port("eth1")
    station.after(5)
    assert station.tellers["mail"].said == ["port began eth1"]


def test_a_removed_target_is_closed_and_begins_anew_if_it_comes_back(station: Station) -> None:
    station.start(mail=PORTS, hook=PORTS)
    station.tellers["mail"].fails = DeliveryDeferred("down")
    station.port("eth0")
    station.after(2)
    station.start(hook=PORTS)
    station.port("eth1")
    station.after(2)
    assert station.states("mail") == [("removed", 2)]
    station.tellers["mail"].fails = None
    station.start(mail=PORTS, hook=PORTS)
    station.port("eth2")
    station.after(2)
    assert station.tellers["mail"].said == ["port began eth2"]
    assert station.tellers["hook"].said == ["port began eth0", "port began eth1", "port began eth2"]


def test_no_target_configured_any_more_closes_what_waits(station: Station) -> None:
    station.start(mail=PORTS)
    station.port("eth0")
    station.after(0)
    station.tellers["mail"].fails = DeliveryDeferred("down")
    station.port("eth1")
    station.after(1)
    station.start()
    assert station.states("mail") == [("told", 0), ("removed", 1)]
    assert [one.removed_ms is None for one in station.store.targets()] == [False]


def test_a_target_that_is_down_delays_no_other_and_gets_everything_in_order_later(station: Station) -> None:
    station.start(mail=PORTS, hook=PORTS)
    station.tellers["mail"].fails = DeliveryDeferred("no route to host")
    for name in ("eth0", "eth1", "eth2"):
        station.port(name)
        station.after(2)
    assert station.tellers["hook"].said == ["port began eth0", "port began eth1", "port began eth2"]
    (state,) = (one for one in station.store.targets() if one.name == "mail")
    assert (state.waiting, state.last_error) == (3, "no route to host")
    station.tellers["mail"].fails = None
    station.after(320)
    assert station.tellers["mail"].said == ["port began eth0", "port began eth1", "port began eth2"]
    (state,) = (one for one in station.store.targets() if one.name == "mail")
    assert (state.waiting, state.failures) == (0, 0)


def test_a_target_that_is_down_is_tried_ever_more_rarely(station: Station) -> None:
    station.start(mail=PORTS)
    station.tellers["mail"].fails = DeliveryDeferred("down")
    station.port("eth0")
    station.after(86_400)
    assert 288 <= station.tellers["mail"].tries <= 600
    station.tellers["mail"].fails, station.tellers["mail"].tries = DestinationRejected("password"), 0
    station.after(86_400)
    assert 90 <= station.tellers["mail"].tries <= 98


def test_what_a_target_refuses_does_not_hold_up_the_rest(station: Station) -> None:
    station.start(mail=PORTS)
    station.tellers["mail"].fails = DeliveryRefused("too large")
    station.port("eth0")
    station.after(2)
    station.tellers["mail"].fails = None
    station.port("eth1")
    station.after(2)
    assert station.tellers["mail"].said == ["port began eth1"]
    assert station.states("mail") == [("refused", 0), ("told", 0)]


def test_a_flood_comes_as_digests_and_nothing_is_left_out(station: Station) -> None:
    station.start(mail=PORTS)
    for number in range(300):
        station.port(f"eth{number}")
        station.after(1)
    station.after(WITHIN_S * 2)
    told = station.tellers["mail"].told
    assert sum(one.count for one in told) == 300
    assert len(told) <= 2 * SINGLY + 1
    assert told[-1].subject.startswith("gathered")


def test_more_than_is_kept_stays_in_the_journal_until_there_is_room(station: Station) -> None:
    station.start(mail=PORTS)
    station.tellers["mail"].fails = DeliveryDeferred("down")
    for number in range(3 * MOST_WAITING):
        station.port(f"eth{number}")
    station.after(30)
    (state,) = station.store.targets()
    assert MOST_WAITING <= state.waiting < MOST_WAITING + 201
    station.tellers["mail"].fails = None
    station.after(2000)
    assert sum(one.count for one in station.tellers["mail"].told) == 3 * MOST_WAITING
    ((kept,),) = station.database.read("SELECT count(*) FROM alert")
    assert kept <= MOST_SETTLED


def test_a_restart_between_the_call_and_its_record_tells_it_again_as_the_same(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.start(mail=PORTS)
    station.port("eth0")
    monkeypatch.setattr(type(station.store), "settle", _full)
    with pytest.raises(StoreFull):
        station.after(2)
    monkeypatch.undo()
    station.start(mail=PORTS)
    station.after(2)
    first, second = station.tellers["mail"].told
    assert first == second
    assert station.states("mail") == [("told", 0)]


def test_a_full_card_after_the_call_tells_it_once_as_long_as_the_program_runs(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    station.start(mail=PORTS)
    station.port("eth0")
    monkeypatch.setattr(type(station.store), "settle", _full)
    for _ in range(5):
        with pytest.raises(StoreFull):
            station.after(2)
    monkeypatch.undo()
    station.after(2)
    assert station.tellers["mail"].said == ["port began eth0"]


def test_a_clock_that_nobody_vouches_for_stops_nothing_and_is_told_if_it_stays(station: Station) -> None:
    station.start(mail=ALL)
    station.enter(EntryKind.CLOCK, {"state": "untrusted", "since_ms": 1, "reason": "the start"})
    station.clock.jump_wall(-1_700_000_000_000)
    station.port("eth0")
    station.after(5)
    assert station.tellers["mail"].said == ["port began eth0"]
    station.after(60)
    assert station.tellers["mail"].said[1:] == ["clock began "]
    station.enter(EntryKind.CLOCK, {"state": "trusted", "since_ms": 9, "reason": "a server"})
    station.after(5)
    assert station.tellers["mail"].said[2:] == ["clock ended "]


def test_a_clock_that_is_vouched_for_soon_after_a_start_is_no_news(station: Station) -> None:
    station.start(mail=ALL)
    for _ in range(3):
        station.enter(EntryKind.CLOCK, {"state": "untrusted", "since_ms": 1, "reason": "the start"})
        station.after(20)
        station.enter(EntryKind.CLOCK, {"state": "trusted", "since_ms": 9, "reason": "a server"})
        station.after(120)
    assert station.tellers["mail"].said == []


def test_what_was_taken_over_from_before_the_journal_is_not_told(station: Station) -> None:
    station.start(mail=ALL)
    what = {"state": "began", "kind": "door-open", "subjects": {"eth0": None}, "taken_over": True}
    station.enter(EntryKind.PORT, what)
    station.after(5)
    assert station.tellers["mail"].said == []


def test_a_damaged_alert_that_waits_is_made_again_from_the_journal(station: Station) -> None:
    station.start(mail=PORTS)
    station.port("eth0")
    station.after(2)
    station.tellers["mail"].fails = DeliveryDeferred("down")
    for name in ("eth1", "eth2"):
        station.port(name)
    station.after(2)
    damage(station, "UPDATE alert SET facts = 'xyz' WHERE id = 2")
    station.tellers["mail"].fails = None
    station.start(mail=PORTS)
    station.after(10)
    assert sorted(station.tellers["mail"].said) == ["port began eth0", "port began eth1", "port began eth2"]


def test_a_damaged_target_is_not_taken_for_a_new_one(station: Station) -> None:
    station.start(mail=PORTS)
    station.port("eth0")
    station.after(2)
    station.port("eth1")
    damage(station, "UPDATE alert_target SET kinds = 'xyz', read_seq = 99")
    station.start(mail=PORTS)
    station.after(10)
    assert station.tellers["mail"].said == ["port began eth0", "port began eth1"]


def test_damaged_entries_of_the_journal_hold_up_nothing(station: Station) -> None:
    station.start(mail=PORTS)
    for name in ("eth0", "eth1", "eth2"):
        station.port(name)
    damage(station, "UPDATE journal SET what = '{xx' WHERE seq IN (1, 3)")
    station.after(5)
    station.port("eth3")
    station.after(5)
    assert station.tellers["mail"].said == ["port began eth1", "port began eth3"]


def test_killed_anywhere_each_is_told_at_least_once_and_none_is_forgotten(station: Station) -> None:
    """The program ends at a random moment, and a target fails at random; whatever it does next, all is told."""
    chance = random.Random(16)
    station.start(mail=PORTS)
    for number in range(60):
        station.port(f"eth{number}")
        if chance.random() < 0.5:
            station.after(chance.uniform(0, 100))
        station.tellers["mail"].fails = DeliveryDeferred("down") if chance.random() < 0.3 else None
        if chance.random() < 0.3:
            station.start(mail=PORTS)
    station.tellers["mail"].fails = None
    station.after(4000)
    said = {line for one in station.tellers["mail"].told for line in (one.lines if one.lines else (one.subject,))}
    assert said == {f"port began eth{number}" for number in range(60)}


def damage(station: Station, sql: str) -> None:
    """More than one bit of a row, as the card would do it: past the triggers that keep the checksum."""
    with closing(sqlite3.connect(station.database.file)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)


def _full(*_: object) -> None:
    raise StoreFull("no space left")
