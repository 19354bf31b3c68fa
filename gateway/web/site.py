"""The site: from a browser's request to a room, and from what the room made to an answer."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import IO, TypeVar
from urllib.parse import quote, urlencode

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from gateway.config import Configuration, Language
from gateway.config.web import LogInFor, WebSettings
from gateway.core.errors import GatewayError, StoreError
from gateway.core.interfaces import Clock
from gateway.core.role import LoggedIn, Role
from gateway.db import Database
from gateway.db.files_seen import DatabaseReplaced
from gateway.runtime import lock
from gateway.texts import Wording
from gateway.web.drawing import PageFrame, draw
from gateway.web.form_fields import form_fields
from gateway.web.guard import FormRefused, Guard, NotAllowed
from gateway.web.live import News
from gateway.web.room import (
    ActForm,
    BadRequest,
    Download,
    FilledForm,
    Later,
    NotThere,
    Page,
    Redirect,
    Room,
    StationLook,
)
from gateway.web.static_files import static_files

_log = logging.getLogger(__name__)

LARGEST_FORM = 16_384
"""Bytes. What people write is far shorter."""
MOST_FIELDS = 60
PIECE_BYTES = 65_536
FORM_WITHIN_S = 10.0
MOST_THREADS = 4
MOST_LATER = 2
"""Of what takes long: one is made, the next one waits for it. Others wait without a thread."""
LANGUAGE_COOKIE = "language"
Made = TypeVar("Made")
_LOOPBACK = ("127.0.0.1", "::1")
_LONG = 365 * 86_400


@dataclass(frozen=True, slots=True)
class PageSite:
    """What the pages are made from."""

    configuration: Configuration
    settings: WebSettings
    rooms: tuple[Room, ...]
    """Those that this station has."""
    database: Callable[[], AbstractContextManager[Database]]
    """Raises GatewayError: it cannot be read now; why is in the message."""
    cameras: Callable[[], AbstractContextManager[Database]]
    clock: Clock
    guard: Guard
    news: News
    log_in: str | None
    """The address where one logs in; `None`: nobody can."""


def make_site(site: PageSite, routes: Sequence[BaseRoute] = (), middleware: Sequence[Middleware] = ()) -> Starlette:
    """The application. `routes`: what is no room, such as `/api`."""
    turns, later = anyio.CapacityLimiter(MOST_THREADS), anyio.CapacityLimiter(MOST_LATER)
    ours: list[BaseRoute] = [
        Route("/", _to_first(site)),
        Route("/healthz", _healthy),
        Route("/live", partial(_live, site)),
        Route("/language/{language}", _choose_language),
        Route("/static/{path:path}", _static),
    ]
    for room in site.rooms:
        ours.append(Route(room.path, partial(_show, site, turns, later, room), methods=["GET"]))
        for name, act in room.acts.items():
            endpoint = partial(_act, site, turns, room, act)
            ours.append(Route(f"{room.path}/{name}", endpoint, methods=["POST"]))
    failing = partial(_failed, site)
    return Starlette(
        routes=[*ours, *routes],
        middleware=list(middleware),
        exception_handlers={HTTPException: failing, GatewayError: failing, Exception: failing},
    )


def _to_first(site: PageSite) -> Callable[[Request], Response]:
    first = next(room.path for room in site.rooms if room.in_menu)
    return lambda request: RedirectResponse(f"{first}?{request.url.query}" if request.url.query else first, 307)


def _healthy(_: Request) -> Response:
    return PlainTextResponse("well\n")


async def _static(request: Request) -> Response:
    """An address bears the content's digest, so that a browser may keep it for ever."""
    found = static_files().get(request.path_params["path"])
    if found is None:
        raise HTTPException(404)
    kept = f"public, max-age={_LONG}, immutable" if request.query_params.get("v") == found.digest else "no-cache"
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": kept})


async def _live(site: PageSite, request: Request) -> Response:
    open_to_some = next((room for room in site.rooms if room.open_on_loopback), None)
    await _must_log_in(site, request, open_to_some)  # what it tells is no more than that there is news
    if site.news.is_full:
        raise HTTPException(503)
    return StreamingResponse(site.news.listen(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _choose_language(request: Request) -> Response:
    """A choice of one's own: kept by the browser, and nothing else of it is."""
    language = request.path_params["language"]
    if language not in list(Language):
        raise HTTPException(404)
    answer = RedirectResponse(local_address(request.query_params.get("to", "/")), 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_LONG, samesite="strict", httponly=True, path="/")
    return answer


def local_address(to: str) -> str:
    """The address if it is one of this site, else its beginning: no link that a person was given leads elsewhere."""
    is_local = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and "\\" not in to
    return to if is_local else "/"


async def _show(
    site: PageSite, turns: anyio.CapacityLimiter, later: anyio.CapacityLimiter, room: Room, request: Request
) -> Response:
    person = await _must_log_in(site, request, room)
    made = await anyio.to_thread.run_sync(_looked, site, request, room.make, person, limiter=turns)
    if isinstance(made, Later):
        made = await anyio.to_thread.run_sync(made.make, limiter=later)
    return await anyio.to_thread.run_sync(answer_of, site, room.name, request, person, made, limiter=turns)


async def _act(site: PageSite, turns: anyio.CapacityLimiter, room: Room, act: ActForm, request: Request) -> Response:
    person = await _must_log_in(site, request, replace(room, role=act.role))
    fields = await form_fields(request)
    await anyio.to_thread.run_sync(site.guard.check_form, request, fields)
    form = FilledForm(fields, fields.get("reason", "").strip())
    if act.needs_reason and not form.reason:
        raise BadRequest(wording_of(site, request).texts("page.problem.no_reason"))

    def do(look: StationLook) -> Page | Redirect:
        return act.do(look, form)

    return await anyio.to_thread.run_sync(_made, site, room, request, person, do, limiter=turns)


async def _must_log_in(site: PageSite, request: Request, room: Room | None) -> LoggedIn | None:
    """Who is asking; nobody needs to be, where the page is open."""
    person = await anyio.to_thread.run_sync(site.guard.person, request)
    role = None if room is None else room.role
    is_open = site.settings.login is LogInFor.ACTS or (room is not None and room.open_on_loopback and _is_here(request))
    if person is None and (role is not None or not is_open):
        raise _LogInFirst
    if person is not None and role is not None and not person.role.may(role):
        raise NotAllowed(wording_of(site, request).texts(f"page.problem.needs_{role.value}", name=person.name))
    return person


class _LogInFirst(GatewayError):
    """Nobody is logged in, and here somebody has to be."""


def _is_here(request: Request) -> bool:
    return request.client is not None and request.client.host in _LOOPBACK


def language_of(site: PageSite, request: Request) -> Language:
    """The one that was chosen, else the station's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return Language(chosen) if chosen in list(Language) else site.configuration.station.language


def wording_of(site: PageSite, request: Request) -> Wording:
    return Wording.of(language_of(site, request))


def _made(
    site: PageSite,
    room: Room,
    request: Request,
    person: LoggedIn | None,
    make: Callable[[StationLook], Page | Redirect],
) -> Response:
    """In a thread, as the next two."""
    return answer_of(site, room.name, request, person, _looked(site, request, make, person))


def _looked(site: PageSite, request: Request, make: Callable[[StationLook], Made], person: LoggedIn | None) -> Made:
    """What is made of a look at the database. Where another one was put in its place meanwhile, it looks once more;
    what a person asked for is never done twice."""
    try:
        return _look(site, request, make, person)
    except DatabaseReplaced:
        if request.method != "GET":
            raise
        return _look(site, request, make, person)


def _look(site: PageSite, request: Request, make: Callable[[StationLook], Made], person: LoggedIn | None) -> Made:
    with site.database() as database:
        look = StationLook(
            site.configuration,
            database,
            site.cameras,
            site.clock.now(),
            wording_of(site, request),
            person,
            dict(request.query_params),
            dict(request.path_params),
        )
        return make(look)


def answer_of(
    site: PageSite, room: str | None, request: Request, person: LoggedIn | None, made: Page | Download | Redirect
) -> Response:
    """What goes to the browser."""
    if isinstance(made, Redirect):
        return RedirectResponse(_with_done(made), 303)
    if isinstance(made, Download):
        headers = {"Cache-Control": "no-store"}
        if made.file_name is not None:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(made.file_name)}"
        if made.policy is not None:
            headers["Content-Security-Policy"] = made.policy
        if isinstance(made.content, bytes):
            return Response(made.content, media_type=made.media_type, headers=headers)
        headers["Content-Length"] = str(os.fstat(made.content.fileno()).st_size)
        return StreamingResponse(_pieces(made.content), media_type=made.media_type, headers=headers)
    return _drawn(site, room, request, made, _frame(site, request, person, site.guard.form_token(request)))


def _drawn(site: PageSite, room: str | None, request: Request, page: Page, frame: PageFrame) -> Response:
    drawn = draw(page, room, language_of(site, request), frame)
    return HTMLResponse(drawn, headers={"Cache-Control": "no-store"})


def _with_done(made: Redirect) -> str:
    if made.done is None:
        return made.to
    to, hash_, place = made.to.partition("#")
    return f"{to}{'&' if '?' in to else '?'}{urlencode({'done': made.done})}{hash_}{place}"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Closed with the last piece, or when whoever asked has gone."""
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _frame(site: PageSite, request: Request, person: LoggedIn | None, form_token: str) -> PageFrame:
    query = {name: value for name, value in request.query_params.items() if name != "done"}
    done = request.query_params.get("done", "")
    here = request.url.path if request.method == "GET" else request.url.path.rpartition("/")[0] or "/"
    may_look = person is not None or site.settings.login is LogInFor.ACTS
    return PageFrame(
        site.configuration,
        site.clock.now().wall_ms,
        _is_running(site.configuration),
        site.rooms if may_look else (),
        f"{here}?{urlencode(query)}" if query else here,
        person,
        form_token,
        site.log_in is not None,
        done if wording_of(site, request).texts.has(f"page.done.{done}") else None,
    )


def _is_running(configuration: Configuration) -> bool | None:
    try:
        return lock.is_held(configuration.storage.path)
    except (OSError, GatewayError):
        return None


async def _failed(site: PageSite, request: Request, error: Exception) -> Response:
    """A page that says what is wrong; never a traceback, and never more than the person may know. Made without the
    accounts: they may be what cannot be read."""
    if isinstance(error, _LogInFirst):
        if site.log_in is not None and request.method == "GET" and request.url.path != "/live":
            asked = f"{request.url.path}{f'?{request.url.query}' if request.url.query else ''}"
            return RedirectResponse(f"{site.log_in}?{urlencode({'to': asked})}", 303)
        error = HTTPException(401)
    status = _status_of(error)
    if status == 500:
        _log.error("page failed path=%s error=%r", request.url.path, repr(error), exc_info=error)
    texts = wording_of(site, request).texts
    key = f"page.problem.{status}" if texts.has(f"page.problem.{status}") else "page.problem.500"
    detail = str(error) if isinstance(error, GatewayError) and not isinstance(error, _LogInFirst) else ""
    if isinstance(error, FormRefused):
        detail = texts("page.problem.form_refused")
    page = Page("problem.html", {"detail": detail, "status": status}, texts(key))
    answer = await anyio.to_thread.run_sync(_problem, site, request, page)
    answer.status_code = status
    return answer


def _problem(site: PageSite, request: Request, page: Page) -> Response:
    return _drawn(site, None, request, page, _frame(site, request, None, ""))


def _status_of(error: Exception) -> int:
    match error:
        case HTTPException():
            return error.status_code
        case NotThere():
            return 404
        case BadRequest():
            return 400
        case NotAllowed():
            return 403
        case StoreError() | GatewayError():
            return 503
    return 500


__all__ = ["Role", "PageSite", "make_site"]
