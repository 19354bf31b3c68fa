"""The texts of messages in one language, for a daemon that must not hold the catalogues: a child process reads them,
once, when the first message is to be put into words, and says a sentence of the journal in that language when a message
has one.

Reading a catalogue takes the YAML reader and 3 MB for months, of which messages need 20 kB.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping

from gateway.config import Language

_log = logging.getLogger(__name__)

_WANTED = ("alert.", "unit.", "term.noted_", "term.reason_", "term.violation_", "term.cause_", "term.gap_")
_LONGEST_S = 60.0
"""A board under load takes five seconds."""
_MOST_KEPT = 64
"""Sentences; an outage has the same at its end as at its begin."""


class SpokenTexts:
    """May be asked by several threads."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._lock = threading.Lock()
        self._texts: Mapping[str, str] | None = None
        self._sentences: dict[str, str] = {}

    def by_key(self) -> Mapping[str, str]:
        """All that messages need. Empty, and tried again the next time, where the child fails: then a message says what
        it is about in the names that programs have."""
        with self._lock:
            if self._texts is None:
                self._texts = _asked(self._language, None)
            return self._texts or {}

    def said(self, sentence: str) -> str:
        """A sentence that the journal has in English; as it stands there where nothing of it is in the catalogue, or
        the child fails."""
        if self._language is Language.ENGLISH or " " not in sentence:
            return sentence
        with self._lock:
            if sentence not in self._sentences:
                told = _asked(self._language, sentence)
                if told is None:
                    return sentence
                if len(self._sentences) >= _MOST_KEPT:
                    self._sentences.clear()
                self._sentences |= told
            return self._sentences.get(sentence, sentence)


def _asked(language: Language, sentence: str | None) -> Mapping[str, str] | None:
    """What a child answers: of `None` the texts by their keys, of a sentence what it is in that language."""
    command = [sys.executable, "-m", __name__, language.value]
    question = json.dumps(sentence).encode()
    try:
        done = subprocess.run(command, input=question, capture_output=True, timeout=_LONGEST_S, check=True)  # noqa: S603  # our own
        told: dict[str, str] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        _log.warning("the texts of messages cannot be read, told in codes or in English instead: %s", error)
        return None
    return told


def _answer(language: Language, sentence: str | None) -> Mapping[str, str]:
    if sentence is not None:
        from gateway.texts.phrases import said

        return {sentence: said(sentence, language)}
    from gateway.texts import texts_in

    return {key: text for key, text in texts_in(language).by_key.items() if key.startswith(_WANTED)}


if __name__ == "__main__":
    json.dump(_answer(Language(sys.argv[1]), json.load(sys.stdin)), sys.stdout)
