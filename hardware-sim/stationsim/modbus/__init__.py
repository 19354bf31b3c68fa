"""Instruments that speak Modbus: what a unit shows, what it answers, how the answer is framed and sent."""
