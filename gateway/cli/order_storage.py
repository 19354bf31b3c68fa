"""What commands of transport orders look at: the orders that are kept, whether the clock is trusted, images beside an
order's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.db import Database
    from gateway.orders.store import OrderStore


def is_clock_trusted(configuration: Configuration, database: Database) -> bool:
    """As the daemon thinks of the clock, or thought when it ran last."""
    from gateway.core.instants import milliseconds
    from gateway.reports.clock import clock_report
    from gateway.runtime import lock
    from gateway.runtime.clock import SystemClock, boot_id

    running = lock.is_held(configuration.storage.path)
    most_ms = milliseconds(configuration.clock.max_offset)
    report = clock_report(database, boot_id(), SystemClock().now(), running=running, max_offset_ms=most_ms)
    return report.state.is_usable


def order_store(configuration: Configuration, database: Database) -> OrderStore:
    from gateway.orders.opening import open_order_store

    if configuration.orders is None:
        raise GatewayError(Phrase("no transport orders are taken here: there is no section orders"))
    return open_order_store(configuration.orders, database)


def image_beside(file: Path) -> Callable[[str], bytes]:
    """The images that an order names, from the folder that its file lies in."""

    def image(name: str) -> bytes:
        from gateway.orders.images import ImageAbsent

        try:
            return (file.parent / name).read_bytes()
        except FileNotFoundError:
            raise ImageAbsent(Phrase("{name} does not lie beside the order", name=name)) from None
        except OSError as error:
            raise ImageAbsent(Phrase("{name} cannot be read: {error}", name=name, error=error.strerror)) from None

    return image
