"""From a page to HTML: Jinja2's templates, in which whatever comes from outside is escaped, and seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from gateway import __version__
from gateway.config import Configuration, Language
from gateway.core.printable import printable_lines
from gateway.core.role import LoggedIn, Role
from gateway.web.page_words import PageWords
from gateway.web.room import Page, Room
from gateway.web.static_files import static_address


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What stands around every page. `running`: whether the daemon is; `None`: its database cannot be read."""

    configuration: Configuration
    now_ms: int
    running: bool | None
    rooms: tuple[Room, ...]
    here: str
    """The address that was asked for, with its query: where a change of language leads back to."""
    person: LoggedIn | None
    form_token: str
    can_log_in: bool
    done: str | None = None
    """A word on what was just done."""


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("gateway.web"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"static": static_address, "query": _query, "Role": Role, "version": __version__}
    return made


def _seen(shown: object) -> object:
    """What comes from outside hides nothing and turns nothing round: see `gateway.core.printable`."""
    return printable_lines(shown) if isinstance(shown, str) and not isinstance(shown, Markup) else shown


def _query(**parts: object) -> str:
    """`?from=…&to=…`, without what is `None`."""
    given = {name.rstrip("_"): part for name, part in parts.items() if part is not None}
    return f"?{urlencode(given, quote_via=quote)}" if given else ""


@cache
def words_of(language: Language, zone: str) -> PageWords:
    return PageWords.of(language, zone)


def draw(page: Page, room: str | None, language: Language, frame: PageFrame) -> str:
    """The whole document. `room`: the name of the one that it belongs to; `None`: of none, such as an error."""
    words = words_of(language, frame.configuration.station.timezone)
    return _environment().get_template(page.template).render(_content(page, room, words, frame))


def _content(page: Page, room: str | None, words: PageWords, frame: PageFrame) -> Mapping[str, Any]:
    texts = words.wording.texts
    given = {"t": texts, "w": words, "frame": frame, "room": room, "station": frame.configuration.station}
    title = page.title or texts(f"page.{room}.title")
    return {**given, "title": title, "in_menu": [one for one in frame.rooms if one.in_menu], **page.content}
