"""From the configuration to what takes orders in. Only the signers' files are read later, when an order is signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.config import Configuration
from gateway.config.orders.orders import OrdersSettings
from gateway.config.orders.profile import OrdersProfile
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock, Instant
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.orders.kept_documents import KeptDocuments
from gateway.orders.store import OrderStore

if TYPE_CHECKING:
    from gateway.orders.intake import OrderIntake

_ENVELOPE = 2_000
"""Bytes around an order in a request, at the most."""


def open_order_store(orders: OrdersSettings, database: Database) -> OrderStore:
    return OrderStore(database, KeptDocuments(orders.spool))


def open_intake(
    configuration: Configuration, store: OrderStore, clock: Clock, is_trusted: Callable[[Instant], bool]
) -> OrderIntake:
    """
    Raises:
        GatewayError: no orders are taken here, or a library is not installed.
    """
    orders, destination = configuration.orders, configuration.order_destination
    if orders is None:
        raise GatewayError(Phrase("no transport orders are taken here: there is no section orders"))
    try:
        from gateway.orders.intake import OrderIntake, OrderLimits
        from gateway.orders.signing import OrderSigners
    except ModuleNotFoundError as error:
        raise library_missing(error) from error
    profile = OrdersProfile() if destination is None else destination.order_profile
    limits = OrderLimits(profile.image, profile.batch - _ENVELOPE)
    return OrderIntake(store, orders.structure, OrderSigners(orders.sign), limits, clock, is_trusted)


def library_missing(error: ModuleNotFoundError) -> GatewayError:
    """What is said where a library of the extra `orders` is not there."""
    return GatewayError(
        Phrase(
            "transport orders need the package {name}, which is not installed: pip install 'station-gateway[orders]'",
            name=error.name,
        )
    )
