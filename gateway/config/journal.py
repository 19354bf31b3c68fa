"""`journal`: what becomes of the daily digests, besides being kept."""

from __future__ import annotations

from gateway.config.section import Flag, Section


class JournalSettings(Section):
    """`send`: each day's digest is brought to the destinations, too."""

    send: Flag = False
