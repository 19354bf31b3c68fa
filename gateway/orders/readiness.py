"""Whether orders could be taken and signed now: what `gateway check` says of the files that the section `orders` names.

A file that is not there is warned of elsewhere, and may come still; what is there and cannot be used never will be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.config import Configuration
from gateway.config.orders.orders import OrdersSettings
from gateway.config.orders.signing import SignerSettings
from gateway.config.sizes import show_size
from gateway.core.errors import GatewayError
from gateway.core.instants import DAY_MS, local_time
from gateway.core.phrase import Phrase
from gateway.orders.order_schema import OrderSchema
from gateway.orders.signing import OrderSigners
from gateway.orders.smaller_image import can_be_made_smaller

WARN_FOR_MS = 30 * DAY_MS


@dataclass(frozen=True, slots=True)
class OrderObstacle:
    """`place`: in the configuration. `is_fault`: no order is taken as it is; otherwise it may come to that."""

    place: str
    wrong: Phrase
    right: Phrase
    is_fault: bool


def obstacles(configuration: Configuration, now_ms: int) -> Iterator[OrderObstacle]:
    """Tokens are logged in to, once each."""
    orders, destination = configuration.orders, configuration.order_destination
    if orders is None:
        return
    yield from _of_schema(orders)
    for index, signer in enumerate(orders.sign):
        yield from _of_signer(f"orders.sign[{index}]", signer, now_ms, configuration.station.timezone)
    if destination is not None and not can_be_made_smaller():
        yield OrderObstacle(
            f"destinations.{destination.name}.orders.image",
            Phrase(
                "orders with a photo over {size} are refused: OpenCV, which makes it smaller, is not installed",
                size=show_size(destination.order_profile.image),
            ),
            Phrase("pip install 'station-gateway[images]'"),
            is_fault=False,
        )


def _of_schema(orders: OrdersSettings) -> Iterator[OrderObstacle]:
    try:
        OrderSchema(orders.structure)
    except GatewayError as error:
        is_there = orders.structure is not None and orders.structure.exists()
        yield OrderObstacle(
            "orders.schema",
            Phrase("cannot be used: {error}", error=error.words),
            Phrase("put a JSON Schema there, or write default"),
            is_fault=is_there,
        )


def _of_signer(place: str, signer: SignerSettings, now_ms: int, zone: str) -> Iterator[OrderObstacle]:
    files = [one.place for one in (signer.key, signer.pin, signer.certificate) if one is not None]
    if any(file is not None and not file.exists() for file in files):
        return
    signers = OrderSigners([signer])
    (seen,) = signers.seen()
    signers.close()
    if seen.trouble is not None or seen.from_ms is None or seen.until_ms is None:
        in_token = signer.pkcs11 is not None
        right = (
            Phrase("put the token in, and look at pkcs11 and pin") if in_token else Phrase("put the right files there")
        )
        yield OrderObstacle(place, Phrase("{why}", why=seen.trouble), right, is_fault=not in_token)
        return
    at = f"{place}.certificate"
    ask = Phrase("ask whoever issued it for the next one, and register it at the authority")
    if now_ms > seen.until_ms:
        wrong = Phrase(
            "the certificate of {role} ended on {at:%Y-%m-%d}",
            role=signer.role,
            at=local_time(seen.until_ms, zone),
        )
        yield OrderObstacle(at, wrong, ask, is_fault=True)
    elif seen.until_ms - now_ms <= WARN_FOR_MS:
        wrong = Phrase(
            "the certificate of {role} ends on {at:%Y-%m-%d}",
            role=signer.role,
            at=local_time(seen.until_ms, zone),
        )
        yield OrderObstacle(at, wrong, ask, is_fault=False)
    if now_ms < seen.from_ms:
        wrong = Phrase(
            "the certificate of {role} is valid from {at:%Y-%m-%d %H:%M} on, and not yet",
            role=signer.role,
            at=local_time(seen.from_ms, zone),
        )
        yield OrderObstacle(at, wrong, Phrase("is the clock right? else wait"), is_fault=True)
