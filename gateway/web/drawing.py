"""From a page to HTML: Jinja2's templates, in which whatever comes from outside is escaped, and seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gateway.config import Configuration, Language
from gateway.core.role import LoggedIn
from gateway.web.compiled_templates import template
from gateway.web.page_words import PageWords
from gateway.web.room import Page, Room


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
def words_of(language: Language, zone: str) -> PageWords:
    return PageWords.of(language, zone)


def draw(page: Page, room: str | None, language: Language, frame: PageFrame) -> str:
    """The whole document. `room`: the name of the one that it belongs to; `None`: of none, such as an error."""
    words = words_of(language, frame.configuration.station.timezone)
    return template(page.template).render(_content(page, room, words, frame))


def _content(page: Page, room: str | None, words: PageWords, frame: PageFrame) -> Mapping[str, Any]:
    texts = words.wording.texts
    given = {"t": texts, "w": words, "frame": frame, "room": room, "station": frame.configuration.station}
    title = page.title or texts(f"page.{room}.title")
    return {**given, "title": title, "in_menu": [one for one in frame.rooms if one.in_menu], **page.content}
