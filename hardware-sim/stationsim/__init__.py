"""A monitoring station made of software, to develop and prove a gateway against.

Instruments show values that are a pure function of a seed and the time; authorities take the files in and score them as
the national receiver would. What was shown is written down exactly, so that a file can be compared with the truth.

It never imports the gateway: whatever it encodes, the gateway must decode from the specification alone.
"""

from stationsim.bundled import scenario, scenarios

__all__ = ["__version__", "scenario", "scenarios"]

__version__ = "0.2.0"
