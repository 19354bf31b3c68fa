"""A value of a table that changes with a day is told then: once, across restarts, and after a day without power."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from gateway.audit.in_force import tell_limits
from gateway.audit.limit_watch import LimitWatch
from gateway.core.dated_limit import LimitOrigin, LimitSpan
from gateway.core.findings import FindingRules, LineRules
from gateway.core.limits import LevelFractions, Limit
from gateway.core.quality import QualityRules
from gateway.core.reading import Parameter
from gateway.core.record import Record
from gateway.core.slot import Slot
from tests.support.journey import DAY_MS, HOUR_MS, MIDNIGHT_MS, SLOT_MS, Journey, at

ZONE = "Asia/Ho_Chi_Minh"
DUST = Parameter("PM2,5", "ug/Nm3")
ORIGIN = LimitOrigin("QCVN 05:2023")
OLD = LimitSpan(Limit(None, 50.0, DAY_MS), until_ms=MIDNIGHT_MS, origin=ORIGIN)
NEW = LimitSpan(Limit(None, 45.0, DAY_MS), from_ms=MIDNIGHT_MS, origin=ORIGIN)


def rules(*spans: LimitSpan) -> FindingRules:
    return FindingRules((LineRules(DUST, QualityRules(), None, spans),), (), LevelFractions(), SLOT_MS)


def look(journey: Journey, watched: FindingRules, now_ms: int) -> list[dict[str, Any]]:
    """A start of the daemon and one look; then all that was ever told."""
    tell_limits(journey.database, watched, now_ms)
    LimitWatch(journey.database, watched, ZONE).step(at(now_ms))
    rows = journey.database.read("SELECT what FROM sound_journal WHERE kind = 'limit_change' ORDER BY seq")
    return [json.loads(what) for (what,) in rows]


def test_from_its_day_on_it_is_told_once(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert look(journey, rules(OLD, NEW), MIDNIGHT_MS - 5 * DAY_MS) == []
    assert look(journey, rules(OLD, NEW), MIDNIGHT_MS - 1) == []
    for now_ms in (MIDNIGHT_MS, MIDNIGHT_MS + HOUR_MS, MIDNIGHT_MS + 400 * DAY_MS):
        (told,) = look(journey, rules(OLD, NEW), now_ms)
    assert (told["day"], told["at_ms"]) == ("2026-01-01", MIDNIGHT_MS)
    (change,) = told["changes"]
    assert (change["line"], change["before"]["highest"], change["after"]["highest"]) == ("PM2,5", 50, 45)
    said = [one.getMessage() for one in caplog.records if one.name == "gateway.audit.limit_watch"]
    assert said == [
        "limits change: from 2026-01-01 on: PM2,5 at most 45 ug/Nm3 over 24 h (QCVN 05:2023) instead of at most"
        " 50 ug/Nm3 over 24 h (QCVN 05:2023)"
    ]


def test_it_is_told_after_a_day_without_power(journey: Journey) -> None:
    assert look(journey, rules(OLD, NEW), MIDNIGHT_MS - DAY_MS) == []
    journey.restart()
    assert len(look(journey, rules(OLD, NEW), MIDNIGHT_MS + 3 * DAY_MS)) == 1


def test_it_is_told_where_the_configuration_changed_in_the_same_night(journey: Journey) -> None:
    """The start tells of the other configuration, and the day of the law's change is still that of the law."""
    look(journey, rules(OLD), MIDNIGHT_MS - DAY_MS)
    journey.records.add(Record(Slot(MIDNIGHT_MS - HOUR_MS, SLOT_MS), (), ()), MIDNIGHT_MS - HOUR_MS)
    assert len(look(journey, rules(OLD, NEW), MIDNIGHT_MS + DAY_MS)) == 1


def test_what_changed_before_the_limits_were_configured_is_no_news(journey: Journey) -> None:
    assert look(journey, rules(OLD, NEW), MIDNIGHT_MS + DAY_MS) == []
    assert look(journey, rules(OLD, NEW), MIDNIGHT_MS + 2 * DAY_MS) == []


def test_a_limit_that_ends_and_none_follows_is_told(journey: Journey, caplog: pytest.LogCaptureFixture) -> None:
    look(journey, rules(OLD), MIDNIGHT_MS - DAY_MS)
    (told,) = look(journey, rules(OLD), MIDNIGHT_MS)
    assert told["changes"][0]["after"] is None
    assert "from 2026-01-01 on: PM2,5 no limit any more instead of at most 50" in caplog.text


def test_a_day_that_begins_is_noticed_while_it_runs(journey: Journey) -> None:
    watched = rules(OLD, NEW)
    tell_limits(journey.database, watched, MIDNIGHT_MS - DAY_MS)
    watch = LimitWatch(journey.database, watched, ZONE)
    assert watch.step(at(MIDNIGHT_MS - 1, 0.0)) == 60.0
    watch.step(at(MIDNIGHT_MS, 59.0))
    count = "SELECT count(*) FROM journal WHERE kind = 'limit_change'"
    assert journey.database.read(count) == [(0,)]
    watch.step(at(MIDNIGHT_MS, 60.0))
    assert journey.database.read(count) == [(1,)]


def test_killed_before_it_is_written_it_is_told_later(journey: Journey) -> None:
    look(journey, rules(OLD, NEW), MIDNIGHT_MS - DAY_MS)
    with journey.database.write() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no room'); END")
    watch = LimitWatch(journey.database, rules(OLD, NEW), ZONE)
    with pytest.raises(Exception, match="no room"):
        watch.step(at(MIDNIGHT_MS, 0.0))
    with journey.database.write() as connection:
        connection.execute("DROP TRIGGER full")
    watch.step(at(MIDNIGHT_MS, 1.0))
    assert len(look(journey, rules(OLD, NEW), MIDNIGHT_MS)) == 1
