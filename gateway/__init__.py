"""Station Gateway: from an environmental monitoring station's instruments to the authority."""

__version__ = "0.1.0"
