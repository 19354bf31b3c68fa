"""The texts of messages in one language, for a daemon that must not hold the catalogues: read in a child process, once,
when the first message is to be put into words.

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


class SpokenTexts:
    """May be asked by several threads."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._lock = threading.Lock()
        self._texts: Mapping[str, str] | None = None

    def by_key(self) -> Mapping[str, str]:
        """All that messages need. Empty, and tried again the next time, where the child fails: then a message says what
        it is about in the names that programs have."""
        with self._lock:
            if self._texts is None:
                self._texts = _read_in_child(self._language)
            return self._texts or {}


def _read_in_child(language: Language) -> Mapping[str, str] | None:
    command = [sys.executable, "-m", __name__, language.value]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=True)  # noqa: S603  # our own
        texts: dict[str, str] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        _log.warning("the texts of messages cannot be read, told in codes instead: %s", error)
        return None
    return texts


def _send(language: str) -> None:
    from gateway.texts import texts_in

    texts = texts_in(Language(language)).by_key
    json.dump({key: text for key, text in texts.items() if key.startswith(_WANTED)}, sys.stdout)


if __name__ == "__main__":
    _send(sys.argv[1])
