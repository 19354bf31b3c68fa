"""Who takes transport orders in and who carries them; nobody, and nothing of it is loaded, where there are none."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from gateway.app import settings
from gateway.audit import runs
from gateway.audit.certificates import CertificateWatch
from gateway.audit.events import EventStore
from gateway.config import Configuration, Destination
from gateway.core.interfaces import Clock, ClockTrust, StateBoard, Worker
from gateway.core.lateness import Downtime
from gateway.db import Database
from gateway.outbox.in_flight import InFlight
from gateway.runtime.clerk import Stage

if TYPE_CHECKING:
    from gateway.orders.store import OrderStore


def order_workers(
    configuration: Configuration,
    database: Database,
    board: StateBoard,
    clock: Clock,
    trust: ClockTrust,
    wake: Callable[..., None],
    in_flight: InFlight | None = None,
) -> list[Worker]:
    """`in_flight`: the run's, of orders alone.

    Raises:
        GatewayError: a library that it needs is not installed.
    """
    orders, destination = configuration.orders, configuration.order_destination
    if orders is None:
        return []
    from gateway.orders.known_signers import keep_signers
    from gateway.orders.opening import open_intake, open_order_store
    from gateway.orders.spool_folder import SpoolFolder
    from gateway.orders.spool_worker import OrderSpool

    store = open_order_store(orders, database)
    intake = open_intake(configuration, store, clock, trust.is_trusted)
    carried = (
        []
        if destination is None
        else [_courier(configuration, destination, store, database, board, clock, trust, in_flight)]
    )
    names = [one.name for one in carried]

    def wake_couriers() -> None:
        for name in names:
            wake(name)

    spool = OrderSpool(
        SpoolFolder(orders.spool),
        intake,
        store,
        orders.keep,
        clock,
        trust.is_trusted,
        wake_couriers,
        partial(keep_signers, database),
    )
    taking: list[Worker] = [spool]
    if orders.listen is not None and orders.token is not None:
        from gateway.orders.door import OrderDoor

        taking.append(OrderDoor(orders.listen, orders.token.reveal, intake, store, clock, wake_couriers))
    return [*taking, *carried]


def late_order_watch(configuration: Configuration, database: Database) -> list[Stage]:
    """Who notices that orders are late; nobody where there are none, or nobody gets them."""
    destination = configuration.order_destination
    if configuration.orders is None or destination is None:
        return []
    from gateway.audit.late_orders import LateOrderWatch

    return [LateOrderWatch(database, EventStore(database), destination.name)]


def _courier(
    configuration: Configuration,
    destination: Destination,
    store: OrderStore,
    database: Database,
    board: StateBoard,
    clock: Clock,
    trust: ClockTrust,
    in_flight: InFlight | None,
) -> Worker:
    from gateway.orders.courier import OrderCourier
    from gateway.orders.outcomes import OrderOutcomes
    from gateway.outbox.login_breaker import LoginBreaker, open_until_s
    from gateway.outbox.outages import rejected_ms
    from gateway.uplinks.context import UplinkContext
    from gateway.uplinks.registry import open_order_uplink

    def downtimes(from_ms: int, until_ms: int) -> Sequence[Downtime]:
        return runs.downtimes(database, from_ms, until_ms, runs_now=True)

    client = destination.client
    ours = None if client is None else client.certificate.place
    watch = CertificateWatch(destination.name, board, clock, is_pinned=destination.certificate is not None, ours=ours)
    changed_ms = settings.changed_ms(configuration.file, destination)
    until_s = open_until_s(rejected_ms(database, destination.name), changed_ms, clock.now())
    return OrderCourier(
        destination.name,
        open_order_uplink(destination, UplinkContext(configuration.station.code, "live", False, watch.seen_until)),
        destination.order_profile.batch,
        store,
        OrderOutcomes(database, store, downtimes),
        LoginBreaker(until_s, destination=destination.name),
        board,
        clock,
        trust,
        random.random,
        in_flight,
    )
