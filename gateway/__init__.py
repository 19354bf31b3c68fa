"""Station Gateway: from an environmental monitoring station's instruments to the authority."""

__version__ = "0.17.0"
"""The one place where it stands: the package, the archive of Python and a tag take it from here (docs/releasing.md)."""
