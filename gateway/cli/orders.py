"""`gateway orders`: transport orders, submitted by hand, looked at, and sent again once what was wrong is put right."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.order_registration import register
from gateway.cli.order_storage import image_beside, is_clock_trusted, order_store
from gateway.cli.order_trial import trial
from gateway.cli.orders_shown import detail_lines, list_line
from gateway.cli.output import print_json, say
from gateway.cli.slots import From, To, bounds
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.transport_order import TransportOrder
    from gateway.orders.intake import OrderIntake
    from gateway.orders.store import OrderStore

orders = typer.Typer(help="Transport orders: register, try, submit, look, release.", no_args_is_help=True)
orders.command("register")(register)
orders.command("trial")(trial)
_LISTED = 200

Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", help="Orders in JSON; their images lie beside them.", show_default=False),
]
OrderId = Annotated[str, typer.Argument(metavar="ID", help="The order's own.", show_default=False)]


@orders.command("submit")
def submit(files: Files, config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """Check and sign them, and keep them to be sent: what is said to be taken is on the card. The same order twice is
    one. Exit code 1 if one was not taken."""
    from gateway.orders.opening import open_intake
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    told = []
    with closing(open_storage(configuration, to_change=True)) as database:
        store, clock = order_store(configuration, database), SystemClock()
        trusted = is_clock_trusted(configuration, database)
        intake = open_intake(configuration, store, clock, lambda now: trusted)
        for file in files:
            told.append(_submitted(file, intake, configuration, as_json=as_json))
        intake.close()
    if as_json:
        print_json(told)
    if any(one["error"] is not None for one in told):
        raise typer.Exit(1)


@orders.command("list")
def list_orders(
    first: From = None,
    last: To = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only what waits, or is set aside.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What was submitted, newest first: how far each order is, whether it is late, and why it was set aside."""
    from gateway.core.instants import FAR_FUTURE_MS
    from gateway.core.transport_order import OrderState
    from gateway.reports.orders.to_json import listed
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    from_ms, until_ms = bounds(configuration, first, last)
    now_ms = SystemClock().now().wall_ms
    with closing(open_storage(configuration)) as database:
        store = order_store(configuration, database)
        most = _LISTED if from_ms is None and until_ms is None and not as_json else -1
        found = store.submitted(from_ms or 0, FAR_FUTURE_MS if until_ms is None else until_ms, most)
    if waiting:
        found = [one for one in found if one.state is not OrderState.ACCEPTED]
    if as_json:
        print_json([listed(one, now_ms) for one in found])
        return
    for one in found:
        say(list_line(one, now_ms, configuration.station.timezone))
    if not found:
        say(Phrase("no orders"))


@orders.command("show")
def show(order_id: OrderId, config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """All that is known of one order: how it came, its images, each try, what the authority answered."""
    from gateway.orders.tries import order_tries
    from gateway.reports.orders.to_json import shown
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    now_ms = SystemClock().now().wall_ms
    with closing(open_storage(configuration)) as database:
        store = order_store(configuration, database)
        order = _found(store, order_id)
        tries, images, submission = order_tries(database, order.number), store.images(order), store.submission(order)
    if as_json:
        print_json(shown(order, images, tries, submission, now_ms))
        return
    for line in detail_lines(order, images, tries, now_ms, configuration.station.timezone):
        say(line)


@orders.command("release")
def release(
    order_id: OrderId,
    reason: Annotated[str, typer.Option("--reason", help="Why: kept for ever.")] = "",
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Send an order again that was set aside, once the authority or you have put right what was wrong: the same bytes
    under the same signatures. Exit code 1 if it is not set aside."""
    from gateway.orders.release import release_order
    from gateway.reports.orders.to_json import listed
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    with closing(open_storage(configuration, to_change=True)) as database:
        store = order_store(configuration, database)
        order = _found(store, order_id)
        now_ms = SystemClock().now().wall_ms
        destination = None if configuration.order_destination is None else configuration.order_destination.name
        if not release_order(database, store, order, destination, user_name(), now_ms, reason.strip()):
            raise GatewayError(Phrase("{id} is not set aside: nothing was changed", id=order_id))
        order = _found(store, order_id)
    if as_json:
        print_json(listed(order, now_ms))
    else:
        say(Phrase("{id} waits to be sent again", id=order_id))


def _submitted(file: Path, intake: OrderIntake, configuration: Configuration, *, as_json: bool) -> dict[str, Any]:
    from gateway.core.order_faults import OrderDiffers, OrderInvalid, OrderNotTaken
    from gateway.core.transport_order import OrderWay

    told: dict[str, Any] = {"file": str(file), "id": None, "state": None, "new": False, "error": None, "faults": []}
    try:
        try:
            submission = file.read_bytes()
        except OSError as error:
            raise OrderNotTaken(Phrase("cannot be read: {error}", error=error.strerror)) from None
        try:
            taken = intake.submit(submission, image_beside(file), OrderWay.COMMAND, user_name())
        except (OrderInvalid, OrderDiffers) as refusal:
            intake.refused(submission, refusal, OrderWay.COMMAND, user_name())
            raise
    except OrderNotTaken as error:
        faults = error.faults if isinstance(error, OrderInvalid) else ()
        told |= {"error": error.words, "faults": [{"path": one.path, "reason": one.why} for one in faults]}
        if not as_json:
            lines: list[str] = [one.words for one in faults]
            for words in lines or [error.words]:
                say(Phrase("{file}: {words}", file=file, words=words), err=True)
        return told
    if not as_json:
        said = Phrase("{file}: {id} was taken", file=file, id=taken.order.order_id)
        again = Phrase("{file}: {id} was taken before", file=file, id=taken.order.order_id)
        say(said if taken.is_new else again)
    return told | {"id": taken.order.order_id, "state": taken.order.state.value, "new": taken.is_new}


def _found(store: OrderStore, order_id: str) -> TransportOrder:
    order = store.find(order_id)
    if order is None:
        raise GatewayError(Phrase("no order {id} was taken: gateway orders list", id=order_id))
    return order
