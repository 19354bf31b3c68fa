"""`bayern_hessen`: an ambient air analyser that speaks the protocol of the Bavarian and Hessian networks (Gesytec)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from gateway.config.file.form_error import FormError
from gateway.config.instruments.code_lists import meant, refuse_two_meanings
from gateway.config.instruments.device import Place, PolledDevice
from gateway.config.instruments.reported import Reported
from gateway.config.instruments.status import Sources, own_source
from gateway.config.links.link import TEXT_LINK_TYPES
from gateway.config.section import Section, Whole, not_empty
from gateway.core.phrase import Phrase

MANTISSA_DIGITS = 4
_OPERATING_LISTS = ("calibrating_bits", "fault_bits")

ThreeDigits = Annotated[Whole, Field(ge=0, le=999)]
Bits = tuple[Annotated[Whole, Field(ge=0, le=7)], ...]


class BayernHessenProtocol(Section):
    """`checksum: none` for a device that ends its lines with CR alone; without a checksum a disturbed line can look
    like another value, so ask the manual for the other form first.

    `id_from: serial` for a device that answers for several gases under its one address, and tells them apart where
    others have their serial number (Acoem Serinus).
    """

    address: ThreeDigits = Field(description=Phrase("the device's address in its communication menu, such as 1"))
    checksum: Literal["bcc", "none"] = "bcc"
    id_from: Literal["number", "serial"] = "number"


class BayernHessenStatus(Section):
    """What the bits of a measurement's two status bytes mean, 0 the least significant; a bit in no list says nothing.

    `calibrating_bits` and `fault_bits` are of the operating status, `error_bits` of the error status. By default, as
    Teledyne API's T series (T300, table 6-6 "Default Hessen Status Flag Assignments", upper byte) and Ecotech's Serinus
    (40, table 16) have it: bit 0 instrument off, bit 1 manual calibration or out of service, bit 2 zero gas, bit 3 span
    gas; bits 4 to 7 (warm-up, units, background) differ between makers. Every bit of the error status is a fault.
    """

    calibrating_bits: Bits = (1, 2, 3)
    fault_bits: Bits = (0,)
    error_bits: Bits = (0, 1, 2, 3, 4, 5, 6, 7)

    @model_validator(mode="after")
    def _mean_one_thing(self) -> BayernHessenStatus:
        refuse_two_meanings(self, _OPERATING_LISTS)
        return self

    @property
    def calibrating_mask(self) -> int:
        """The operating status's bits that mean calibrating."""
        return _mask(meant(self, "calibrating_bits", _OPERATING_LISTS))

    @property
    def fault_mask(self) -> int:
        """The operating status's bits that mean a fault."""
        return _mask(meant(self, "fault_bits", _OPERATING_LISTS))

    @property
    def error_mask(self) -> int:
        """The error status's bits that mean a fault."""
        return _mask(self.error_bits)


class BayernHessenMeasured(Reported):
    """One parameter: the measurement with this number in the answer; the device's address if it has only one."""

    id: ThreeDigits | None = None

    @field_validator("invalid")
    @classmethod
    def _have_four_digits(cls, codes: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
        """`±mmmm±ee`, as every value."""
        for code in codes:
            if len(code.normalize().as_tuple().digits) > MANTISSA_DIGITS:
                raise FormError(
                    Phrase(
                        "{code} never comes: a telegram's numbers have {mantissa_digits} digits",
                        code=code,
                        mantissa_digits=MANTISSA_DIGITS,
                    ),
                    Phrase("write the number as the device's display rounds it"),
                )
        return codes


class BayernHessenDevice(PolledDevice):
    """One device on a serial or tcp link."""

    protocol: ClassVar[str | None] = "bayern_hessen"
    link_types: ClassVar[tuple[str, ...]] = TEXT_LINK_TYPES

    bayern_hessen: BayernHessenProtocol = Field(description=Phrase("the section of the protocol, such as {address: 1}"))
    status: Sources[BayernHessenStatus] = ()
    parameters: Annotated[tuple[BayernHessenMeasured, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("a list of what it measures")
    )

    @property
    def own_status(self) -> BayernHessenStatus:
        """What the status bytes' bits mean."""
        return own_source(self.status) or BayernHessenStatus()

    @property
    def link_address(self) -> str:
        """In short, for people."""
        return f"Bayern-Hessen {self.bayern_hessen.address}"

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(
            Place("symbol" if one.id is None else "id", Phrase("measurement {one}", one=self._number_of(one)))
            for one in self.parameters
        )

    def _number_of(self, measured: BayernHessenMeasured) -> int:
        return self.bayern_hessen.address if measured.id is None else measured.id

    @field_validator("parameters")
    @classmethod
    def _be_told_apart(
        cls, parameters: tuple[BayernHessenMeasured, ...], siblings: ValidationInfo[Any]
    ) -> tuple[BayernHessenMeasured, ...]:
        protocol = siblings.data.get("bayern_hessen")
        seen: dict[int | None, str] = {}
        for measured in parameters:
            number = protocol.address if measured.id is None and protocol is not None else measured.id
            if number in seen:
                raise FormError(
                    Phrase("{symbol} and {seen} have one id", symbol=measured.symbol, seen=seen[number]),
                    Phrase("give each the id of the manual's list"),
                )
            seen[number] = measured.symbol
        return parameters


def _mask(bits: Iterable[object]) -> int:
    return sum(1 << int(bit) for bit in set(bits) if isinstance(bit, int))
