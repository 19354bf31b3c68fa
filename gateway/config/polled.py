"""What every instrument says of itself, whatever it speaks: its name, its link, and how often it is asked."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.section import Name, Section
from gateway.config.units import Duration, within


class Polled(Section):
    """One device on a link, polled as a whole."""

    name: Name = Field(description="a short name for logs and commands, such as multiprobe")
    link: str = Field(description="the name of one of the links")
    poll: Annotated[Duration, AfterValidator(within("100ms", "1h"))] = Field(
        description="the time between two polls, such as 5s"
    )
