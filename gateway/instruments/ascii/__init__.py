"""Devices that answer in lines of their own making, described by a regular expression.

checksum    xor, sum and CRC over a stretch of a line
answer      received bytes → the lines that answer
column      one parameter of a line
line        complete lines → readings, or why not
instrument  asking for a line, or listening for one
protocol    what the protocol says of itself: driver, questions
"""

from gateway.instruments.ascii.protocol import ASCII

__all__ = ["ASCII"]
