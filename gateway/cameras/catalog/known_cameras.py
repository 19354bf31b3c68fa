"""Which cameras there are, and were."""

from __future__ import annotations

from gateway.cameras.catalog.camera_states import CameraStateStore
from gateway.cameras.catalog.segments import SegmentStore
from gateway.db import Database


def known_cameras(database: Database) -> list[str]:
    """All that the database knows anything of."""
    states = [one.name for one in CameraStateStore(database).all()]
    return list(dict.fromkeys((*states, *SegmentStore(database).cameras())))
