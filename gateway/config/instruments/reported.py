"""A parameter whose value a device reports as text."""

from __future__ import annotations

from gateway.config.parameters.quantity import Quantity


class Reported(Quantity):
    """The number as reported is scaled."""
