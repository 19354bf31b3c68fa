"""How soon an uplink that waits lets go when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from gateway.core.errors import DeliveryDeferred
from gateway.core.interfaces import Parcel, Uplink


def called_off(uplink: Uplink, parcels: Sequence[Parcel]) -> float:
    """Seconds from the abort, given while a delivery waits, to its end."""
    ended: list[float] = []

    def deliver() -> None:
        with pytest.raises(DeliveryDeferred, match="interrupted"):
            list(uplink.deliver(parcels))
        ended.append(time.monotonic())

    thread = threading.Thread(target=deliver)
    thread.start()
    time.sleep(0.25)
    assert thread.is_alive(), "the delivery did not wait"
    start = time.monotonic()
    uplink.abort()
    thread.join(10)
    assert ended, "the delivery did not end"
    return ended[0] - start
