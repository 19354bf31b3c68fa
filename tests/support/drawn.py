"""A page of a room as its browser would get it, drawn in this process: without a server and without a clock."""

from __future__ import annotations

from contextlib import AbstractContextManager
from urllib.parse import parse_qsl, urlsplit

from gateway.config import Configuration, Language
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Instant
from gateway.core.role import LoggedIn
from gateway.db import Database
from gateway.texts import Wording
from gateway.web.drawing import PageFrame, draw
from gateway.web.room import Page, Room, StationLook
from gateway.web.rooms import rooms_of


def look_at(
    configuration: Configuration,
    database: Database,
    address: str,
    now_ms: int,
    language: Language = Language.ENGLISH,
    person: LoggedIn | None = None,
    path: dict[str, str] | None = None,
) -> StationLook:
    wording, query = Wording.of(language), dict(parse_qsl(urlsplit(address).query))
    return StationLook(configuration, database, _no_cameras, Instant(now_ms, 0.0), wording, person, query, path or {})


def drawn(room: Room, look: StationLook) -> str:
    """The whole document. Raises what the room raises."""
    made = room.make(look)
    assert isinstance(made, Page)
    frame = PageFrame(
        look.configuration, look.now.wall_ms, True, rooms_of(look.configuration), room.path, look.person, "token", False
    )
    return draw(made, room.name, look.wording.texts.language, frame)


def _no_cameras() -> AbstractContextManager[Database]:
    raise GatewayError("the cameras' recorder has never run here")
