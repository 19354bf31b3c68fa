"""Whether the page shows a station that is configured otherwise by now: then it ends, and systemd starts it anew, with
the file as the gateway has taken it over. Reading it anew in place would leave half of what was made of the old one.

While the file is another one than the gateway's, a page that ended could not begin again if it is faulty: it stays.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.db import Database
from gateway.reports.configuration_standing import configuration_standing

_log = logging.getLogger(__name__)


def end_if_outdated(
    sha256: str, file: Path, database: Callable[[], AbstractContextManager[Database]]
) -> Callable[[], None]:
    """What is to be called now and then. `sha256`: of the file when the page read it."""

    def look() -> None:
        try:
            with database() as opened:
                standing = configuration_standing(file, opened)
        except (GatewayError, OSError):
            return  # there is no database yet, or it cannot be read: the page says so itself
        taken = standing.sha256
        if taken is not None and taken != sha256 and taken == standing.file_sha256:
            _log.info("the gateway has taken another configuration over, the page ends to begin anew sha256=%s", taken)
            os.kill(os.getpid(), signal.SIGTERM)

    return look
