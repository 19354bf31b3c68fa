"""The invariants of the journey, as queries. An empty answer is a sound database."""

from __future__ import annotations

from gateway.core.phrase import Phrase
from gateway.db.connection import Database

Invariants = tuple[tuple[str, str], ...]
"""What must never be, in words, and the query that finds where it is."""
JOURNEY: Invariants = (
    (
        Phrase("an open slot has a record already"),
        """
        SELECT open_slot.end_ms FROM open_slot JOIN record USING (end_ms, length_ms)""",
    ),
    (
        Phrase("a filed record has no file"),
        """
        SELECT record.id FROM record LEFT JOIN file ON file.record_id = record.id
        WHERE record.filed_ms IS NOT NULL AND file.id IS NULL""",
    ),
    (
        Phrase("two files of one slot bear one name and one form and differ"),
        """
        SELECT min(file.id) FROM file JOIN record ON record.id = file.record_id
        JOIN rendering ON rendering.id = file.rendering_id
        WHERE json_valid(rendering.definition)
        GROUP BY file.name, record.length_ms, rendering.definition ->> '$.template',
            rendering.definition ->> '$.symbols'
        HAVING count(DISTINCT file.sha256) > 1""",
    ),
    (
        Phrase("a delivery has another slot than its file"),
        """
        SELECT delivery.id FROM delivery JOIN file ON file.id = delivery.file_id
        JOIN record ON record.id = file.record_id WHERE delivery.end_ms <> record.end_ms""",
    ),
    (
        Phrase("a delivered file has no time of delivery, or an undelivered one has that nobody had sent again"),
        """
        SELECT id FROM delivery WHERE CASE state
            WHEN 'delivered' THEN delivered_ms IS NULL ELSE delivered_ms IS NOT NULL AND resent_by IS NULL END""",
    ),
    (
        Phrase("a delivery was given up by nobody"),
        """
        SELECT id FROM delivery WHERE state = 'closed' AND closed_by IS NULL""",
    ),
    (
        Phrase("an empty file waits, or one with lines is said to be empty"),
        """
        SELECT delivery.id FROM delivery JOIN file ON file.id = delivery.file_id
        WHERE CASE state WHEN 'empty' THEN size > 0
            ELSE state IN ('waiting', 'refused') AND size = 0 AND delivered_ms IS NULL END""",
    ),
    (
        Phrase("a digest is of no entry of the journal, or of one that is none"),
        """
        SELECT digest.seq FROM digest LEFT JOIN journal ON journal.seq = digest.seq
        WHERE journal.kind IS NOT 'digest'""",
    ),
    (
        Phrase("a delivered digest has no time of delivery, or one that is not delivered has"),
        """
        SELECT id FROM digest_delivery WHERE (state = 'delivered') IS (delivered_ms IS NULL)""",
    ),
    (
        Phrase("an outage lasts although another came after it"),
        """
        SELECT later.id FROM outage JOIN outage AS later
        ON later.destination_id = outage.destination_id AND later.id > outage.id
        WHERE outage.ended_ms IS NULL""",
    ),
    (
        Phrase("a block of readings ends before it begins"),
        """
        SELECT id FROM reading_block WHERE last_ms < first_ms OR samples < 1""",
    ),
)


def verify(database: Database, invariants: Invariants = JOURNEY) -> list[str]:
    """Everything that is wrong with the database: SQLite's own integrity check, foreign keys, our invariants. Another
    one than the gateway's has others."""
    found = [f"integrity: {row[0]}" for row in database.read("PRAGMA integrity_check") if row[0] != "ok"]
    found += [f"foreign key: {tuple(row)}" for row in database.read("PRAGMA foreign_key_check")]
    return found + broken_invariants(database, invariants)


def broken_invariants(database: Database, invariants: Invariants = JOURNEY) -> list[str]:
    """What is wrong with what the rows say together."""
    found: list[str] = []
    for claim, query in invariants:
        rows = [row[0] for row in database.read(query)]
        if rows:
            told = Phrase("{claim}: {rows}", claim=claim, rows=rows[:5])
            found.append(told + Phrase(" and {count} more", count=len(rows) - 5) if len(rows) > 5 else told)
    return found
