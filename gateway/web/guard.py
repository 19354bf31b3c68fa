"""Who is asking, and whether a form comes from a page of ours: what the site asks of whoever knows the accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request

from gateway.core.errors import GatewayError
from gateway.core.role import LoggedIn


class NotAllowed(GatewayError):
    """403: the form does not come from our page, or whoever sends it may not do this."""


class FormRefused(NotAllowed):
    """It does not come from a page that was made for this browser, or from one that is too old."""


class Guard(Protocol):
    """All are called in a thread, and may read the accounts' database."""

    def person(self, request: Request) -> LoggedIn | None:
        """Who is logged in, by the session that his browser names; `None`: nobody."""

    def form_token(self, request: Request) -> str:
        """What every form of that browser has to bring back. Another one after each log-in."""

    def check_form(self, request: Request, fields: Mapping[str, str]) -> None:
        """
        Raises:
            FormRefused
        """


class NobodyLogsIn:
    """A guard of a page that has no accounts: everybody looks, nobody acts."""

    def person(self, request: Request) -> LoggedIn | None:
        return None

    def form_token(self, request: Request) -> str:
        return ""

    def check_form(self, request: Request, fields: Mapping[str, str]) -> None:
        raise NotAllowed("nobody can log in here")
