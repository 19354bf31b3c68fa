"""Devices that answer in lines of their own making, described by a regular expression.

checksum    xor, sum and CRC over a stretch of a line
line        one complete line → readings, or why not
instrument  asking for a line, or listening for one
"""

from gateway.instruments.ascii.instrument import AsciiInstrument

__all__ = ["AsciiInstrument"]
