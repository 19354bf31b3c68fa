"""The database: its schema, its migrations, the one writing connection, the invariants."""

from gateway.db.connection import Database, join_database, open_database
from gateway.db.verify import verify

__all__ = ["Database", "join_database", "open_database", "verify"]
