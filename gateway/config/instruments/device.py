"""What every instrument says of itself, whatever it speaks: its name, its link, and how often it is asked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.calibration import CalibrationSettings
from gateway.config.links.ends import LinkEnd
from gateway.config.section import Name, Section
from gateway.config.units import Duration, within
from gateway.core.phrase import Phrase

Wait = Annotated[Duration, AfterValidator(within("0ms", "24h"))]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a device a parameter stands: two parameters at equal places are one."""

    key: str = field(compare=False)
    """The parameter's key that says so in the file."""
    shown: object
    """As people call it."""
    rest: tuple[object, ...] = ()
    """What tells it from other places that are called the same."""


class PolledDevice(Section):
    """One device on a link, polled as a whole. Base of every protocol's model, which says of itself what the checks
    must know of it: they know no protocol by name."""

    protocol: ClassVar[str | None] = None
    """The key of the section that tells it from others; `None` for Modbus, which has no section of its own."""
    link_types: ClassVar[tuple[str, ...]]
    """On which types of link it may stand."""

    name: Name = Field(description=Phrase("a short name for logs and commands, such as multiprobe"))
    link: str = Field(description=Phrase("the name of one of the links"))
    profile: Name | None = None
    """The ready instrument from which it took what is not said here (`gateway.config.profiles`)."""
    poll: Annotated[Duration, AfterValidator(within("100ms", "1h"))] = Field(
        description=Phrase("the time between two polls, such as 5s")
    )
    hold: Wait = timedelta(0)
    """How long after a calibration its values are still those of one."""
    warm_up: Wait = timedelta(0)
    """How long after it was away, or started, its values do not count as measured."""
    frozen: Wait = timedelta(minutes=30)
    """How long several of its values may stay equal together before that is a finding; 0s: for ever."""
    calibration: CalibrationSettings | None = None

    @property
    @abstractmethod
    def link_address(self) -> str:
        """In short, for people: how it is called among those on its link."""

    @property
    def valve_unit(self) -> int:
        """The unit on its own link that has its calibration valves, unless another is named."""
        return 1

    @property
    @abstractmethod
    def places(self) -> tuple[Place, ...]:
        """Where each of its parameters stands, in their order."""

    @property
    def contradictions(self) -> Iterator[LocatedProblem]:
        """What in it can never take effect, located from the instrument down."""
        yield from ()

    @property
    def warnings(self) -> Iterator[LocatedProblem]:
        """What is allowed in it but odd, located from the instrument down."""
        yield from ()

    def emptied_by(self, other: PolledDevice) -> Iterator[LocatedProblem]:
        """Counters of this section that each read empties, and that another section of the same device reads over;
        located from the instrument down."""
        yield from ()

    @classmethod
    def misfits(cls, content: Mapping[str, object], link: type[LinkEnd]) -> Iterator[LocatedProblem]:
        """What in its plain values does not fit a type of link on which it may stand."""
        yield from ()

    @classmethod
    def talks_unasked(cls, content: Mapping[str, object]) -> bool:
        """Whether it does, by its plain values: then nobody else can be asked on its link."""
        return False

    @classmethod
    def tag(cls) -> str:
        """Stands in pydantic's locations, and is no key of the file."""
        return f"{cls.protocol or 'modbus'} device"
