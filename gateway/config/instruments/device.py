"""What every instrument says of itself, whatever it speaks: its name, its link, and how often it is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.section import Name, Section
from gateway.config.units import Duration, within

Wait = Annotated[Duration, AfterValidator(within("0ms", "24h"))]


class PolledDevice(Section):
    """One device on a link, polled as a whole."""

    name: Name = Field(description="a short name for logs and commands, such as multiprobe")
    link: str = Field(description="the name of one of the links")
    poll: Annotated[Duration, AfterValidator(within("100ms", "1h"))] = Field(
        description="the time between two polls, such as 5s"
    )
    hold: Wait = timedelta(0)
    """How long after a calibration its values are still those of one."""
    warm_up: Wait = timedelta(0)
    """How long after it was away, or started, its values do not count as measured."""
    frozen: Wait = timedelta(minutes=30)
    """How long several of its values may stay equal together before that is a finding; 0s: for ever."""
