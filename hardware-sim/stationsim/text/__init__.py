"""Instruments that speak in characters: lines of their own making, the AK protocol, Bayern-Hessen."""
