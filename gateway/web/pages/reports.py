"""Reports: each kind of any month that has data, as offices want it, and the written notice."""

from __future__ import annotations

from datetime import date, timedelta

from gateway.core.instants import local_time
from gateway.core.role import Role
from gateway.records.store import RecordStore
from gateway.reports.period import month as period_of_month
from gateway.runtime.clock import SystemClock
from gateway.web.report_jobs import JobState, ReportJobs, TooManyReports
from gateway.web.report_request import (
    LETTER,
    PrintFormat,
    ReportRequest,
    formats_of,
    monthly_names,
    timeless_names,
)
from gateway.web.room import ActForm, BadRequest, Download, FilledForm, NotThere, Page, Redirect, Room, StationLook

_MOST_MONTHS = 61
"""Records are kept for three years; whoever keeps them longer has five."""
JOBS = ReportJobs(SystemClock())
"""This process's."""


def reports(look: StationLook) -> Page:
    months = _months(look)
    chosen = look.query.get("month", months[0].strftime("%Y-%m") if months else "")
    jobs = JOBS.listed()
    content = {
        "months": [(one.strftime("%Y-%m"), look.wording.month(one)) for one in months],
        "chosen": chosen,
        "chosen_words": _month_words(look, chosen),
        "monthly": [(name, formats_of(name)) for name in monthly_names(look.configuration)] if months else [],
        "timeless": [(name, formats_of(name)) for name in timeless_names(look.configuration)],
        "jobs": jobs,
        "month_words": {one.request.month: _month_words(look, one.request.month) for one in jobs},
        "is_making": any(not one.is_over for one in jobs),
        "State": JobState,
        "letter": LETTER,
    }
    return Page("reports.html", content)


def make(look: StationLook, form: FilledForm) -> Redirect:
    """Has a report made, and leads back to where it will lie."""
    settings = look.configuration.web
    name, wanted = form.text("kind"), form.text("format")
    is_timeless = name in timeless_names(look.configuration)
    if not is_timeless and name not in monthly_names(look.configuration):
        raise BadRequest(look.wording.texts("page.reports.no_kind"))
    if wanted not in list(formats_of(name)):
        raise BadRequest(look.wording.texts("page.reports.no_format"))
    month = None if is_timeless else _checked_month(look, form.text("month"))
    if settings is None:
        raise NotThere("there is no page")
    request = ReportRequest(name, month, PrintFormat(wanted), look.wording.texts.language)
    try:
        JOBS.ask(look.configuration, settings.storage, request)
    except TooManyReports:
        raise BadRequest(look.wording.texts("page.reports.too_many")) from None
    return Redirect("/reports" if month is None else f"/reports?month={month}")


def made(look: StationLook) -> Download:
    number = look.path["number"]
    found = JOBS.content(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if found is None:
        raise NotThere(look.wording.texts("page.reports.gone"))
    request, content = found
    station = look.configuration.station.code
    return Download(content, request.file_format.media_type, request.file_name(station))


def _months(look: StationLook) -> list[date]:
    """The first day of each month of which something is kept, the newest first."""
    oldest_ms = _oldest_ms(look)
    if oldest_ms is None:
        return []
    oldest, month = look.local(oldest_ms).date(), look.local(look.now.wall_ms).date().replace(day=1)
    months: list[date] = []
    while month >= oldest.replace(day=1) and len(months) < _MOST_MONTHS:
        months.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return months


def _oldest_ms(look: StationLook) -> int | None:
    """Of what a month is told of: records, and transport orders where there are some."""
    found = [RecordStore(look.database).oldest_ms()]
    if look.configuration.orders is not None:
        from gateway.orders.fates import oldest_order_ms

        found.append(oldest_order_ms(look.database))
    return min((one for one in found if one is not None), default=None)


def _checked_month(look: StationLook, text: str) -> str:
    try:
        period = period_of_month(text, look.configuration.station.timezone)
    except ValueError:
        raise BadRequest(look.wording.texts("page.reports.no_month")) from None
    if period.from_ms > look.now.wall_ms:
        raise BadRequest(look.wording.texts("page.reports.not_begun"))
    return text


def _month_words(look: StationLook, text: str | None) -> str:
    if not text:
        return ""
    try:
        first = period_of_month(text, look.configuration.station.timezone).from_ms
    except ValueError:
        return ""
    return look.wording.month(local_time(first, look.configuration.station.timezone).date())


ROOM = Room(
    "reports",
    "/reports",
    reports,
    acts={"make": ActForm(Role.AUTHORITY, make, needs_reason=False)},
    role=Role.AUTHORITY,
)
MADE = Room("reports", "/reports/made/{number}", made, role=Role.AUTHORITY, in_menu=False)
