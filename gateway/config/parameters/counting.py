"""`counter`: what the numbers of a summed parameter are. No number says of itself if it is an amount or a total."""

from __future__ import annotations

from enum import StrEnum

from gateway.config.file.form_error import FormError
from gateway.core.averaging import Averaging
from gateway.core.phrase import Phrase


class Counter(StrEnum):
    """How a device counts."""

    TOTAL = "total"
    """The number goes on growing; what it grew by is the amount. It may be read as often as one likes."""
    SINCE_READ = "since_read"
    """Each read empties it: every number is the amount since the read before, and one that is lost is lost."""


_CHOICES = Phrase(
    "write counter: total if the number goes on growing (its growth is summed; a reset or a "
    "wrap adds nothing that did not fall), or counter: since_read if each read empties it "
    "(its readings are summed)"
)
_OTHERWISE = Phrase("or average: mean, max or last if it is no amount")


def refuse_unsaid(counter: Counter | None, averaging: Averaging, symbol: str) -> None:
    """Raises FormError: a sum without a word on what is summed, or a word on it where nothing is summed."""
    if averaging is Averaging.SUM and counter is None:
        raise FormError(
            Phrase(
                "is missing: {symbol} is summed, and a running total that is summed as it is gives many "
                "times what fell",
                symbol=symbol,
            ),
            Phrase("{choices}; {otherwise}", choices=_CHOICES, otherwise=_OTHERWISE),
        )
    if averaging is not Averaging.SUM and counter is not None:
        raise FormError(
            Phrase(
                "never takes effect: of the readings of {symbol} is made the {words}, not a sum",
                symbol=symbol,
                words=_WORDS[averaging],
            ),
            Phrase("add average: sum if it counts amounts, or remove counter"),
        )


_WORDS = {
    Averaging.MEAN: "mean",
    Averaging.VECTOR: "mean direction",
    Averaging.MAX: "maximum",
    Averaging.LAST: "last value",
}
