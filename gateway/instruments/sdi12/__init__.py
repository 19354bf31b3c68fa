"""Sensors on an SDI-12 bus behind a transparent serial adapter.

telegram    commands, what was announced, values with their checksum
sensor      one measurement: started, waited for, fetched
bus         the sensors of one link, which measure at the same time
identity    who a sensor says that it is
instrument  the measurements of a poll → readings
protocol    what the protocol says of itself
"""

from gateway.instruments.sdi12.protocol import SDI12

__all__ = ["SDI12"]
