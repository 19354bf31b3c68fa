"""Logging in and out, and one's own password: what stands beside the rooms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from gateway.core.instants import SECOND_MS
from gateway.core.interfaces import Clock
from gateway.core.role import Role
from gateway.web.accounts.cookies import Cookies
from gateway.web.accounts.guard import AccountGuard
from gateway.web.accounts.login import LoginRefused, LoginTry, NewSession, PasswordLogin
from gateway.web.accounts.passwords import LEAST_CHARACTERS, PasswordFault, PasswordsBusy, password_fault
from gateway.web.accounts.sessions import BROWSER_KNOWN_MS, PageSession, Sessions, new_token
from gateway.web.form_fields import form_fields
from gateway.web.room import Page
from gateway.web.site import PageSite, answer_of, local_address, wording_of

LOG_IN = "/login"
LOG_OUT = "/logout"
PASSWORD = "/password"  # noqa: S105 - an address
_AT_ONCE = 2
"""Passwords that are looked at, or wait for it, in a thread; the others wait without one."""
_BUSY_S = 2


class LoginNews(Protocol):
    """Who wants to know who comes and goes. Called in a thread; does not fail."""

    def came(self, account: str, role: Role, address: str, now_ms: int) -> None: ...

    def went(self, account: str, role: Role, address: str, now_ms: int) -> None: ...

    def changed_password(self, account: str, role: Role, address: str, now_ms: int) -> None: ...


class LoginPages:
    """Their answers. What blocks is called in a thread."""

    def __init__(
        self,
        site: PageSite,
        log_in: PasswordLogin,
        sessions: Sessions,
        guard: AccountGuard,
        cookies: Cookies,
        clock: Clock,
        news: LoginNews,
    ) -> None:
        self._site = site
        self._log_in = log_in
        self._sessions = sessions
        self._guard = guard
        self._cookies = cookies
        self._clock = clock
        self._news = news
        self._turns = anyio.CapacityLimiter(_AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(LOG_IN, self._show_login, methods=["GET"]),
            Route(LOG_IN, self._enter, methods=["POST"]),
            Route(LOG_OUT, self._leave, methods=["POST"]),
            Route(PASSWORD, self._show_password, methods=["GET"]),
            Route(PASSWORD, self._change_password, methods=["POST"]),
        ]

    async def _show_login(self, request: Request) -> Response:
        to = local_address(request.query_params.get("to", "/"))
        return await self._drawn(request, "login", {"to": to, "name": "", "wrong": None})

    async def _enter(self, request: Request) -> Response:
        fields = await form_fields(request)
        await anyio.to_thread.run_sync(self._guard.check_form, request, fields)
        tried = self._tried(request, fields.get("name", ""), fields.get("password", ""))
        now_ms = self._clock.now().wall_ms
        outcome = await self._looked_at(partial(self._log_in.attempt, tried, now_ms))
        to = local_address(fields.get("to", "/"))
        if not isinstance(outcome, NewSession):
            shown = {"to": to, "name": tried.name[:64], "wrong": self._wrong(request, outcome)}
            return await self._drawn(request, "login", shown, outcome)
        await self._tell(self._news.came, outcome, tried.address)
        answer = RedirectResponse(to, 303)
        self._keep(answer, outcome)
        return answer

    async def _leave(self, request: Request) -> Response:
        fields = await form_fields(request)
        await anyio.to_thread.run_sync(self._guard.check_form, request, fields)
        session = await anyio.to_thread.run_sync(self._guard.session, request)
        if session is not None:
            await anyio.to_thread.run_sync(self._sessions.end, self._guard.session_token(request))
            await self._tell(self._news.went, session, _address(request))
        answer = RedirectResponse(f"{LOG_IN}?{urlencode({'done': 'logged_out'})}", 303)
        self._cookies.drop(answer, self._cookies.session)
        return answer

    async def _show_password(self, request: Request) -> Response:
        if await anyio.to_thread.run_sync(self._guard.session, request) is None:
            return RedirectResponse(f"{LOG_IN}?{urlencode({'to': PASSWORD})}", 303)
        return await self._drawn(request, "password", {"wrong": None, "least": LEAST_CHARACTERS})

    async def _change_password(self, request: Request) -> Response:
        fields = await form_fields(request)
        await anyio.to_thread.run_sync(self._guard.check_form, request, fields)
        session = await anyio.to_thread.run_sync(self._guard.session, request)
        if session is None:
            return RedirectResponse(f"{LOG_IN}?{urlencode({'to': PASSWORD})}", 303)
        new = fields.get("new", "")
        fault = password_fault(new, session.account)
        texts = wording_of(self._site, request).texts
        if new != fields.get("again", ""):
            return await self._password_again(request, texts("page.password.differ"))
        if fault is not None:
            return await self._password_again(request, fault_words(texts, fault))
        tried = self._tried(request, session.account, fields.get("old", ""))
        now_ms = self._clock.now().wall_ms
        outcome = await self._looked_at(partial(self._log_in.change_password, tried, new, now_ms))
        if not isinstance(outcome, NewSession):
            return await self._password_again(request, self._wrong(request, outcome, "page.password.wrong"), outcome)
        await self._tell(self._news.changed_password, outcome, tried.address)
        answer = RedirectResponse(f"/?{urlencode({'done': 'password'})}", 303)
        self._keep(answer, outcome)
        return answer

    async def _password_again(self, request: Request, wrong: str, outcome: LoginRefused | None = None) -> Response:
        shown = {"wrong": wrong, "least": LEAST_CHARACTERS}
        return await self._drawn(request, "password", shown, outcome or LoginRefused())

    async def _looked_at(self, look: Callable[[], NewSession | LoginRefused]) -> NewSession | LoginRefused:
        try:
            return await anyio.to_thread.run_sync(look, limiter=self._turns)
        except PasswordsBusy:
            return LoginRefused(_BUSY_S * SECOND_MS)

    async def _tell(
        self, news: Callable[[str, Role, str, int], None], of: NewSession | PageSession, address: str
    ) -> None:
        await anyio.to_thread.run_sync(news, of.account, of.role, address, self._clock.now().wall_ms)

    async def _drawn(
        self, request: Request, name: str, shown: Mapping[str, Any], outcome: LoginRefused | None = None
    ) -> Response:
        """The form, with a word for it where the browser has none yet."""
        person = await anyio.to_thread.run_sync(self._guard.person, request)
        seed = new_token() if await anyio.to_thread.run_sync(self._guard.needs_seed, request) else None
        if seed is not None:
            self._guard.give_seed(request, seed)
        title = wording_of(self._site, request).texts(f"page.{name}.title")
        page = Page(f"{name}.html", shown, title)
        answer = await anyio.to_thread.run_sync(answer_of, self._site, None, request, person, page)
        if seed is not None:
            self._cookies.keep(answer, self._cookies.form, seed)
        if outcome is not None:
            answer.status_code = 429 if outcome.wait_ms else 403
            if outcome.wait_ms:
                answer.headers["Retry-After"] = str(_seconds(outcome))
        return answer

    def _wrong(self, request: Request, outcome: LoginRefused, key: str = "page.login.wrong") -> str:
        texts = wording_of(self._site, request).texts
        return texts("page.login.wait", seconds=_seconds(outcome)) if outcome.wait_ms else texts(key)

    def _tried(self, request: Request, name: str, password: str) -> LoginTry:
        browser, session = self._guard.browser_token(request), self._guard.session_token(request)
        return LoginTry(name, password, _address(request), browser, session)

    def _keep(self, answer: Response, opened: NewSession) -> None:
        self._cookies.keep(answer, self._cookies.session, opened.session, self._sessions.longest_ms // SECOND_MS)
        self._cookies.keep(answer, self._cookies.browser, opened.browser, BROWSER_KNOWN_MS // SECOND_MS)
        self._cookies.drop(answer, self._cookies.form)


def fault_words(texts: Callable[..., str], fault: PasswordFault) -> str:
    """Why a password is not taken, in a sentence."""
    return texts(f"page.password.fault_{fault.value}", least=LEAST_CHARACTERS)


def _seconds(outcome: LoginRefused) -> int:
    return -(-outcome.wait_ms // SECOND_MS)


def _address(request: Request) -> str:
    return "" if request.client is None else request.client.host
