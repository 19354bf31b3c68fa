"""Whether the page shows a station that is configured otherwise by now: then it ends, and systemd starts it anew, with
the file as the gateway has taken it over. Reading it anew in place would leave half of what was made of the old one."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager

from gateway.audit.configurations import newest_in_force
from gateway.core.errors import GatewayError
from gateway.db import Database

_log = logging.getLogger(__name__)


def end_if_outdated(sha256: str, database: Callable[[], AbstractContextManager[Database]]) -> Callable[[], None]:
    """What is to be called now and then. `sha256`: of the file that the page has read."""
    at_first: list[tuple[str, int] | None] = []

    def look() -> None:
        try:
            with database() as opened:
                now = newest_in_force(opened)
        except (GatewayError, OSError):
            return  # there is none yet, or it cannot be read: the page says so itself
        if not at_first:
            at_first.append(now)  # a file that was changed and not taken over is no reason to end again and again
        if now is not None and now != at_first[0] and now[0] != sha256:
            _log.info("the gateway has taken another configuration over, the page ends to begin anew sha256=%s", now[0])
            os.kill(os.getpid(), signal.SIGTERM)

    return look
