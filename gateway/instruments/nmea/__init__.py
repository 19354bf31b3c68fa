"""Devices that say NMEA 0183 sentences.

sentence    received bytes → a sentence whose checksum is right; the question for one
wanted      a parameter's place: what of a sentence is its value, and what must stand with it
instrument  the sentences of a poll → readings
protocol    what the protocol says of itself
"""

from gateway.instruments.nmea.protocol import NMEA

__all__ = ["NMEA"]
