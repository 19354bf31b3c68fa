"""A question that a program may ask, and what stands in its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from gateway.config import Configuration
from gateway.core.role import Role
from gateway.web.room import BadRequest, StationLook

VERSION = "/v1"
API = f"/api{VERSION}"
PROBLEM_TYPE = "application/problem+json"
"""Of failures: RFC 9457."""
MOST_ROWS = 10_000
"""Of one answer: whoever wants more asks for one time after the other."""


@dataclass(frozen=True, slots=True)
class ApiParameter:
    """`is_in_path`: it stands in the address itself, and must. `choices`: all that it may be."""

    name: str
    says: str
    is_in_path: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiQuestion:
    """`make`: the answer, whose shape is in `gateway.web.api.shapes.answers`. `command`: which prints the same. `role`:
    who may ask, at the page; without it, whoever may look."""

    path: str
    command: str
    says: str
    make: Callable[[StationLook], Any]
    parameters: tuple[ApiParameter, ...] = ()
    role: Role | None = None
    appears: Callable[[Configuration], bool] = lambda _: True

    @property
    def address(self) -> str:
        return f"{API}{self.path}"

    def check(self, query: Iterable[str]) -> None:
        """
        Raises:
            BadRequest: something stands behind `?` that this question does not know.
        """
        known = [one.name for one in self.parameters if not one.is_in_path]
        for name in query:
            if name not in known:
                raise BadRequest(f"{name} is nothing that can be asked here; there is {', '.join(known) or 'nothing'}")


FROM = ApiParameter("from", "A day (2026-01-31) or an instant (2026-01-31T08:05), local time.")
TO = ApiParameter("to", "A day, all of it, or an instant.")


def chosen(look: StationLook, name: str, choices: Iterable[str]) -> str | None:
    """What was asked for by that name.

    Raises:
        BadRequest: it is none of these.
    """
    text = look.query.get(name)
    if text is not None and text not in set(choices):
        raise BadRequest(f"{name}={text}: write one of {', '.join(choices)}")
    return text


def is_asked(look: StationLook, name: str) -> bool:
    """
    Raises:
        BadRequest: it is neither `true` nor `false`.
    """
    return chosen(look, name, ("true", "false")) == "true"


def whole(look: StationLook, name: str, most: int) -> int | None:
    """
    Raises:
        BadRequest: it is no number from 1 to `most`.
    """
    text = look.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise BadRequest(f"{name}={text}: write a number from 1 to {most}")
    return int(text)
