"""The AK protocol of exhaust and stack gas analysers.

telegram    question → bytes, received bytes → the answer to it, or not
state       the words of ASTZ and the error digit → status
instrument  the commands of a poll → readings
"""

from gateway.instruments.ak.instrument import AkInstrument

__all__ = ["AkInstrument"]
