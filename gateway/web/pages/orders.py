"""Orders: the transport orders of a day, what became of each, and one of them closely; one that was set aside is
released here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gateway.audit import runs
from gateway.config import Configuration
from gateway.core.act import PageActKind, ReleaseOrder
from gateway.core.lateness import DelayCause
from gateway.core.order_codes import code_meaning
from gateway.core.phrase import Phrase
from gateway.core.role import Role
from gateway.core.transport_order import OrderState, TransportOrder
from gateway.db.board import components
from gateway.reports import period as periods
from gateway.reports.orders.cause import cause_group
from gateway.reports.orders.status import orders_status
from gateway.reports.orders.sums import order_sums
from gateway.runtime import lock
from gateway.web.asking import ask, asked_lately
from gateway.web.room import ActForm, BadRequest, FilledForm, NotThere, Page, Redirect, Room, StationLook

if TYPE_CHECKING:
    from gateway.orders.store import OrderStore

MOST_ROWS = 100
"""Of orders on one page."""
MOST_SET_ASIDE = 20
SHOWN = ("all", "waiting", "late", "set_aside", "accepted")
"""Which of the day's orders are listed."""
BADGES = {OrderState.ACCEPTED: "good", OrderState.WAITING: "none", OrderState.SET_ASIDE: "bad"}
_LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """`latency_ms`: from submitted to accepted, or so far. `cause`: why it is late, `None`: it is not, or nobody knows;
    `cause_group`: that of its word. `meaning`: of the code with which it was set aside."""

    order: TransportOrder
    latency_ms: int
    is_late: bool
    cause: str | None
    cause_group: str
    meaning: Phrase | None

    @property
    def badge(self) -> str:
        return "odd" if self.is_late and self.order.state is not OrderState.SET_ASIDE else BADGES[self.order.state]


def orders(look: StationLook) -> Page:
    store, now_ms = _store(look), look.now.wall_ms
    from gateway.orders.fates import order_fates

    today = look.local(now_ms).date()
    day = _asked_day(look, today)
    zone = look.configuration.station.timezone
    period = periods.between(f"{day}", f"{day}", zone)
    from_ms, until_ms = period.from_ms, period.until_ms + 1
    shown, number = _asked_shown(look), _asked_page(look)
    state = OrderState(shown) if shown in list(OrderState) else None
    late_at_ms = now_ms if shown == "late" else None
    found = store.submitted(from_ms, until_ms, MOST_ROWS + 1, (number - 1) * MOST_ROWS, state, late_at_ms)
    board = components(look.database)
    return Page(
        "orders.html",
        {
            "standing": orders_status(look.configuration, look.database, board, now_ms),
            "day": day,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1) if day < today else None,
            "sums": order_sums(order_fates(look.database, from_ms, until_ms), now_ms),
            "rows": _shown(look, found[:MOST_ROWS]),
            "choices": SHOWN,
            "shown": shown,
            "number": number,
            "has_more": len(found) > MOST_ROWS,
            "set_aside": _shown(look, store.set_aside(MOST_SET_ASIDE)),
            "cause_group": cause_group,
        },
        f"{look.wording.texts('page.orders.title')} – {look.wording.date(day)}",
    )


def order(look: StationLook) -> Page:
    """One of them: how it came, what was sent, each try at it, what the authority answered."""
    store = _store(look)
    from gateway.orders.tries import order_tries

    found = store.find(look.query.get("id", ""))
    if found is None:
        raise NotThere(look.wording.texts("page.orders.no_order"))
    [shown] = _shown(look, [found])
    submission = store.submission(found) if look.may(Role.AUTHORITY) else None
    return Page(
        "order.html",
        {
            "one": shown,
            "order": found,
            "day": look.local(found.submitted_ms).date(),
            "images": store.images(found),
            "tries": [(one, _meaning(one.code)) for one in order_tries(look.database, found.number)],
            "submission": None if submission is None else submission.decode("utf-8", "replace"),
            "asked": asked_lately(look, [PageActKind.RELEASE]),
            "may_act": look.may(Role.OPERATOR),
            "may_read": look.may(Role.AUTHORITY),
        },
        f"{look.wording.texts('page.orders.order')} {found.order_id}",
    )


def release(look: StationLook, form: FilledForm) -> Redirect:
    """Have the daemon send it again: the same bytes."""
    found = _store(look).find(form.text("id"))
    if found is None:
        raise NotThere(look.wording.texts("page.orders.no_order"))
    if found.state is not OrderState.SET_ASIDE:
        raise BadRequest(look.wording.texts("page.orders.not_set_aside"))
    back = f"/orders/order?{urlencode({'id': found.order_id})}"
    return ask(look, ReleaseOrder(found.order_id), form.reason, back)


def _shown(look: StationLook, found: Sequence[TransportOrder]) -> list[ShownOrder]:
    """Each with what is to be said of it."""
    now_ms = look.now.wall_ms
    open_late = [one for one in found if one.is_late(now_ms) and one.state is not OrderState.ACCEPTED]
    causes = _causes(look, open_late) if open_late else {}
    told = []
    for one in found:
        cause = one.late_cause or causes.get(one.number)
        latency_ms = (now_ms if one.accepted_ms is None else one.accepted_ms) - one.submitted_ms
        told.append(ShownOrder(one, latency_ms, one.is_late(now_ms), cause, cause_group(cause), _meaning(one.code)))
    return told


def _causes(look: StationLook, late: Sequence[TransportOrder]) -> dict[int, str]:
    """What keeps those from the authority that are late so far, by their numbers."""
    from gateway.orders.outcomes import current_delay

    now_ms, destination = look.now.wall_ms, look.configuration.order_destination
    if destination is None:
        return {}
    runs_now = lock.is_held(look.configuration.storage.path)
    downtimes = runs.downtimes(look.database, min(one.submitted_ms for one in late), now_ms, runs_now=runs_now)
    found: dict[int, DelayCause | None] = {
        one.number: current_delay(look.database, destination.name, one, downtimes, now_ms) for one in late
    }
    return {number: cause.value for number, cause in found.items() if cause is not None}


def _meaning(code: int | None) -> Phrase | None:
    return None if code is None else code_meaning(code)


def _store(look: StationLook) -> OrderStore:
    from gateway.orders.opening import open_order_store

    if look.configuration.orders is None:
        raise NotThere(look.wording.texts("page.orders.no_order"))
    return open_order_store(look.configuration.orders, look.database)


def _asked_day(look: StationLook, today: date) -> date:
    asked = look.query.get("day")
    try:
        return today if asked is None else date.fromisoformat(asked)
    except ValueError:
        raise BadRequest(look.wording.texts("page.deliveries.no_day", day=asked or "")) from None


def _asked_shown(look: StationLook) -> str:
    asked = look.query.get("show", "all")
    if asked not in SHOWN:
        raise BadRequest(look.wording.texts("page.orders.no_choice"))
    return asked


def _asked_page(look: StationLook) -> int:
    asked = look.query.get("page", "1")
    if not (asked.isascii() and asked.isdecimal() and 1 <= int(asked[:6]) <= _LARGEST_PAGE):
        raise BadRequest(look.wording.texts("page.orders.no_choice"))
    return int(asked[:6])


def _appears(configuration: Configuration) -> bool:
    return configuration.orders is not None


ROOM = Room("orders", "/orders", orders, _appears, acts={"release": ActForm(Role.OPERATOR, release)})
ORDER = Room("orders", "/orders/order", order, _appears, in_menu=False)
