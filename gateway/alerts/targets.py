"""Which targets there are, and how far the journal was read for each: as the configuration has it, at each start.

Always called, also where no target is configured any more: what was still to be told to one that is gone is closed.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Sequence

from gateway.alerts.lasting import lasting_alerts
from gateway.alerts.store import add_alert, kinds_of
from gateway.core.alert import AlertKind, AlertTarget
from gateway.core.alert_digest import digest_of
from gateway.db import Database

_log = logging.getLogger(__name__)

_ANY = "SELECT (SELECT count(*) FROM alert_target) + (SELECT count(*) FROM alert WHERE settled_ms IS NULL)"
_REMOVED = (
    "UPDATE alert SET settled_ms = ?, outcome = 'removed' WHERE settled_ms IS NULL"
    " AND target NOT IN (SELECT value FROM json_each(?))"
)
_GONE = (
    "UPDATE alert_target SET removed_ms = ? WHERE removed_ms IS NULL AND name NOT IN (SELECT value FROM json_each(?))"
)
_NEW = (
    "INSERT INTO alert_target (name, kinds, since_ms, read_seq) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
    " kinds = excluded.kinds, since_ms = excluded.since_ms, read_seq = excluded.read_seq, removed_ms = NULL,"
    " failures = 0, last_error = NULL, last_error_ms = NULL, told_ms = NULL"
)
MOST_REMOVED = 100
"""Targets that are gone of which it is still shown what they were told."""


def adopt_targets(database: Database, targets: Sequence[AlertTarget], now_ms: int) -> None:
    """From now on these are told. A target, and a kind at a target, that was not there before hears of nothing that
    the journal has already, but for one digest of what lasts. Everything in one transaction."""
    if not targets and not database.read(_ANY)[0][0]:
        return
    names = json.dumps([one.name for one in targets], ensure_ascii=False)
    with database.write() as connection:
        closed = connection.execute(_REMOVED, (now_ms, names)).rowcount
        connection.execute(_GONE, (now_ms, names))
        _drop_oldest_removed(connection)
        # What a damaged row said is found out anew; the alerts of the target know how far it had come.
        connection.execute("DELETE FROM alert_target WHERE id NOT IN (SELECT id FROM sound_alert_target)")
        for one in targets:
            _adopt(connection, one, now_ms)
    if closed:
        _log.warning("what was still to be told to targets that are gone is closed alerts=%d", closed)


def _adopt(connection: sqlite3.Connection, target: AlertTarget, now_ms: int) -> None:
    head = newest_seq(connection)
    known = _known(connection, target.name)
    if known is None:
        known = {}
        connection.execute(_NEW, (target.name, "{}", now_ms, head))
    added = target.kinds - known.keys()
    if known.keys() == target.kinds and known:
        return
    kinds = {kind.value: known.get(kind, head) for kind in AlertKind if kind in target.kinds}
    connection.execute("UPDATE alert_target SET kinds = ? WHERE name = ?", (json.dumps(kinds), target.name))
    _add_lasting(connection, target.name, frozenset(added), now_ms)


def _known(connection: sqlite3.Connection, name: str) -> dict[AlertKind, int] | None:
    """Which kinds it is told of, each after which entry; `None`: it is new."""
    row = connection.execute(
        "SELECT kinds FROM sound_alert_target WHERE name = ? AND removed_ms IS NULL", (name,)
    ).fetchone()
    if row is not None:
        return kinds_of(row[0])
    (told,) = connection.execute("SELECT max(seq) FROM sound_alert WHERE target = ?", (name,)).fetchone()
    was_removed = connection.execute("SELECT 1 FROM alert_target WHERE name = ?", (name,)).fetchone()
    if told is None or was_removed:
        return None
    kinds = {kind.value: int(told) for kind in AlertKind}
    connection.execute(_NEW, (name, json.dumps(kinds), 0, told))
    return kinds_of(json.dumps(kinds))


def newest_seq(connection: sqlite3.Connection) -> int:
    """0: the journal is empty."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])


def _add_lasting(connection: sqlite3.Connection, name: str, kinds: frozenset[AlertKind], now_ms: int) -> None:
    lasting = lasting_alerts(connection, kinds)
    if lasting:
        add_alert(connection, name, None, digest_of(lasting), now_ms)


def _drop_oldest_removed(connection: sqlite3.Connection) -> None:
    old = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM alert_target WHERE removed_ms IS NOT NULL ORDER BY removed_ms DESC LIMIT -1 OFFSET ?",
            (MOST_REMOVED,),
        )
    ]
    for name in old:
        connection.execute("DELETE FROM alert WHERE target = ?", (name,))
        connection.execute("DELETE FROM alert_target WHERE name = ?", (name,))
