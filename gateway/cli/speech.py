"""In which language this command speaks to whoever typed it: one for a process. What programs read does not change.

See `gateway.runtime.spoken_language`: as the command line says, else as the station's file does.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.core.phrase import Phrase
from gateway.runtime.spoken_language import LANGUAGES, language_of, language_written, spoken_language

if TYPE_CHECKING:
    from gateway.config import Configuration, Language
    from gateway.core.errors import Problem

_LANGUAGE = re.compile(r"^station:(?:\s*#.*)?\n(?:(?:[ \t].*)?\n|#.*\n)*?[ \t]+language: *(vi|en)\b", re.MULTILINE)
"""As people write it in their file."""


class _Speech:
    asked: str | None = None
    station: str | None = None


def ask_for(language: str | None) -> None:
    """By the option; `None`: it was not given."""
    _Speech.asked = language or _Speech.asked


def speak_as(configuration: Configuration) -> None:
    """As the station does, where its configuration says so."""
    _Speech.station = language_of(configuration)


def speak_as_written(file: Path) -> None:
    """The same of a file that is at fault elsewhere."""
    _Speech.station = language_written(file)


def help_language(asked: str | None, file: Path) -> str:
    """In which help is told: as everything else, but that the station's file is not read whole, which takes longer than
    all of help."""
    _Speech.asked = asked if asked in LANGUAGES else _Speech.asked
    try:
        found = _LANGUAGE.search(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        found = None
    _Speech.station = found[1] if found else _Speech.station
    return _spoken()


def language_spoken() -> Language:
    """Of what this process says now."""
    from gateway.config.station import Language

    return Language(_spoken())


def language_of_option() -> str | None:
    """What was said on the command line; `None`: nothing was."""
    return _Speech.asked


def language_asked() -> Language | None:
    """What was said on the command line or by GATEWAY_LANGUAGE; `None`: nothing was."""
    from gateway.config.station import Language

    named = (_Speech.asked, os.environ.get("GATEWAY_LANGUAGE"))
    return next((Language(one) for one in named if one in LANGUAGES), None)


def speaks_english() -> bool:
    return _spoken() == "en"


def said(text: str) -> str:
    """The text as this command says it: of a phrase, and of a sentence that the database, the running gateway or a
    library has in English."""
    if _spoken() == "en" or (not isinstance(text, Phrase) and " " not in text):
        return text
    from gateway.texts import phrases

    return phrases.said(text, language_spoken())


def problem_line(problem: Problem) -> str:
    """One fault: file, line and place as they are, the words in the reader's language."""
    return said(problem.words)


def words_of(error: Exception) -> str:
    """What an error says, in the reader's language."""
    told = error.args[0] if error.args else None
    return said(told) if isinstance(told, Phrase) else said(str(error))


def all_said(content: Any) -> Any:
    """The same of what programs are told: its texts for people in their language, its keys as they are."""
    if isinstance(content, dict):
        return {key: all_said(one) for key, one in content.items()}
    if isinstance(content, (list, tuple)):
        return [all_said(one) for one in content]
    return said(content) if isinstance(content, str) else content


def _spoken() -> str:
    return spoken_language(_Speech.asked, _Speech.station)
