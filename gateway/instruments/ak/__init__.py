"""The AK protocol of exhaust and stack gas analysers.

telegram    question → bytes, received bytes → the answer to it, or not
state       the words of ASTZ and the error digit → status
instrument  the commands of a poll → readings
protocol    what the protocol says of itself: driver, questions
"""

from gateway.instruments.ak.protocol import AK

__all__ = ["AK"]
