"""`ascii`: a device that answers in lines of its own making, or talks unasked."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.file.form_error import FormError
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.ascii_protocol import STATUS_GROUP, AsciiProtocol, Bytes
from gateway.config.instruments.code_lists import refuse_calibrating_fault
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Schedule, Sources, own_source
from gateway.config.instruments.text_conflicts import TextGroup, text_contradictions
from gateway.config.links.link import TEXT_LINK_TYPES
from gateway.config.section import Section, not_empty
from gateway.core.phrase import Phrase

COMMON_UNIT_GROUP = "unit"


class AsciiStatus(Section):
    """What the group `status` says, as text. A code in neither list means measuring."""

    calibrating: tuple[str, ...] = ()
    fault: tuple[str, ...] = ()

    @field_validator("fault")
    @classmethod
    def _mean_one_thing(cls, fault: tuple[str, ...], siblings: ValidationInfo[Any]) -> tuple[str, ...]:
        return refuse_calibrating_fault(fault, siblings)


class AsciiMeasured(Reported):
    """One parameter: the number in the group of its symbol, or in `group` where a symbol cannot name one (`PM2,5`).

    `says_unit`: the unit that the device must write, in the group `PM_unit` (PM: the parameter's own group), in the
    group `unit` of all, or behind the number. A device that was switched to another one has no value.
    """

    group: str | None = None
    says_unit: Bytes | None = None

    @property
    def held_in(self) -> str:
        """The group that holds it."""
        return self.symbol if self.group is None else self.group

    def unit_group_in(self, groups: Container[str]) -> str | None:
        """The group of its unit, of those that there are; `None` where the unit stands behind the number."""
        return next((one for one in (f"{self.held_in}_unit", COMMON_UNIT_GROUP) if one in groups), None)


class AsciiDevice(PolledDevice):
    """One device on a serial or tcp link."""

    protocol: ClassVar[str | None] = "ascii"
    link_types: ClassVar[tuple[str, ...]] = TEXT_LINK_TYPES

    ascii: AsciiProtocol = Field(description=Phrase("the section that says what is asked and answered"))
    status: Sources[AsciiStatus] = ()
    parameters: Annotated[tuple[AsciiMeasured, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of what it measures")
    )

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return "ascii"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            Place("symbol" if one.group is None else "group", f"group {one.held_in}", (self.ascii.request,))
            for one in self.parameters
        )

    @property
    def contradictions(self) -> Iterator[LocatedProblem]:
        groups = [
            TextGroup(one.held_in, unit if one.says_unit else None, "" if unit else one.says_unit or "", one.invalid)
            for one in self.parameters
            for unit in [one.unit_group_in(self.ascii.groups)]
        ]
        own = self.own_status
        at = ("status", next((i for i, one in enumerate(self.status) if one is own), 0))
        states = {} if own is None else {"calibrating": own.calibrating, "fault": own.fault}
        yield from text_contradictions(self.ascii, groups, at, states)

    @classmethod
    def talks_unasked(cls, content: Mapping[str, object]) -> bool:
        protocol = content.get("ascii")
        return isinstance(protocol, dict) and protocol.get("streaming") is True

    @property
    def own_status(self) -> AsciiStatus | None:
        """What the group `status` means; `None` if it is not listened to."""
        return own_source(self.status)

    @field_validator("status")
    @classmethod
    def _be_in_the_response(
        cls, status: tuple[AsciiStatus | Schedule, ...], siblings: ValidationInfo[Any]
    ) -> tuple[AsciiStatus | Schedule, ...]:
        protocol = siblings.data.get("ascii")
        if own_source(status) is not None and protocol is not None and STATUS_GROUP not in protocol.groups:
            raise FormError(
                Phrase("has no group in the response"), Phrase("add a group such as (?P<status>\\d) to ascii.response")
            )
        return status

    @field_validator("parameters")
    @classmethod
    def _have_groups(
        cls, parameters: tuple[AsciiMeasured, ...], siblings: ValidationInfo[Any]
    ) -> tuple[AsciiMeasured, ...]:
        protocol = siblings.data.get("ascii")
        if protocol is None:
            return parameters
        for measured in parameters:
            if measured.held_in not in protocol.groups:
                raise FormError(
                    Phrase(
                        "{symbol} has no group {held_in!r} in ascii.{response_key}",
                        symbol=measured.symbol,
                        held_in=measured.held_in,
                        response_key=protocol.response_key,
                    ),
                    Phrase(
                        "groups there: {groups}; name another with group: NAME",
                        groups=", ".join(sorted(protocol.groups)) or "none",
                    ),
                )
            own_unit = f"{measured.held_in}_unit"
            if own_unit in protocol.groups and measured.says_unit is None:
                raise FormError(
                    Phrase(
                        "{symbol} has the group {own_unit!r}, and nothing says what must stand there",
                        symbol=measured.symbol,
                        own_unit=own_unit,
                    ),
                    Phrase('add says_unit: "mg/m3" as the device writes it: with another unit there is no value'),
                )
        _refuse_idle_responses(protocol, parameters, own_source(siblings.data.get("status", ())) is not None)
        return parameters


def _refuse_idle_responses(protocol: AsciiProtocol, parameters: tuple[AsciiMeasured, ...], has_status: bool) -> None:
    """Of several kinds of line each must be there for something: the gateway waits for all of them."""
    wanted = {one.held_in for one in parameters} | ({STATUS_GROUP} if has_status else set())
    for number, groups in enumerate(protocol.groups_by_kind, 1):
        if len(protocol.kinds) > 1 and not groups & wanted:
            raise FormError(
                Phrase("no parameter stands in number {number} of ascii.responses", number=number),
                Phrase("remove it: lines that are not described are passed over"),
            )
