"""The Bayern-Hessen (Gesytec) protocol of ambient air analysers.

telegram    question → bytes, received bytes → measurements with their status bytes, or not
instrument  the answer → readings
"""

from gateway.instruments.bayern_hessen.instrument import BayernHessenInstrument

__all__ = ["BayernHessenInstrument"]
