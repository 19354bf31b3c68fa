"""All that programs may ask, each answered as its command answers with `--json`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.cameras.catalog.known_cameras import known_cameras
from gateway.config.days import parse_day
from gateway.config.file.form_error import FormError
from gateway.core.instants import DAY_MS, FAR_FUTURE_MS, day_begins_ms, local_time, milliseconds
from gateway.core.journal_entry import EntryKind
from gateway.core.role import Role
from gateway.core.span import end_ms, first_ms, last_ms
from gateway.core.transport_order import OrderState
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.digest_deliveries import DigestDeliveries
from gateway.outbox.store import OutboxStore
from gateway.reports import deliveries, destination, status_json
from gateway.reports.camera_span import CameraSpan, camera_span
from gateway.reports.cameras import camera_events, read_cameras
from gateway.reports.cameras_json import cameras_to_json, continuity_to_json, gap_to_json
from gateway.reports.clock import clock_to_json
from gateway.reports.digests import counts_to_json
from gateway.reports.explain.slot import explain
from gateway.reports.explain.to_json import to_json as explanation_to_json
from gateway.reports.journal_json import entries_between, row_to_json
from gateway.reports.limits_on_day import limits_at, limits_on, limits_to_json
from gateway.reports.needs import needs
from gateway.reports.needs_words import check_to_json
from gateway.reports.noticed import NOTICED_KINDS, findings_of, in_order, noticed_to_json
from gateway.reports.orders.to_json import listed as order_listed
from gateway.reports.orders.to_json import shown as order_shown
from gateway.reports.status import StationStatus, collect
from gateway.runtime import lock
from gateway.web.api.question import FROM, MOST_ROWS, TO, ApiParameter, ApiQuestion, chosen, is_asked, whole
from gateway.web.room import BadRequest, NotThere, StationLook

if TYPE_CHECKING:
    from gateway.orders.store import OrderStore

One = TypeVar("One")
_SHOWN_DAYS = 7
_DAY = len("2026-01-31")


def _status(look: StationLook) -> StationStatus:
    return collect(look.configuration, look.database, look.now)


def status(look: StationLook) -> Any:
    return status_json.to_json(_status(look))


def check(look: StationLook) -> Any:
    found = needs(_status(look))
    return check_to_json(found, look.configuration.station.code, look.wording, look.configuration.station.timezone)


def clock(look: StationLook) -> Any:
    return clock_to_json(_status(look).clock, look.configuration.station.timezone)


def ports(look: StationLook) -> Any:
    return status_json.to_json(_status(look))["ports"]


def cameras(look: StationLook) -> Any:
    return cameras_to_json(read_cameras(look.configuration, look.now), look.configuration.station.timezone)


def events(look: StationLook) -> Any:
    kind = chosen(look, "kind", NOTICED_KINDS)
    from_ms, until_ms = _bounds(look)
    if from_ms is None:
        from_ms = look.now.wall_ms - _SHOWN_DAYS * DAY_MS if until_ms is None else 0
    until_ms = FAR_FUTURE_MS if until_ms is None else until_ms
    seen = camera_events(look.configuration, from_ms, until_ms)
    found = in_order(findings_of(look.database, from_ms, until_ms), seen, kind)
    return noticed_to_json(_bounded(found), look.configuration.station.timezone)


def journal(look: StationLook) -> Any:
    kind = chosen(look, "kind", EntryKind)
    from_ms, until_ms = _bounds(look)
    if from_ms is None and until_ms is None and kind is None:
        from_ms = look.now.wall_ms - _SHOWN_DAYS * DAY_MS
    until_ms = FAR_FUTURE_MS if until_ms is None else until_ms
    return [row_to_json(row) for row in _bounded(entries_between(look.database, from_ms or 0, until_ms, kind))]


def deliveries_of(look: StationLook) -> Any:
    name, zone = _known(look, look.path["destination"]), look.configuration.station.timezone
    state, late = chosen(look, "state", DeliveryState), is_asked(look, "late")
    from_ms, until_ms = _bounds(look)
    if from_ms is None:
        is_all = late or state is not None or until_ms is not None
        from_ms = deliveries.EARLIEST_MS if is_all else look.now.wall_ms - DAY_MS
    slots = {one.name: milliseconds(one.interval_length) for one in look.configuration.active_destinations}
    query = deliveries.DeliveryQuery(
        name,
        from_ms,
        FAR_FUTURE_MS if until_ms is None else until_ms,
        late,
        None if state is None else DeliveryState(state),
        whole(look, "limit", MOST_ROWS) or MOST_ROWS,
        slots.get(name),
    )
    listing = deliveries.collect(look.database, query, look.now.wall_ms, runs_now=_runs(look))
    digests = DigestDeliveries(look.database).counts(name)
    return {**deliveries.to_json(listing, zone), "digests": counts_to_json(digests, zone)}


def destination_of(look: StationLook) -> Any:
    name = _known(look, look.path["destination"])
    details = destination.details_of(look.configuration, look.database, name, look.now)
    return destination.to_json(details, look.configuration.station.timezone)


def slot(look: StationLook) -> Any:
    text, name = look.path["slot"], look.query.get("destination")
    try:
        slot_end_ms = first_ms(text, look.configuration.station.zone)
    except ValueError as fault:
        raise BadRequest(str(fault)) from None
    if len(text) <= _DAY:
        raise BadRequest(f"{text} is a day: write the slot's end, such as 2026-01-05T10:05")
    if name is not None:
        _known(look, name)
    found = explain(
        look.database, look.configuration, slot_end_ms, look.now.wall_ms, name, runs_now=_runs(look)
    )  # fmt: skip
    return explanation_to_json(found, look.configuration)


def orders(look: StationLook) -> Any:
    store, state = _order_store(look), chosen(look, "state", OrderState)
    from_ms, until_ms = _bounds(look)
    if from_ms is None:
        from_ms = look.now.wall_ms - DAY_MS if until_ms is None and state is None else 0
    until_ms = FAR_FUTURE_MS if until_ms is None else until_ms + 1
    found = store.submitted(from_ms, until_ms, MOST_ROWS + 1, state=None if state is None else OrderState(state))
    return [order_listed(one, look.now.wall_ms) for one in _bounded(found)]


def order(look: StationLook) -> Any:
    store = _order_store(look)
    from gateway.orders.tries import order_tries

    found = store.find(look.query.get("id", ""))
    if found is None:
        raise NotThere("no transport order has this id")
    submission = store.submission(found) if look.may(Role.AUTHORITY) else None
    tries = order_tries(look.database, found.number)
    return order_shown(found, store.images(found), tries, submission, look.now.wall_ms)


def _order_store(look: StationLook) -> OrderStore:
    from gateway.orders.opening import open_order_store

    if look.configuration.orders is None:
        raise NotThere("no transport orders are taken here")
    return open_order_store(look.configuration.orders, look.database)


def limits(look: StationLook) -> Any:
    day = _day(look)
    found = (
        limits_at(look.configuration, look.database, look.now.wall_ms)
        if day is None
        else limits_on(look.configuration, look.database, day)
    )
    return limits_to_json(found, every=is_asked(look, "all"))


def gaps(look: StationLook) -> Any:
    span = _span(look, None)
    return [gap_to_json(gap, span, look.configuration.station.timezone) for gap in _bounded(span.gaps)]


def continuity(look: StationLook) -> Any:
    return continuity_to_json(_span(look, 90), look.configuration.station.timezone)


_DESTINATION = ApiParameter("destination", "Its name in the configuration.", is_in_path=True)
_CAMERA = ApiParameter("camera", "Its name in the configuration.", is_in_path=True)
_YES_OR_NO = ("true", "false")

QUESTIONS: tuple[ApiQuestion, ...] = (
    ApiQuestion("/status", "status", "The station at a glance.", status),
    ApiQuestion("/check", "status --check", "Whether a person is needed, and why.", check),
    ApiQuestion("/clock", "clock", "What is thought of the clock, and who says so.", clock),
    ApiQuestion(
        "/events",
        "events",
        "What was noticed and lasted at some time of it, oldest first; by default of seven days.",
        events,
        (FROM, TO, ApiParameter("kind", "A topic or a kind.", choices=NOTICED_KINDS)),
    ),
    ApiQuestion(
        "/deliveries/{destination}",
        "deliveries DESTINATION",
        "What became of each file; by default of 24 hours, with late or state of everything that is kept. The totals"
        " are over all that match, listed are the newest.",
        deliveries_of,
        (
            _DESTINATION,
            FROM,
            TO,
            ApiParameter("late", "Only what is late.", choices=_YES_OR_NO),
            ApiParameter("state", "Only what is in this state.", choices=tuple(DeliveryState)),
            ApiParameter("limit", f"The newest so many, {MOST_ROWS} at most."),
        ),
    ),
    ApiQuestion(
        "/destinations/{destination}",
        "status DESTINATION",
        "One destination, closely.",
        destination_of,
        (_DESTINATION,),
    ),
    ApiQuestion(
        "/slots/{slot}",
        "explain SLOT",
        "One slot from its readings to the servers' answers.",
        slot,
        (
            ApiParameter("slot", "Its end, the time in the file's name: 2026-01-05T10:05.", is_in_path=True),
            ApiParameter("destination", "Only this one's files."),
        ),
    ),
    ApiQuestion(
        "/limits",
        "limits",
        "What each parameter is held against.",
        limits,
        (
            ApiParameter("on", "A day, 2026-01-01; without it: now."),
            ApiParameter("all", "Those of other days, too.", choices=_YES_OR_NO),
        ),
    ),
    ApiQuestion(
        "/orders",
        "orders list",
        "What became of each transport order, newest first; by default of 24 hours, with state of everything.",
        orders,
        (FROM, TO, ApiParameter("state", "Only what is in this state.", choices=tuple(OrderState))),
        appears=lambda configuration: configuration.orders is not None,
    ),
    ApiQuestion(
        "/order",
        "orders show ID",
        "One transport order with every try; what was submitted only for authority and operator.",
        order,
        (ApiParameter("id", "The order's own."),),
        appears=lambda configuration: configuration.orders is not None,
    ),
    ApiQuestion(
        "/journal",
        "journal show",
        "The journal's entries, oldest first; by default of seven days, of a kind ever.",
        journal,
        (FROM, TO, ApiParameter("kind", "Only entries of this kind.", choices=tuple(EntryKind))),
        Role.AUTHORITY,
    ),
    ApiQuestion(
        "/ports",
        "status",
        "Ports that are not as declared, and what closes them: ports of the status.",
        ports,
    ),
    ApiQuestion("/cameras", "cameras list", "How it stands with each camera.", cameras),
    ApiQuestion(
        "/cameras/{camera}/gaps",
        "cameras gaps CAMERA",
        "Each time of which there is no video, and why; by default of today.",
        gaps,
        (_CAMERA, FROM, TO),
        appears=lambda configuration: configuration.cameras is not None,
    ),
    ApiQuestion(
        "/cameras/{camera}/continuity",
        "cameras continuity CAMERA",
        "How much there is of each day; by default of 90 days.",
        continuity,
        (_CAMERA, FROM, TO),
        appears=lambda configuration: configuration.cameras is not None,
    ),
)


def _runs(look: StationLook) -> bool:
    return lock.is_held(look.configuration.storage.path)


def _known(look: StationLook, name: str) -> str:
    names = [one.name for one in look.configuration.destinations]
    names += [gone for gone in OutboxStore(look.database).destinations() if gone not in names]
    if name not in names:
        raise NotThere(f"no destination is called {name}; there are: {', '.join(names)}")
    return name


def _bounds(look: StationLook) -> tuple[int | None, int | None]:
    """From when until when; `None`: no bound."""
    zone, first, last = look.configuration.station.zone, look.query.get("from"), look.query.get("to")
    try:
        from_ms = None if first is None else first_ms(first, zone)
        until_ms = None if last is None else last_ms(last, zone)
    except ValueError as fault:
        raise BadRequest(str(fault)) from None
    if from_ms is not None and until_ms is not None and from_ms > until_ms:
        raise BadRequest(f"from={first} lies behind to={last}")
    return from_ms, until_ms


def _day(look: StationLook) -> date | None:
    text = look.query.get("on")
    try:
        return None if text is None else parse_day(text)
    except FormError as fault:
        raise BadRequest(f"on={text} {fault.wrong}: {fault.right}") from None


def _span(look: StationLook, days: int | None) -> CameraSpan:
    """`days`: so many before its end without a begin; `None`: the whole day of its end."""
    zone, name, now_ms = look.configuration.station.zone, look.path["camera"], look.now.wall_ms
    first, last = look.query.get("from"), look.query.get("to")
    try:
        to_ms = now_ms if last is None else end_ms(last, zone)
        from_ms = day_begins_ms(local_time(to_ms - 1, zone).date(), zone) if first is None else first_ms(first, zone)
    except ValueError as fault:
        raise BadRequest(str(fault)) from None
    if first is None and days is not None:
        from_ms = to_ms - days * DAY_MS
    if from_ms >= to_ms:
        raise BadRequest("from lies behind to, or has not come yet")
    configured = [] if look.configuration.cameras is None else [one.name for one in look.configuration.cameras.list]
    with look.cameras() as database:
        names = list(dict.fromkeys((*configured, *known_cameras(database))))
        if name not in names:
            raise NotThere(f"no camera is called {name}; there are: {', '.join(names)}")
        return camera_span(database, name, from_ms, to_ms, now_ms)


def _bounded(rows: Iterable[One]) -> list[One]:
    found = list(islice(rows, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise BadRequest(f"there are more than {MOST_ROWS}: ask for a shorter time")
    return found
