"""What every parameter that an instrument measures says of itself, whichever way its value comes."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, field_validator, model_validator

from gateway.config.builtin_tables.catalogue import default_averaging, fastest_growth
from gateway.config.builtin_tables.molar_masses import molar_masses
from gateway.config.file.form_error import FormError
from gateway.config.parameters.convert import Convert
from gateway.config.parameters.counting import Counter, refuse_unsaid
from gateway.config.parameters.sent_line import SentLine
from gateway.config.section import Number, Token
from gateway.core.averaging import Averaging, natural_averaging
from gateway.core.derivation import Converted
from gateway.core.formula_range import Range
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.record import Aggregation
from gateway.core.running_total import RunningTotal

WIND_SPEED = "WS"
NO_WEIGHT = "none"
FLOWS = ("m3/h", "m3/s")


def _parse_exact(value: object) -> object:
    """0.1 becomes Decimal("0.1"): a float's shortest text is what stood in the file."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, Decimal):
        return value
    raise FormError(Phrase("is not a number"), Phrase("write a number, with a decimal point and without quotes"))


Exact = Annotated[Decimal, BeforeValidator(_parse_exact), PlainSerializer(str)]


class Quantity(SentLine):
    """`raw × scale + offset` is its value. A raw number of `invalid` is the device's way of saying that it has none.

    `average` says how the readings of a slot become one value, by default as the catalogue has it. A direction counts
    with the speed that was read nearest to it, by whichever instrument: WS, or the parameter that `weight` names.

    `counter` says what is summed. A total begins again at `wraps_at` raw counts, and grows by at most `max_growth` in a
    minute, in the parameter's unit: what would be more is no amount.
    """

    scale: Exact = Decimal(1)
    offset: Exact = Decimal(0)
    invalid: tuple[Exact, ...] = ()
    average: Averaging | None = None
    counter: Counter | None = Field(default=None, validate_default=True)
    wraps_at: Annotated[Exact, Field(gt=0)] | None = None
    max_growth: Annotated[Number, Field(gt=0)] | None = None
    weight: Token | None = None
    convert: Convert | None = None

    @property
    def measured(self) -> Parameter:
        """As the instrument measures it, after scaling."""
        if self.convert is None:
            return self.parameter
        if self.convert.share:
            return Parameter(self.line, "ppm" if self.convert.ppm else "ppb")
        return Parameter(self.line, self.unit.replace("Nm3", "m3") if self.convert.standard else self.unit)

    @property
    def reach(self) -> Range | None:
        """The least and the greatest of its readings, whatever the device does; `None`: they have no ends."""
        return None

    @property
    def conversion(self) -> Converted | None:
        """What is done to its averages before they are sent; `None`: nothing."""
        if self.convert is None:
            return None
        steps = self.convert.steps(self._molar_mass_g if self.convert.share else None)
        return Converted(self.parameter, self.measured, steps, self.convert.condition_sources, self._is_flow)

    @property
    def _molar_mass_g(self) -> float | None:
        share = None if self.convert is None else self.convert.share
        return molar_masses().get(self.symbol) if isinstance(share, bool) else share

    @property
    def _is_flow(self) -> bool:
        return self.unit.removeprefix("N") in FLOWS

    @model_validator(mode="after")
    def _convert_what_can_be(self) -> Quantity:
        convert = self.convert
        if convert is None:
            return self
        if convert.share and self._molar_mass_g is None:
            raise FormError(
                Phrase("no molar mass of {symbol} is known", symbol=self.symbol),
                Phrase("write it in g/mol: convert: {ppm: 30.006}"),
            )
        if (convert.ppm and self.unit != "mg/Nm3") or (convert.ppb and self.unit != "ug/Nm3"):
            raise FormError(
                Phrase("{unit} does not come of what convert says", unit=self.unit),
                Phrase("ppm is for mg/Nm3, ppb for ug/Nm3"),
            )
        if self._is_flow and (convert.share or convert.oxygen or convert.standard is None):
            raise FormError(
                Phrase("converts the gas itself"), Phrase("a flow knows standard conditions, and dry beside them")
            )
        return self

    @property
    def is_total(self) -> bool:
        """Whether what is read is a running total: then only its growth is a value."""
        return self.counter is Counter.TOTAL

    @property
    def range_as_read(self) -> tuple[float, float] | None:
        """What its values lie in as they are read; `None`: unknown, or the range is of something else: of what is
        converted, of a slot's amount."""
        return None if self.convert is not None or self.is_total else self.range

    @property
    def running_total(self) -> RunningTotal | None:
        """How it counts, in the unit that is measured; `None`: it is no running total."""
        if not self.is_total:
            return None
        counts = self.wraps_at if self.wraps_at is not None else self._counts_of_type
        fastest = self.max_growth or fastest_growth(self.symbol, self.unit)
        return RunningTotal(
            self.offset,
            None if counts is None else counts * self.scale,
            self.scale if self._has_whole_counts else Decimal(0),
            None if fastest is None else Decimal(str(fastest)),
        )

    @property
    def _counts_of_type(self) -> Decimal | None:
        """After how many counts what holds the total is full; `None`: nobody knows."""
        return None

    @property
    def _has_whole_counts(self) -> bool:
        return False

    def aggregation(self, lines: Container[str]) -> Aggregation | None:
        """How its values become one, by the lines that the station measures; `None`: as suits the unit."""
        averaging = self.average or default_averaging(self.symbol, self.unit)
        weight = ""
        if averaging is Averaging.VECTOR and self.weight != NO_WEIGHT:
            weight = self.weight or (WIND_SPEED if WIND_SPEED in lines else "")
        chosen = Aggregation(averaging, weight, self.running_total)
        return None if chosen == Aggregation(natural_averaging(self.measured)) else chosen

    @field_validator("counter")
    @classmethod
    def _say_what_is_summed(cls, counter: Counter | None, siblings: ValidationInfo[Any]) -> Counter | None:
        symbol, unit = siblings.data.get("symbol"), siblings.data.get("unit")
        if symbol is not None and unit is not None and "average" in siblings.data:
            refuse_unsaid(counter, siblings.data["average"] or default_averaging(symbol, unit), symbol)
        if counter is Counter.TOTAL and siblings.data.get("scale", 1) < 0:
            raise FormError(Phrase("is total, and a negative scale makes it fall"), Phrase("write the scale above 0"))
        return counter

    @field_validator("wraps_at", "max_growth")
    @classmethod
    def _be_of_a_total(cls, number: Any, siblings: ValidationInfo[Any]) -> Any:
        if number is not None and "counter" in siblings.data and siblings.data["counter"] is not Counter.TOTAL:
            raise FormError(
                Phrase("never takes effect: only a running total has one"), Phrase("add counter: total, or remove it")
            )
        return number

    @field_validator("weight")
    @classmethod
    def _weigh_a_direction(cls, weight: str | None, siblings: ValidationInfo[Any]) -> str | None:
        symbol, unit, average = (siblings.data.get(key) for key in ("symbol", "unit", "average"))
        if weight is None or symbol is None or unit is None:
            return weight
        if (average or default_averaging(symbol, unit)) is not Averaging.VECTOR:
            raise FormError(Phrase("weighs what is no direction"), Phrase("remove it, or write average: vector"))
        return weight

    @field_validator("scale")
    @classmethod
    def _keep_the_value(cls, scale: Decimal) -> Decimal:
        if scale == 0:
            raise FormError(
                Phrase("0 would make every value the same"),
                Phrase("write the factor from raw to value; 1 changes nothing"),
            )
        return scale
