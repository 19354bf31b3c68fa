"""What programs get: the API, at the page's address and at one of their own, and there metrics too. Read one after the
other, so that no program that asks often holds up a person who looks."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from typing import TypeVar

import anyio
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.config import Configuration, Language
from gateway.config.metrics import MetricsSettings
from gateway.config.web import LogInFor
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.role import Role
from gateway.db import Database
from gateway.db.files_seen import DatabaseReplaced
from gateway.journal.rows import head
from gateway.reports.metrics.delivery_counts import counted_since_ms, delivery_counts
from gateway.reports.metrics.exposition import CONTENT_TYPE, exposition
from gateway.reports.metrics.station_metrics import MetricsLook, station_metrics
from gateway.reports.status import collect
from gateway.texts import Wording
from gateway.web.api.question import API, PROBLEM_TYPE, VERSION, ApiQuestion
from gateway.web.api.questions import QUESTIONS
from gateway.web.room import BadRequest, NotThere, StationLook
from gateway.web.site import PageSite

_log = logging.getLogger(__name__)

METRICS = "/metrics"
_NO_STORE = {"Cache-Control": "no-store"}
_NO_TOKEN = {"WWW-Authenticate": 'Bearer realm="station"'}

Answered = TypeVar("Answered")
May = Callable[[Request, Role | None], Awaitable[None]]
"""Raises HTTPException: whoever asks may not, or has to say first who he is."""


@dataclass(frozen=True, slots=True)
class ProgramSite:
    """What answers are made from. Both databases raise GatewayError: why they cannot be read is in the message."""

    configuration: Configuration
    database: Callable[[], AbstractContextManager[Database]]
    cameras: Callable[[], AbstractContextManager[Database]]
    clock: Clock
    turns: anyio.CapacityLimiter


def page_api(site: PageSite) -> BaseRoute:
    """The API at the page's address: for whoever is logged in there, or may look without."""

    async def may(request: Request, role: Role | None) -> None:
        person = await anyio.to_thread.run_sync(site.guard.person, request)
        if person is None and (role is not None or site.settings.login is LogInFor.ALWAYS):
            raise HTTPException(401, "log in at the page first")
        if person is not None and role is not None and not person.role.may(role):
            raise HTTPException(403, f"this is for the role {role.value}")

    return Mount("/api", _application(_api(_programs(site), may)))


def programs_app(site: PageSite, settings: MetricsSettings) -> Starlette:
    """The API and metrics at an address of their own: for whoever has the token. Without one only programs of this
    machine come, and what is for the authority is not told."""

    async def may(request: Request, role: Role | None) -> None:
        if settings.token is None:
            if role is not None:
                raise HTTPException(401, "this needs metrics.token")
            return
        try:
            kept = await anyio.to_thread.run_sync(settings.token.reveal)
        except GatewayError as error:
            _log.error("metrics.token cannot be used error=%r", str(error))
            raise HTTPException(503, "metrics.token cannot be used; the reason is in the page's log") from None
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), kept.encode()):
            raise HTTPException(401, "send metrics.token as Authorization: Bearer …", _NO_TOKEN)

    programs = _programs(site)
    routes = [Route(METRICS, partial(_metrics, programs, may)), Mount("/api", routes=_api(programs, may))]
    return _application(routes)


def _programs(site: PageSite) -> ProgramSite:
    return ProgramSite(site.configuration, site.database, site.cameras, site.clock, anyio.CapacityLimiter(1))


def _application(routes: Sequence[BaseRoute]) -> Starlette:
    """Failures are answers that programs understand (RFC 9457), where pages have their own."""
    return Starlette(
        routes=[*routes, Route("/{rest:path}", _nothing)],
        exception_handlers={HTTPException: _failed, GatewayError: _failed, Exception: _failed},
    )


def _api(site: ProgramSite, may: May) -> list[BaseRoute]:
    """Below `/api`."""
    questions = tuple(one for one in QUESTIONS if one.appears(site.configuration))
    routes: list[BaseRoute] = [Route(f"{VERSION}{one.path}", partial(_answer, site, may, one)) for one in questions]
    routes.append(Route(f"{VERSION}/openapi.json", partial(_document, may, questions)))
    return [*routes, Route("/{rest:path}", _nothing)]


async def _answer(site: ProgramSite, may: May, question: ApiQuestion, request: Request) -> Response:
    await may(request, question.role)
    question.check(request.query_params)
    content = await anyio.to_thread.run_sync(_content, site, question, request, limiter=site.turns)
    return Response(content, media_type="application/json", headers=_NO_STORE)


def _content(site: ProgramSite, question: ApiQuestion, request: Request) -> bytes:
    path, query = dict(request.path_params), dict(request.query_params)

    def make(database: Database) -> bytes:
        wording = Wording.of(Language.ENGLISH)
        look = StationLook(site.configuration, database, site.cameras, site.clock.now(), wording, None, query, path)
        return json.dumps(question.make(look), ensure_ascii=False, allow_nan=False).encode()

    return _read(site, make)


async def _document(may: May, questions: tuple[ApiQuestion, ...], request: Request) -> Response:
    await may(request, None)
    return Response(await anyio.to_thread.run_sync(_written, questions), media_type="application/json")


@cache
def _written(questions: tuple[ApiQuestion, ...]) -> bytes:
    from gateway.web.api.openapi import openapi

    return json.dumps(openapi(questions), ensure_ascii=False).encode()


async def _metrics(site: ProgramSite, may: May, request: Request) -> Response:
    await may(request, None)
    text = await anyio.to_thread.run_sync(_told_metrics, site, limiter=site.turns)
    return Response(text, media_type=CONTENT_TYPE, headers=_NO_STORE)


def _told_metrics(site: ProgramSite) -> str:
    def make(database: Database) -> str:
        now = site.clock.now()
        status = collect(site.configuration, database, now)
        counts = delivery_counts(database, counted_since_ms(status.since_ms, now.wall_ms), now.wall_ms)
        return exposition(station_metrics(MetricsLook(status, counts, head(database))))

    return _read(site, make)


def _read(site: ProgramSite, make: Callable[[Database], Answered]) -> Answered:
    """Once more, where another database was put in the place of the one that was read."""
    try:
        with site.database() as database:
            return make(database)
    except DatabaseReplaced:
        with site.database() as database:
            return make(database)


async def _nothing(_: Request) -> Response:
    return _problem(404, f"nothing is there; {API}/openapi.json says what is")


async def _failed(request: Request, error: Exception) -> Response:
    match error:
        case HTTPException():
            return _problem(error.status_code, error.detail, error.headers)
        case NotThere():
            return _problem(404, str(error))
        case BadRequest():
            return _problem(400, str(error))
        case GatewayError():
            return _problem(503, str(error))
    _log.error("a program's question failed path=%s error=%r", request.url.path, repr(error), exc_info=error)
    return _problem(500, "the reason is in the page's log")


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    title = HTTPStatus(status).phrase
    content: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail and detail != title:
        content["detail"] = detail
    return Response(json.dumps(content, ensure_ascii=False), status, {**_NO_STORE, **(headers or {})}, PROBLEM_TYPE)
