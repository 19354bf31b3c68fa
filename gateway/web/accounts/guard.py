"""Who is asking, by the session that the browser names, and whether a form comes from a page that was made for it. What
`gateway.web.guard` asks for."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from gateway.core.interfaces import Clock
from gateway.core.role import LoggedIn
from gateway.web.accounts.cookies import Cookies
from gateway.web.accounts.csrf import FIELD, comes_from_here, form_token, is_form_of
from gateway.web.accounts.sessions import PageSession, Sessions, token_sha256
from gateway.web.guard import FormRefused

_ASKED = "session"
_SEED = "form_seed"


class AccountGuard:
    """Shared by all threads of the process."""

    def __init__(self, sessions: Sessions, cookies: Cookies, clock: Clock) -> None:
        self._sessions = sessions
        self._cookies = cookies
        self._clock = clock

    def person(self, request: Request) -> LoggedIn | None:
        session = self.session(request)
        return None if session is None else LoggedIn(session.account, session.role)

    def session(self, request: Request) -> PageSession | None:
        """Looked up once for each request."""
        if not hasattr(request.state, _ASKED):
            token = self.session_token(request)
            setattr(request.state, _ASKED, self._sessions.find(token, self._clock.now().wall_ms) if token else None)
        found: PageSession | None = getattr(request.state, _ASKED)
        return found

    def session_token(self, request: Request) -> str:
        """As the browser brings it; empty: none."""
        return request.cookies.get(self._cookies.session, "")

    def browser_token(self, request: Request) -> str:
        """By which the browser is known from an earlier log-in; empty: it is not."""
        return request.cookies.get(self._cookies.browser, "")

    def form_token(self, request: Request) -> str:
        seed = self._seed(request)
        return form_token(seed) if seed else ""

    def give_seed(self, request: Request, token: str) -> None:
        """From what the words of forms are made that this answer shows: of a browser that has no token yet."""
        setattr(request.state, _SEED, token)

    def needs_seed(self, request: Request) -> bool:
        return not self._seed(request)

    def check_form(self, request: Request, fields: Mapping[str, str]) -> None:
        origin = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if not comes_from_here(request.headers, origin):
            raise FormRefused("another site sent it")
        if not is_form_of(self._seed(request), fields.get(FIELD, "")):
            raise FormRefused("its word is not that of this browser")

    def _seed(self, request: Request) -> str:
        if self.session(request) is not None:
            return self.session_token(request)
        given: str = getattr(request.state, _SEED, "") or request.cookies.get(self._cookies.form, "")
        return given if token_sha256(given) is not None else ""
