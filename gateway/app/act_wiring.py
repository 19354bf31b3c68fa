"""Who does what people ask for at the page; nobody, and nothing of it is loaded, where there is no page."""

from __future__ import annotations

from gateway.config import Configuration
from gateway.core.interfaces import Clock, Worker
from gateway.db import Database


def acts_at_the_page(configuration: Configuration, database: Database, clock: Clock) -> list[Worker]:
    if configuration.web is None:
        return []
    from gateway.acts.request_worker import RequestWorker

    return [RequestWorker(configuration, configuration.web.storage, database, clock)]
