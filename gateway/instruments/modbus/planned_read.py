"""A request, and what becomes of its answer: which of the wanted values it brings, and how. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.core.scaling_columns import ScaleAll, scale_all
from gateway.instruments.decode import AnswerDecoder, answer_decoder
from gateway.instruments.modbus.wanted import WantedCalculation, WantedValue
from gateway.instruments.register_plan import Request

Wanted = WantedValue | WantedCalculation


@dataclass(frozen=True, slots=True)
class PlannedRead:
    """A request with what its answer holds: the numbers' positions among the wanted, and what becomes of each."""

    request: Request
    decode: AnswerDecoder
    positions: tuple[int, ...]
    scale: ScaleAll
    retries: int


def prepare(
    wanted: Sequence[WantedValue | WantedCalculation], requests: Iterable[Request], retries: int
) -> tuple[PlannedRead, ...]:
    """`retries`: how often it may be asked again; never what a read empties."""
    return tuple(_read(wanted, request, retries) for request in requests)


def _read(wanted: Sequence[Wanted], request: Request, retries: int) -> PlannedRead:
    spans = set(request.spans)
    told = [(position, one) for position, one in enumerate(wanted) if one.span in spans]
    return PlannedRead(
        request,
        answer_decoder([one.field(request.address) for _, one in told], request.count),
        tuple(position for position, _ in told),
        scale_all([one.scale for _, one in told], [one.content for _, one in told]),
        0 if any(one.is_emptied for _, one in told) else retries,
    )
