"""The page of one station: builds it from the configuration and runs it. What `gateway.app` is to the daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.db import Database
from gateway.runtime.clock import SystemClock
from gateway.runtime.systemd import Notifier
from gateway.web.databases import Databases
from gateway.web.guard import NobodyLogsIn
from gateway.web.live import News
from gateway.web.rooms import rooms_of
from gateway.web.server import Service, serve
from gateway.web.site import PageSite, make_site


def run_page(configuration: Configuration) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code.

    Raises:
        GatewayError: there is none, or it cannot listen where it should.
    """
    settings = configuration.web
    if settings is None:
        raise GatewayError(f'{configuration.file} has no page: add web: {{listen: "127.0.0.1:8080"}}')
    clock = SystemClock()
    databases = Databases(configuration.storage.path, clock)
    news = News(databases.version)
    site = PageSite(
        configuration,
        settings,
        rooms_of(configuration),
        lambda: _told(databases.gateway, "the gateway has never run here (gateway run)"),
        lambda: _told(databases.cameras, "the cameras' recorder has never run here (gateway cameras run)"),
        clock,
        NobodyLogsIn(),
        news,
        log_in=None,
    )
    return serve([Service("web", make_site(site), settings.listen)], news, Notifier())


@contextmanager
def _told(opened: Callable[[], AbstractContextManager[Database]], never: str) -> Iterator[Database]:
    try:
        with opened() as database:
            yield database
    except FileNotFoundError as missing:
        raise GatewayError(f"{missing} does not exist: {never}") from None
    except OSError as error:
        raise GatewayError(f"the database cannot be read ({error.strerror})") from None
