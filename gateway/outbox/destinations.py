"""Destinations as the database knows them: by a name that the configuration gives, and that stays once it was used."""

from __future__ import annotations

import sqlite3


def know_destination(connection: sqlite3.Connection, name: str) -> None:
    """The name has its row from now on; in the transaction of what refers to it."""
    connection.execute("INSERT OR IGNORE INTO destination (name) VALUES (?)", (name,))
