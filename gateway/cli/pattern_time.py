"""How long an instrument's expression may take at the worst, on this machine now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config import Instrument
    from gateway.core.interfaces import Clock


def worst_ms(instrument: Instrument, clock: Clock) -> float | None:
    """Milliseconds for the worst line that the device could send; `None` where nobody wrote an expression."""
    from gateway.instruments.registry import protocol_of

    longest_s: float | None = None
    began_s = clock.now().mono_s
    for _ in protocol_of(instrument).try_hostile_text(instrument):
        now_s = clock.now().mono_s
        longest_s, began_s = max(longest_s or 0.0, now_s - began_s), now_s
    return None if longest_s is None else round(longest_s * 1000, 2)
