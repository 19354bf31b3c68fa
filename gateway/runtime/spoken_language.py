"""In which language a process tells people what they asked it for; its log stays English.

By `--language`; else as the configuration says (`station.language`), where it could be read; else by GATEWAY_LANGUAGE;
else as the terminal does (LC_ALL, LC_MESSAGES, LANG: vi); else English.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config import Configuration

LANGUAGES = ("vi", "en")
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


def spoken_language(asked: str | None, station: str | None) -> str:
    """One of `LANGUAGES`. `asked`: on the command line; `station`: as its configuration says; `None`: nothing is."""
    named = (asked, station, os.environ.get("GATEWAY_LANGUAGE"))
    found = next((one for one in named if one in LANGUAGES), None)
    if found is not None:
        return found
    locale = next((value for name in _LOCALES if (value := os.environ.get(name))), "")
    return "vi" if locale.startswith("vi") else "en"


def language_of(configuration: Configuration) -> str | None:
    """The station's, where its configuration says so."""
    station = configuration.station
    return station.language.value if "language" in station.model_fields_set else None


def language_written(file: Path) -> str | None:
    """The same of a file that is at fault elsewhere."""
    from gateway.config.file.document import read_document
    from gateway.core.errors import ConfigError

    try:
        content = read_document(file).content
    except ConfigError:
        return None
    station = content.get("station") if isinstance(content, dict) else None
    language = station.get("language") if isinstance(station, dict) else None
    return language if language in LANGUAGES else None
