"""What is in force from now on, told in the journal where it is something else than before."""

from __future__ import annotations

from gateway.audit.configurations import adopt
from gateway.audit.in_force import tell_limits, tell_versions
from gateway.audit.limit_watch import log_limits
from gateway.audit.reload_requests import ReloadRequests, asked_for_the_start
from gateway.config import Configuration
from gateway.core.journal_entry import GATEWAY
from gateway.db import Database
from gateway.runtime.versions import versions


def tell_what_is_in_force(database: Database, configuration: Configuration, now_ms: int) -> None:
    """At a start: the configuration, the versions, the limits. Whoever asked for that start is told once everybody
    works (`ReloadWorker`)."""
    source = configuration.source
    who = asked_for_the_start(ReloadRequests(database).open(), source.sha256) or GATEWAY
    adopt(database, source, configuration.taken, configuration.file, now_ms, who=who)
    ((schema,),) = database.read("PRAGMA user_version")
    tell_versions(database, {**versions(), "schema": schema}, now_ms)
    tell_limits_in_force(database, configuration, now_ms)


def tell_limits_in_force(database: Database, configuration: Configuration, now_ms: int) -> None:
    if tell_limits(database, configuration.finding_rules, now_ms):
        log_limits(configuration.finding_rules, now_ms)
