"""Where in the document something stands, and what is wrong there."""

from __future__ import annotations

from gateway.core.phrase import Phrase

Location = tuple[str | int, ...]
"""Keys and list positions from the top of the document down to a value."""

LocatedProblem = tuple[Location, Phrase, Phrase]
"""Where, what is wrong, what would be right. For a check that knows neither file nor line."""
