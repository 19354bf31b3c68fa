"""Who may do what at the page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A viewer looks. The authority looks too, and at the evidence as well. An operator may act besides."""

    VIEWER = "viewer"
    AUTHORITY = "authority"
    OPERATOR = "operator"

    def may(self, needed: Role) -> bool:
        """Whether this one may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who is logged in."""

    name: str
    role: Role
