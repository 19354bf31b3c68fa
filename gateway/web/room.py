"""What a page is made of: a room has an address, a look at the station is turned into a page of it, and people may act
there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.instants import local_time
from gateway.core.interfaces import Instant
from gateway.core.role import LoggedIn, Role
from gateway.db import Database
from gateway.texts import Wording


class NotThere(GatewayError):
    """404: what the address names does not exist."""


class BadRequest(GatewayError):
    """400: what was asked makes no sense; the message says what would."""


@dataclass(frozen=True, slots=True)
class StationLook:
    """One person's look at the station: read within a bound of time, from a database that nobody can change here."""

    configuration: Configuration
    database: Database
    cameras: Callable[[], AbstractContextManager[Database]]
    """The recorder's database. Raises GatewayError where it never ran."""
    now: Instant
    wording: Wording
    person: LoggedIn | None
    """`None`: somebody at the box who has not logged in."""
    query: Mapping[str, str]
    """What stands behind `?` in the address; of a name that stands twice, the last."""
    path: Mapping[str, str]
    """What stood in the place of `{…}` in the room's address."""

    def local(self, at_ms: int) -> datetime:
        """That instant on the station's wall clock."""
        return local_time(at_ms, self.configuration.station.timezone)

    def may(self, role: Role) -> bool:
        return self.person is not None and self.person.role.may(role)


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it shows. `title` stands in the tab and as the page's heading; by default the room's."""

    template: str
    content: Mapping[str, Any]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes for a browser to keep, or to show where there is no `file_name`. What is large comes as an open file, which
    is sent piece by piece and closed."""

    content: bytes | IO[bytes]
    media_type: str
    file_name: str | None = None
    policy: str | None = None
    """A content security policy of its own, for what is a document by itself."""


@dataclass(frozen=True, slots=True)
class Later:
    """What takes long, such as a clip. Made once the look is over, and apart from pages: none of them waits meanwhile
    for the database or for a thread."""

    make: Callable[[], Download]


@dataclass(frozen=True, slots=True)
class Redirect:
    """To an address of this page, with a word on what was done (a key below `page.done`, and its fields)."""

    to: str
    done: str | None = None


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What a person filled in. Every act has a reason."""

    fields: Mapping[str, str]
    reason: str

    def text(self, name: str) -> str:
        """What was filled in, without the spaces around it; empty: nothing."""
        return self.fields.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class ActForm:
    """What may be done in a room, by whom."""

    role: Role
    do: Callable[[StationLook, FilledForm], Redirect | Page]
    needs_reason: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the page. `name` is that of its texts (`page.NAME.title`). `appears`: whether the station has it at
    all; one that has not is 404. Those that are `in_menu` stand in the menu, in the order of `gateway.web.rooms`. An
    act is posted to the room's address with `/ACT` behind it. `role`: who may look, on loopback too; without it,
    everybody may.
    """

    name: str
    path: str
    make: Callable[[StationLook], Page | Download | Redirect | Later]
    appears: Callable[[Configuration], bool] = lambda _: True
    in_menu: bool = True
    acts: Mapping[str, ActForm] = field(default_factory=dict)
    role: Role | None = None
    open_on_loopback: bool = False
    """Whoever sits at the box sees it without a log-in, also where `web.login` is `always`."""
