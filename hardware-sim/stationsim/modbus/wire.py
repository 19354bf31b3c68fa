"""Between an answer computed and bytes written: what really goes out, and when.

The one place where faults of the wire act (an answer that never comes, and whatever else a bad line does). Pure: a
frame and the faults of the moment → a plan of what to send.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from stationsim.faults import Fault, FaultKind


@dataclass(frozen=True, slots=True)
class Sending:
    delay_s: float
    content: bytes


def sendings(frame: bytes, faults: Iterable[Fault], *, wire_time_s: float = 0.0) -> tuple[Sending, ...]:
    """In the order of sending; empty when nothing goes out."""
    if any(fault.kind is FaultKind.SILENT for fault in faults):
        return ()
    return (Sending(wire_time_s, frame),)
