"""The page of one station: builds it from the configuration and runs it. What `gateway.app` is to the daemon."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import TYPE_CHECKING

from starlette.types import ASGIApp

from gateway.acts.request_folder import RequestFolder
from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock, Instant
from gateway.db import Database
from gateway.runtime.clock import SystemClock
from gateway.runtime.give_back import memory_returner
from gateway.runtime.lock import WEB_LOCK, hold
from gateway.runtime.supervisor import Supervisor
from gateway.runtime.systemd import Notifier
from gateway.web.accounts.cookies import Cookies
from gateway.web.accounts.database import open_web_database
from gateway.web.accounts.folder import make_page_folder
from gateway.web.accounts.guard import AccountGuard
from gateway.web.accounts.login import PasswordLogin
from gateway.web.accounts.login_log import LoginLog
from gateway.web.accounts.passwords import Passwords
from gateway.web.accounts.sessions import Sessions
from gateway.web.addresses import own_names
from gateway.web.databases import Databases
from gateway.web.headers import PageHeaders, page_headers
from gateway.web.hosts import HostCheck
from gateway.web.limits import Piecewise
from gateway.web.live import News
from gateway.web.login_pages import LOG_IN, LoginPages
from gateway.web.outdated import end_if_outdated
from gateway.web.page_settings import page_settings
from gateway.web.programs import page_api, programs_app
from gateway.web.returned_memory import ReturnedMemory
from gateway.web.rooms import rooms_of
from gateway.web.server import Service, serve
from gateway.web.site import PageSite, make_site
from gateway.web.upkeep import PageUpkeep

if TYPE_CHECKING:
    from gateway.config.metrics import MetricsSettings
    from gateway.config.web import WebSettings
    from gateway.web.tls import CertificateFiles, PageTls

_log = logging.getLogger(__name__)

_UPKEEP_ENDS_WITHIN_S = 3.0


def run_page(configuration: Configuration) -> int:
    """Until SIGTERM or SIGINT. Returns the exit code.

    Raises:
        GatewayError: there is none, it cannot listen where it should, or its folder or certificate cannot be used.
    """
    settings = page_settings(configuration)
    notifier, clock = Notifier(), SystemClock()
    make_page_folder(settings.storage)
    with (
        closing(hold(settings.storage, WEB_LOCK)),
        closing(open_web_database(settings.storage, alive=lambda: notifier.starting("its database"))) as accounts,
    ):
        return _run(configuration, settings, accounts, notifier, clock)


def _run(
    configuration: Configuration, settings: WebSettings, accounts: Database, notifier: Notifier, clock: Clock
) -> int:
    databases = Databases(configuration.storage.path, clock)
    news = News(databases.version)
    sessions = Sessions(accounts)
    cookies = Cookies(configuration.station.code, settings.is_encrypted)
    guard = AccountGuard(sessions, cookies, clock)
    site = PageSite(
        configuration,
        settings,
        rooms_of(configuration),
        lambda: _told(databases.gateway, "the gateway has never run here (gateway run)"),
        lambda: _told(databases.cameras, "the cameras' recorder has never run here (gateway cameras run)"),
        clock,
        guard,
        news,
        log_in=LOG_IN,
    )
    told = LoginLog(accounts, RequestFolder(settings.storage), site.database)
    pages = LoginPages(site, PasswordLogin(accounts, Passwords(), sessions), sessions, guard, cookies, clock, told)
    metrics = configuration.metrics
    tls, renew = _tls(settings, clock, metrics)
    vouched = settings.certificate is not None
    app = guarded(make_site(site, [*pages.routes(), page_api(site)]), settings.names, vouched=vouched)
    services = [_service("web", app, settings, tls)]
    if metrics is not None:
        programs = guarded(programs_app(site, metrics), settings.names, vouched=vouched)
        services.append(_service("metrics", programs, metrics, tls))
    outdated = end_if_outdated(configuration.source.sha256, configuration.file, site.database)
    upkeep = Supervisor([PageUpkeep(tls, renew, told.tell_failures, outdated)], clock, on_fatal=lambda: None)
    upkeep.start()
    try:
        return serve(services, news, notifier)
    finally:
        upkeep.stop(_UPKEEP_ENDS_WITHIN_S)


def guarded(app: ASGIApp, names: Iterable[str], *, vouched: bool) -> ASGIApp:
    """What stands around every answer, those of a failure, too. `vouched`: see `page_headers`."""
    answering = ReturnedMemory(Piecewise(app), memory_returner())
    return PageHeaders(HostCheck(answering, names), page_headers(vouched=vouched))


def _service(name: str, app: ASGIApp, settings: WebSettings | MetricsSettings, tls: PageTls | None) -> Service:
    return Service(name, app, settings.listen, tls.context if tls is not None and settings.is_encrypted else None)


def _tls(
    settings: WebSettings, clock: Clock, metrics: MetricsSettings | None
) -> tuple[PageTls | None, Callable[[Instant], object] | None]:
    """What the page and metrics show, and how it is renewed if it is ours; nothing where neither is encrypted."""
    if not settings.is_encrypted and (metrics is None or not metrics.is_encrypted):
        return None, None
    from gateway.web.tls import CertificateFiles, PageTls, certificate_names, certificate_sha256, own_certificate

    if settings.certificate is not None and settings.key is not None:
        return PageTls(CertificateFiles(settings.certificate, settings.key.place)), None

    def make(now: Instant) -> CertificateFiles:
        names = certificate_names(settings.names, settings.listen, None if metrics is None else metrics.listen)
        return own_certificate(settings.storage, names, own_names(), now.wall_ms)

    tls = PageTls(make(clock.now()))
    _log.info("page's own certificate sha256=%s", certificate_sha256(tls.files))
    return tls, make


@contextmanager
def _told(opened: Callable[[], AbstractContextManager[Database]], never: str) -> Iterator[Database]:
    try:
        with opened() as database:
            yield database
    except FileNotFoundError as missing:
        raise GatewayError(f"{missing} does not exist: {never}") from None
    except OSError as error:
        raise GatewayError(f"the database cannot be read ({error.strerror})") from None
