"""Deliveries: what each destination received of what it was to get: a month of days, or a day of slots; what waits,
what is wrong, when it got nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from gateway.config import Configuration, Destination
from gateway.core.act import PageActKind, ResendSlots
from gateway.core.component import ComponentKind
from gateway.core.instants import DAY_MS, HOUR_MS, MINUTE_MS, local_time, milliseconds
from gateway.core.lateness import DelayCause
from gateway.core.role import Role
from gateway.core.span import first_ms, last_ms
from gateway.db.board import Component, components
from gateway.outbox.digest_deliveries import DigestDeliveries
from gateway.outbox.interventions import Interventions
from gateway.outbox.store import OutboxStore
from gateway.reports import period as periods
from gateway.reports.delivery_calendar import (
    CalendarDay,
    CalendarSlot,
    DeliveryCalendar,
    SlotVerdict,
    read_delivery_calendar,
)
from gateway.reports.interruptions import ListedInterruption, counted, interruptions
from gateway.reports.period import ReportPeriod
from gateway.reports.report_data import read_report_data
from gateway.runtime import lock
from gateway.web.asking import ask, asked_lately
from gateway.web.day_strip import day_strip
from gateway.web.room import ActForm, BadRequest, FilledForm, NotThere, Page, Redirect, Room, StationLook

REMEMBERED = 5
"""Of what people did to deliveries, the newest so many."""
LONGEST_MS = 31 * DAY_MS
"""Of slots that are sent again by one act."""
SHOWN_SINGLY_MS = MINUTE_MS
"""Shorter slots are not shown one by one: a day of them is nothing to be looked through."""


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day's row: `strip` has the shape of each verdict, `words` say the same."""

    day: CalendarDay
    strip: Mapping[SlotVerdict, str]
    words: str

    @property
    def is_judged(self) -> bool:
        """Whether any of its slots is due, and one was to come."""
        verdicts = self.day.verdicts
        return bool(self.day.received.expected) and verdicts[SlotVerdict.BEFORE] < verdicts.total()


def deliveries(look: StationLook) -> Page:
    destination = _asked_destination(look)
    day = look.query.get("day")
    common = {
        "destination": destination,
        "destinations": look.configuration.active_destinations,
        "shapes": [one for one in SlotVerdict if one is not SlotVerdict.BEFORE],
        "today": look.local(look.now.wall_ms).date(),
    }
    return _month(look, destination, common) if day is None else _day(look, destination, day, common)


def resend(look: StationLook, form: FilledForm) -> Redirect:
    """Have the daemon send what was delivered of these slots once more."""
    destination = _destination(look, form.text("to"))
    zone = look.configuration.station.zone
    try:
        from_ms, until_ms = first_ms(form.text("from"), zone), last_ms(form.text("until"), zone)
    except ValueError:
        raise BadRequest(look.wording.texts("page.deliveries.no_span")) from None
    if not 0 <= until_ms - from_ms <= LONGEST_MS:
        raise BadRequest(look.wording.texts("page.deliveries.no_span"))
    day = look.local(from_ms).date()
    back = f"/deliveries?{urlencode({'to': destination.name, 'day': day.isoformat()})}"
    return ask(look, ResendSlots(destination.name, from_ms, until_ms), form.reason, back)


def _asked_destination(look: StationLook) -> Destination:
    """The one of the address, by default the first."""
    asked = look.query.get("to")
    return look.configuration.active_destinations[0] if asked is None else _destination(look, asked)


def _destination(look: StationLook, name: str) -> Destination:
    for one in look.configuration.active_destinations:
        if one.name == name:
            return one
    raise NotThere(look.wording.texts("page.deliveries.no_destination", name=name))


def _month(look: StationLook, destination: Destination, common: Mapping[str, Any]) -> Page:
    today: date = common["today"]
    zone = look.configuration.station.timezone
    try:
        asked = periods.month(look.query.get("month") or f"{today:%Y-%m}", zone)
    except ValueError:
        raise BadRequest(look.wording.texts("page.deliveries.no_month", month=look.query["month"])) from None
    tonight = periods.between(f"{today}", f"{today}", zone).until_ms
    shown = asked.until(max(tonight, asked.from_ms - 1))
    calendar = _calendar(look, destination, shown)
    days = calendar.days()
    first = asked.month or today
    found = _interruptions(look, destination, calendar)
    return Page(
        "deliveries.html",
        {
            **common,
            **_standing(look, destination),
            "month": first,
            "before": (first - timedelta(days=1)).replace(day=1),
            "after": _next_month(first) if first < today.replace(day=1) else None,
            "days": [DayShown(one, day_strip(calendar, one), summary(look, one)) for one in reversed(days)],
            "whole": calendar.whole if days else None,
            "interruptions": list(reversed(found)),
            "interruption_count": counted(found),
        },
        f"{look.wording.texts('page.deliveries.title')} – {look.wording.month(first)}",
    )


def _interruptions(look: StationLook, destination: Destination, calendar: DeliveryCalendar) -> list[ListedInterruption]:
    """The station's and the destination's, as reports of this time have them. What lies before the first slot that was
    missed, and behind the last, is not read: there are none. An hour may be in time all the same if a slot is not."""
    period, now_ms = calendar.period.until(look.now.wall_ms), look.now.wall_ms
    if destination.interval_length == look.configuration.reporting.slot:
        missed = calendar.missed()
        if missed is None:
            return []
        period = ReportPeriod(*missed, period.zone)
    data = read_report_data(
        look.configuration, look.database, period, now_ms, only=destination.name, ledger=calendar.ledger
    )
    return interruptions(data)


def _standing(look: StationLook, destination: Destination) -> dict[str, Any]:
    """What waits, and what is wrong, now."""
    board: Component | None = components(look.database).get((ComponentKind.DESTINATION, destination.name))
    return {
        "counts": OutboxStore(look.database).counts(destination.name, look.now.wall_ms),
        "board": board,
        "digests": DigestDeliveries(look.database).counts(destination.name),
        "acts": Interventions(look.database).newest(destination.name, REMEMBERED),
    }


def _day(look: StationLook, destination: Destination, asked: str, common: Mapping[str, Any]) -> Page:
    zone = look.configuration.station.timezone
    try:
        day = date.fromisoformat(asked)
        period = periods.between(f"{day}", f"{day}", zone)
    except ValueError:
        raise BadRequest(look.wording.texts("page.deliveries.no_day", day=asked)) from None
    calendar = _calendar(look, destination, period)
    [found] = calendar.days()
    return Page(
        "deliveries_day.html",
        {
            **common,
            "day": found,
            "asked": asked_lately(look, [PageActKind.RESEND]),
            "may_act": look.may(Role.OPERATOR),
            "words": summary(look, found),
            "strip": day_strip(calendar, found),
            "runs": [one for one in calendar.runs_of(found) if one.verdict is not SlotVerdict.IN_TIME],
            "hours": _by_hour(calendar, found, zone),
            "before": found.day - timedelta(days=1),
            "after": found.day + timedelta(days=1) if found.day < common["today"] else None,
        },
        f"{look.wording.texts('page.deliveries.title')} – {look.wording.date(found.day)}",
    )


def _calendar(look: StationLook, destination: Destination, period: ReportPeriod) -> DeliveryCalendar:
    return read_delivery_calendar(
        look.database,
        destination.name,
        period,
        milliseconds(destination.interval_length),
        look.now.wall_ms,
        runs_now=lock.is_held(look.configuration.storage.path),
    )


def _by_hour(calendar: DeliveryCalendar, day: CalendarDay, zone: str) -> list[tuple[int, tuple[CalendarSlot, ...]]]:
    """Each hour of the day's clock with its slots; no hour where slots are too short to be shown one by one."""
    if calendar.slots.slot_ms < SHOWN_SINGLY_MS:
        return []
    rows: dict[int, list[CalendarSlot]] = {}
    for one in calendar.slots_of(day):
        rows.setdefault(one.end_ms // HOUR_MS, []).append(one)
    return [(local_time(slots[0].end_ms, zone).hour, tuple(slots)) for slots in rows.values()]


def summary(look: StationLook, day: CalendarDay) -> str:
    """The day in words: how many of each, and what held them up."""
    texts, count = look.wording.texts, look.wording.count
    told = [
        texts(f"page.deliveries.count.{verdict.value}", count=count(day.verdicts[verdict]))
        for verdict in SlotVerdict
        if day.verdicts[verdict] and (verdict is not SlotVerdict.NOT_DUE or len(day.verdicts) == 1)
    ]
    causes = [f"{_cause(look, cause)} ({count(number)})" for cause, number in day.causes.most_common()]
    return ", ".join(told) + (f". {'; '.join(causes)}" if causes else "")


def _cause(look: StationLook, cause: DelayCause) -> str:
    return look.wording.texts(f"term.cause_{cause.value}")


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _appears(configuration: Configuration) -> bool:
    return bool(configuration.active_destinations)


ROOM = Room("deliveries", "/deliveries", deliveries, _appears, acts={"resend": ActForm(Role.OPERATOR, resend)})
