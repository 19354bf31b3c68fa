"""What must never be in the recorder's database, as queries."""

from __future__ import annotations

from gateway.core.phrase import Phrase
from gateway.db.verify import Invariants

OF_VIDEO: Invariants = (
    (
        Phrase("a whole segment has no end, or ends before it begins"),
        """
        SELECT id FROM segment WHERE state = 'whole' AND (end_ms IS NULL OR end_ms < begin_ms OR bytes IS NULL)""",
    ),
    (
        Phrase("a segment lies in another camera's folder"),
        """
        SELECT id FROM segment WHERE substr(file, 1, length(camera) + 1) <> camera || '/'""",
    ),
    (
        Phrase("a gap ends before it begins"),
        """
        SELECT id FROM gap WHERE end_ms < begin_ms""",
    ),
    (
        Phrase("two gaps of a camera last"),
        """
        SELECT max(id) FROM gap WHERE end_ms IS NULL GROUP BY camera HAVING count(*) > 1""",
    ),
    (
        Phrase("two events of a camera and a kind last"),
        """
        SELECT max(id) FROM camera_event WHERE ended_ms IS NULL GROUP BY camera, kind HAVING count(*) > 1""",
    ),
    (
        Phrase("a pin ends before it begins"),
        """
        SELECT id FROM pin WHERE end_ms < begin_ms""",
    ),
)
