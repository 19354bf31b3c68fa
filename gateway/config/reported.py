"""A parameter whose value a device reports as text."""

from __future__ import annotations

from gateway.config.quantity import Exact, Quantity


class Reported(Quantity):
    """The number as reported is scaled; a number of `invalid` is the device's way of saying that it has none."""

    invalid: tuple[Exact, ...] = ()
