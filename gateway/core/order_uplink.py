"""The seam of transport orders: what their courier may ask of a way to an authority, and what that promises. Pure
declarations, as in `gateway.core.interfaces`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OrderParcel:
    """A signed transport order on its way: `document` is what was signed, and not a byte of it changes any more.

    `id` is the submitter's; by it the far end tells its results, and knows an order that it is sent once more.
    """

    id: str
    document: bytes


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The authority has taken the order. `answer`: its result of this order, as one line."""

    parcel: OrderParcel
    answer: str


@dataclass(frozen=True, slots=True)
class OrderRefused:
    """The authority will never take this order as it is: a person is needed. `code`: an HTTP or a system code, see
    `gateway.core.order_codes`."""

    parcel: OrderParcel
    code: int
    answer: str


@dataclass(frozen=True, slots=True)
class OrderPutOff:
    """The authority says of this one order that it cannot take it now: the same is worth repeating after a pause."""

    parcel: OrderParcel
    code: int
    answer: str


class OrderUplink(Protocol):
    """A way to one destination of transport orders. Connects and logs in when first needed, keeps both until `close`.

    It never sleeps and never retries, but that it logs in once more where its token is not taken any longer.
    Submitting an order again is harmless: the authority knows it by its id. Every call has a hard time-out.
    """

    def submit(self, parcels: Sequence[OrderParcel]) -> Iterator[OrderAccepted | OrderRefused | OrderPutOff]:
        """Send the orders in one request; the caller keeps it below what the authority takes in one (`batch`).

        Yields an outcome for each order of which the answer tells one, at most one per parcel. An order of which
        nothing was yielded is undecided: it may be there or not, and is to be submitted again.

        Raises (before the first outcome):
            OrdersRefused: the request was refused as a whole, and nothing is told of its single orders.
            DeliveryDeferred: the connection failed, the server cannot take orders now, or its answer says nothing.
            DestinationRejected: the server does not know us, or is not the server we know.
        """

    def size_of(self, parcel: OrderParcel) -> int:
        """Bytes that the order takes in a request."""

    def abort(self) -> None:
        """Callable from another thread: breaks the connection so that a blocked `submit` fails soon."""

    def close(self) -> None:
        """Release the connection and forget the token. Never raises; usable again afterwards."""
