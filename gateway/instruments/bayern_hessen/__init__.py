"""The Bayern-Hessen (Gesytec) protocol of ambient air analysers.

telegram    question → bytes, received bytes → measurements with their status bytes, or not
instrument  the answer → readings
protocol    what the protocol says of itself: driver, questions
"""

from gateway.instruments.bayern_hessen.protocol import BAYERN_HESSEN

__all__ = ["BAYERN_HESSEN"]
