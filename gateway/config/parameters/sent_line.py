"""What every parameter that stands in the authority's file says of itself: symbol, unit, decimals, range, limit."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from gateway.config.builtin_tables.catalogue import canonical, expected_units, form_of, other_form, symbols
from gateway.config.builtin_tables.names import symbol_meant, symbols_in
from gateway.config.file.form_error import FormError
from gateway.config.parameters.limits import Limits, LimitSettings
from gateway.config.parameters.quality import Quality
from gateway.config.section import Flag, Number, Section, Token, Whole
from gateway.config.suggest import listed
from gateway.core.dated_limit import DatedLimit
from gateway.core.phrase import Phrase
from gateway.core.reading import Parameter
from gateway.core.substance_form import SubstanceForm

DECIMALS = 3
"""Decimal places in the file where the configuration says nothing."""

Pair = tuple[Number, Number]


def _check_order(pair: tuple[float, float]) -> tuple[float, float]:
    if not pair[0] < pair[1]:
        raise FormError(
            Phrase("{pair:g} is not below {pair2:g}", pair=pair[0], pair2=pair[1]),
            Phrase("write the lower number first: [lower, upper]"),
        )
    return pair


Rising = Annotated[Pair, AfterValidator(_check_order)]


class SentLine(Section):
    """A parameter with symbol and unit as the regulation writes them. Where a station has several of one symbol (two
    analysers), a `suffix` or a `name` of its own tells their lines apart. `as` says in which form it is counted, where
    there are several: ammonium as N."""

    custom: Flag = False
    symbol: Token = Field(description=Phrase("the regulation's symbol, such as COD"))
    suffix: Token = ""
    name: Token | None = None
    unit: Token = Field(description=Phrase("the regulation's unit, such as mg/L"))
    form: Token | None = Field(default=None, alias="as")
    decimals: Annotated[Whole, Field(ge=0, le=9)] | None = None
    range: Rising | None = None
    limit: Limits = ()
    quality: Quality = Quality()

    @property
    def line(self) -> str:
        """The symbol of its line in the file, by which everything inside the gateway knows it."""
        return self.symbol + self.suffix if self.name is None else self.name

    @property
    def parameter(self) -> Parameter:
        """As it is sent."""
        return Parameter(self.line, self.unit)

    @property
    def limits(self) -> tuple[DatedLimit, ...]:
        """The permit's, one for each time over which a mean is limited and for each stretch of days; empty: none."""
        return tuple(limit for one in self.limit for limit in one.bounds(Parameter(self.symbol, self.unit)))

    @property
    def shown_decimals(self) -> int:
        """Decimal places in the file."""
        return DECIMALS if self.decimals is None else self.decimals

    @field_validator("symbol", mode="before")
    @classmethod
    def _be_no_name(cls, symbol: object, siblings: ValidationInfo[Any]) -> object:
        """Names of several words are told before their spaces are."""
        if isinstance(symbol, str) and " " in symbol.strip() and siblings.data.get("custom") is False:
            _refuse_other_forms(symbol)
            meant = symbol_meant(symbol)
            if meant is not None:
                raise FormError(Phrase("{symbol!r} is not a symbol of the regulation", symbol=symbol), meant)
        return symbol

    @field_validator("symbol")
    @classmethod
    def _be_known_or_custom(cls, symbol: str, siblings: ValidationInfo[Any]) -> str:
        if siblings.data.get("custom") is False:
            symbol = canonical(symbol)
        if symbol not in symbols() and siblings.data.get("custom") is False:
            _refuse_other_forms(symbol)
            hint = symbol_meant(symbol)
            advice = (
                Phrase("{hint} Otherwise add custom: true", hint=hint)
                if hint
                else Phrase("add custom: true if the authority declared it")
            )
            raise FormError(Phrase("{symbol!r} is not a symbol of the regulation", symbol=symbol), advice)
        return symbol

    @field_validator("name")
    @classmethod
    def _be_told_apart_in_one_way(cls, name: str | None, siblings: ValidationInfo[Any]) -> str | None:
        if name is not None and siblings.data.get("suffix"):
            raise FormError(
                Phrase("stands beside a suffix"),
                Phrase("keep one of the two: the name is the whole symbol of the line"),
            )
        return name

    @field_validator("unit")
    @classmethod
    def _belong_to_the_symbol(cls, unit: str, siblings: ValidationInfo[Any]) -> str:
        symbol = siblings.data.get("symbol")
        expected = expected_units(symbol) if symbol is not None else ()
        if symbol is not None and expected and unit not in expected and not _is_open(symbol, siblings):
            others = symbols_in(symbol, unit)
            right = (
                Phrase("did you mean {others}? Otherwise write", others=listed(others, "or"))
                if others
                else Phrase("write")
            )
            raise FormError(
                Phrase("{unit!r} is not the unit of {symbol}", unit=unit, symbol=symbol),
                Phrase("{right} {expected}", right=right, expected=listed(expected, "or")),
            )
        return unit

    @field_validator("form")
    @classmethod
    def _be_the_form_that_is_sent(cls, form: str | None, siblings: ValidationInfo[Any]) -> str | None:
        symbol, unit = siblings.data.get("symbol"), siblings.data.get("unit")
        if form is None or symbol is None or unit is None:
            return form
        counted = form_of(symbol, unit)
        if counted is None:
            raise FormError(Phrase("{symbol} has no forms", symbol=symbol), Phrase("remove it"))
        if form != counted.counted_as:
            raise _other_form_fault(counted, counted.spellings.get(form, form), form)
        return form

    @field_validator("limit")
    @classmethod
    def _be_limited_by_what_limits_it(
        cls, limit: tuple[LimitSettings, ...], siblings: ValidationInfo[Any]
    ) -> tuple[LimitSettings, ...]:
        symbol, unit = siblings.data.get("symbol"), siblings.data.get("unit")
        if symbol is not None and unit is not None:
            for one in limit:
                one.bounds(Parameter(symbol, unit))
        return limit


def _is_open(symbol: str, siblings: ValidationInfo[Any]) -> bool:
    """Whether it may have another unit: a custom one of which the circular's table has nothing."""
    return siblings.data.get("custom") is True and all(usage.standard for usage in symbols()[symbol])


def _refuse_other_forms(symbol: str) -> None:
    found = other_form(symbol)
    if found is not None:
        counted, form = found
        raise _other_form_fault(counted, form, symbol)


def _other_form_fault(counted: SubstanceForm, form: str, written: str) -> FormError:
    wrong = Phrase(
        "{written!r} is another form: {symbol} is counted as {counted_as}, and so are its limits",
        written=written,
        symbol=counted.symbol,
        counted_as=counted.counted_as,
    )
    if form not in counted.others:
        known = listed((counted.counted_as, *counted.others), "or")
        return FormError(
            wrong,
            Phrase("write as: {counted_as}; forms that are known: {known}", counted_as=counted.counted_as, known=known),
        )
    return FormError(
        wrong,
        Phrase(
            "write symbol: {symbol}, as: {counted_as}, and if the device counts in {form}, scale: "
            "{form2:.5g} (times what scale is without it)",
            symbol=counted.symbol,
            counted_as=counted.counted_as,
            form=form,
            form2=counted.factor(form),
        ),
    )
