"""What is wrong with a transport order that somebody submits, and what follows for whoever submitted it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase, in_a_row


@dataclass(frozen=True, slots=True)
class OrderFault:
    """`path`: a JSON pointer to the member that is wrong or missing; empty: the order as a whole."""

    path: str
    why: Phrase

    @property
    def words(self) -> Phrase:
        return Phrase("{path}: {why}", path=self.path, why=self.why) if self.path else self.why


class OrderNotTaken(GatewayError):
    """Nothing of the order was kept."""


class OrderInvalid(OrderNotTaken):
    """It has to be put right before it is submitted again. `faults`: at least one."""

    def __init__(self, faults: Sequence[OrderFault]) -> None:
        super().__init__(in_a_row([one.words for one in faults], "; "))
        self.faults = tuple(faults)


class OrderDiffers(OrderNotTaken):
    """Another order was taken under its id."""


class OrderNotNow(OrderNotTaken):
    """Nothing is wrong with it: the same may be taken later."""
