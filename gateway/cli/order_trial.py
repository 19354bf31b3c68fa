"""`gateway orders trial`: one order, really sent, and the whole exchange with the authority's server shown."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.order_storage import image_beside, is_clock_trusted, order_store
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration, Destination
    from gateway.core.transport_order import TransportOrder
    from gateway.db import Database
    from gateway.orders.store import OrderStore
    from gateway.orders.trial import TrialOutcome
    from gateway.uplinks.https.transport import SeenExchange

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The order in JSON; its images lie beside it.", show_default=False)
]


def trial(
    file: File,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """Send one order to the authority, as its trial before real sending wants it, and show log-in, request and answer,
    secrets and personal data masked. It is an order that counts. Exit code 1 if it was not accepted."""
    from gateway.runtime import lock

    configuration = load_configuration(config)
    destination = configuration.order_destination
    if configuration.orders is None or destination is None:
        raise GatewayError(Phrase("nobody would get the order: there is no destination of the road administration"))
    _announce(file, destination, asks=not yes)
    with (
        closing(open_storage(configuration, to_change=True)) as database,
        lock.hold(configuration.storage.path, lock.TRIAL_LOCK),
    ):
        store = order_store(configuration, database)
        order = _kept(file, configuration, database, store)
        found, exchange = _sent(order, destination, configuration, database, store)
        order = store.find(order.order_id) or order
    if as_json:
        print_json(_told(order, destination, found, exchange))
    else:
        _show(destination, exchange)
        say(*_outcome(order, found))
    if found.outcome.value != "accepted":
        raise typer.Exit(1)


def _announce(file: Path, destination: Destination, *, asks: bool) -> None:
    """
    Raises:
        GatewayError: it is not meant, or there is nobody to ask.
    """
    from gateway.cli.speech import said

    if asks and not sys.stdin.isatty():
        raise usage(
            Phrase(
                "the order would really be sent, and there is no terminal to ask at whether that is meant: if it is,"
                " add --yes"
            )
        )
    say(
        Phrase("{file} is really sent to {name}, {url}:", file=file, name=destination.name, url=destination.url),
        Phrase("the authority takes it as an order that holds, under your signature; it cannot be taken back here."),
        Phrase("It is kept as every order is, and nobody sends it a second time."),
        err=True,
    )
    try:
        is_meant = not asks or typer.confirm(said(Phrase("Send it?")), err=True)
    except typer.Abort:
        is_meant = False
    if not is_meant:
        raise GatewayError(Phrase("nothing was sent"))


def _kept(file: Path, configuration: Configuration, database: Database, store: OrderStore) -> TransportOrder:
    """On the card and set aside, so that the daemon does not carry it.

    Raises:
        GatewayError: it is not taken, or is on its way or accepted already.
    """
    from gateway.core.order_faults import OrderDiffers, OrderInvalid, OrderNotTaken
    from gateway.core.transport_order import OrderState, OrderWay
    from gateway.orders.opening import open_intake
    from gateway.orders.trial import KEPT_BACK
    from gateway.runtime.clock import SystemClock

    trusted = is_clock_trusted(configuration, database)
    intake = open_intake(configuration, store, SystemClock(), lambda now: trusted)
    try:
        submission = file.read_bytes()
    except OSError as error:
        raise GatewayError(Phrase("{name} cannot be read: {error}", name=file, error=error.strerror)) from None
    try:
        taken = intake.submit(submission, image_beside(file), OrderWay.COMMAND, user_name(), kept_back=KEPT_BACK)
    except OrderNotTaken as error:
        if isinstance(error, OrderInvalid | OrderDiffers):
            intake.refused(submission, error, OrderWay.COMMAND, user_name())
        raise GatewayError(Phrase("{file}: {words}", file=file, words=error.words)) from None
    finally:
        intake.close()
    order = taken.order
    if order.state is OrderState.WAITING:
        raise GatewayError(
            Phrase("{id} waits already, and the gateway sends it: nothing was sent by hand", id=order.order_id)
        )
    if order.state is OrderState.ACCEPTED:
        raise GatewayError(
            Phrase("{id} was accepted before, and is not sent again: try another order", id=order.order_id)
        )
    if not taken.is_new and order.reason == KEPT_BACK:
        say(
            Phrase(
                "An earlier trial of {id} did not end: whether it arrived is not known. The same bytes go once more,"
                " and by its id the authority takes it once.",
                id=order.order_id,
            ),
            err=True,
        )
    return order


def _sent(
    order: TransportOrder, destination: Destination, configuration: Configuration, database: Database, store: OrderStore
) -> tuple[TrialOutcome, list[dict[str, Any]]]:
    from gateway.orders.trial import try_order
    from gateway.runtime.clock import SystemClock
    from gateway.uplinks.context import UplinkContext
    from gateway.uplinks.registry import open_order_uplink

    seen: list[SeenExchange] = []
    context = UplinkContext(configuration.station.code, "live", False)
    uplink = open_order_uplink(destination, context, seen.append)
    try:
        found = try_order(order, uplink, store, database, destination.name, SystemClock(), user_name())
    finally:
        uplink.close()
    from gateway.uplinks.https.opening import road_profile
    from gateway.uplinks.https.shown_exchange import shown_exchanges

    return found, shown_exchanges(seen, road_profile(destination.order_profile))


def _show(destination: Destination, exchange: list[dict[str, Any]]) -> None:
    for one in exchange:
        request, answer = one["request"], one["answer"]
        say("", f"→ {request['method']} {request['path']}")
        say(*(f"  {name}: {value}" for name, value in request["headers"].items()))
        say(*_lines(request["body"]))
        if answer is None:
            say(Phrase("← no answer: {error}", error=one["error"]))
            continue
        say(f"← {answer['status']}", *_lines(answer["body"]))
    say("")


def _lines(body: Any) -> list[str]:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    return [f"  {line}" for line in text.splitlines()]


def _outcome(order: TransportOrder, found: TrialOutcome) -> list[Phrase]:
    from gateway.orders.tries import TryOutcome
    from gateway.reports.orders.to_json import meaning

    if found.outcome is TryOutcome.ACCEPTED:
        return [Phrase("{id} was accepted", id=order.order_id)]
    means = meaning(found.code)
    if means is None:
        wrong = Phrase("{id} was not accepted: {reason}", id=order.order_id, reason=found.answer)
    else:
        wrong = Phrase("{id} was not accepted: {code} {meaning}", id=order.order_id, code=found.code, meaning=means)
    return [
        wrong,
        Phrase(
            "It is set aside. Once that is put right: the same command again, or gateway orders release {id}",
            id=order.order_id,
        ),
    ]


def _told(
    order: TransportOrder, destination: Destination, found: TrialOutcome, exchange: list[dict[str, Any]]
) -> dict[str, Any]:
    from gateway.reports.orders.to_json import meaning

    return {
        "id": order.order_id,
        "destination": destination.name,
        "state": order.state.value,
        "outcome": found.outcome.value,
        "code": found.code,
        "meaning": meaning(found.code),
        "exchange": exchange,
    }
