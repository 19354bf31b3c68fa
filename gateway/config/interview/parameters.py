"""What an instrument measures: by hand, register by register, or out of a ready instrument's quantities."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.config.builtin_tables.catalogue import canonical, default_averaging
from gateway.config.file.form_error import FormError
from gateway.config.file.location import Location
from gateway.config.instruments.registers import ByteOrder, RegisterType, Table, parse_register
from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.limits import Limiting
from gateway.config.interview.proposals import usual_decimals, usual_range, usual_units
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, Placed, Put, yes_or_no
from gateway.config.parameters.counting import Counter
from gateway.config.profiles.profile import InstrumentProfile
from gateway.config.station import StationKind
from gateway.core.averaging import Averaging

CUSTOM = "custom:"
"""Before a symbol that the regulation does not have, and the authority has declared."""
_BITS = (Table.COIL, Table.DISCRETE)
_TYPES = tuple(one.value for one in RegisterType if one is not RegisterType.STRING)


@dataclass(frozen=True, slots=True)
class ParameterQuestions:
    """Those about the parameters of one station's instruments."""

    given: object
    kind: StationKind | None
    limiting: Limiting

    def ask_by_hand(self, instrument: Location) -> Asking[None]:
        """One after the other, until there is no further one."""
        at = (*instrument, "parameters")
        given = items_in(self.given, at)
        if not given:
            yield from _look_around(instrument)
        index = 0
        while True:
            if not (yield from self._ask_one((*at, index))):
                return
            index += 1
            if index < given:
                continue
            more = yield yes_or_no("another_parameter", (*at, "another", index), default=not given, count=index)
            if more is not True:
                return

    def ask_of_profile(self, instrument: Location, profile: InstrumentProfile) -> Asking[None]:
        """All that such a device usually measures, or those quantities that are given a symbol."""
        at = (*instrument, "parameters")
        if items_in(self.given, at):
            return
        if usual := profile.usual_quantities:
            takes = yield yes_or_no(
                "usual_quantities", (*instrument, "usual"), default=True, quantities=", ".join(usual)
            )
            if takes is not False:
                return
        index = 0
        for name, quantity in profile.quantities.items():
            here = (*at, index)
            symbol = yield InitQuestion(
                "quantity_symbol",
                (*instrument, "quantities", name),
                default=quantity.symbol,
                optional=True,
                is_kept=False,
                find=Find.SYMBOLS,
                fields={"quantity": name, "says": quantity.says or name, "unit": quantity.unit or "?"},
            )
            if not isinstance(symbol, str):
                continue
            yield Put((*here, "measures"), name)
            symbol = yield from put_symbol(here, symbol)
            unit = yield from self.ask_unit(here, symbol)
            if isinstance(unit, str):
                yield from self.limiting.ask(self.given, here, symbol, unit)
            index += 1

    def _ask_one(self, at: Location) -> Asking[bool]:
        """Returns whether there was one."""
        answer = yield InitQuestion(
            "symbol", (*at, "symbol"), is_kept=False, checked_as=lambda typed: as_symbol(at, typed), find=Find.SYMBOLS
        )
        if not isinstance(answer, str):
            return False
        symbol = yield from put_symbol(at, answer)
        unit = yield from self.ask_unit(at, symbol)
        yield from self._ask_register(at, symbol)
        yield from self.ask_rest(at, symbol, unit)
        return True

    def ask_rest(self, at: Location, symbol: str, unit: object) -> Asking[None]:
        """What is the same however the device is read."""
        known_unit = unit if isinstance(unit, str) else ""
        if default_averaging(symbol, known_unit) is Averaging.SUM:
            yield from _ask_counter(at, symbol)
        decimals = usual_decimals(symbol, known_unit)
        yield InitQuestion("decimals", (*at, "decimals"), AnswerForm.WHOLE, decimals, fields={"symbol": symbol})
        ends = usual_range(symbol, known_unit)
        yield InitQuestion("range", (*at, "range"), AnswerForm.PAIR, ends, optional=True, fields={"symbol": symbol})
        if known_unit:
            yield from self.limiting.ask(self.given, at, symbol, known_unit)

    def ask_unit(self, at: Location, symbol: str) -> Asking[object]:
        said = value_at(self.given, (*at, "unit"))
        units = usual_units(symbol, self.kind)
        if said is None and len(units) == 1:
            yield Put((*at, "unit"), units[0])
            return units[0]
        form = AnswerForm.CHOICE if units else AnswerForm.TEXT
        default = units[0] if units else None
        return (yield InitQuestion("unit", (*at, "unit"), form, default, units, fields={"symbol": symbol}))

    def _ask_register(self, at: Location, symbol: str) -> Asking[None]:
        named = {"symbol": symbol}
        register = yield InitQuestion("register", (*at, "register"), fields=named)
        if value_at(self.given, (*at, "from_current")) is not None:
            return
        if _is_bit(register):
            yield Put((*at, "type"), RegisterType.BOOL.value)
            return
        kind = yield InitQuestion(
            "type", (*at, "type"), AnswerForm.CHOICE, RegisterType.FLOAT32.value, _TYPES, find=Find.VALUES, fields=named
        )
        if kind not in _TYPES:
            return
        read_as = RegisterType(kind)
        if read_as.registers > 1:
            orders = tuple(one.value for one in ByteOrder)
            yield InitQuestion(
                "byte_order", (*at, "byte_order"), AnswerForm.CHOICE, orders[0], orders, find=Find.VALUES, fields=named
            )
        scale = yield InitQuestion("scale", (*at, "scale"), AnswerForm.NUMBER, 1, is_kept=False, fields=named)
        if isinstance(scale, int | float) and scale != 1:
            yield Put((*at, "scale"), scale)


def _ask_counter(at: Location, symbol: str) -> Asking[None]:
    """Of rain, and of whatever else is summed."""
    named, ways = {"symbol": symbol}, tuple(one.value for one in Counter)
    way = yield InitQuestion("counter", (*at, "counter"), AnswerForm.CHOICE, choices=ways, fields=named)
    if way == Counter.TOTAL:
        yield InitQuestion("wraps_at", (*at, "wraps_at"), AnswerForm.NUMBER, optional=True, fields=named)


def _look_around(instrument: Location) -> Asking[None]:
    """Registers are shown, some after others, until it is enough."""
    shown: object = "holding:0-9"
    key = "look_at_registers"
    while shown is not None:
        shown = yield InitQuestion(
            key,
            (*instrument, "look"),
            default=None if key == "look_further" else shown,
            optional=True,
            is_kept=False,
            find=Find.REGISTERS,
        )
        key = "look_further"


def put_symbol(at: Location, answer: str) -> Asking[str]:
    """Returns the symbol, as the regulation writes it."""
    if answer.startswith(CUSTOM):
        yield Put((*at, "custom"), True)
        symbol = answer.removeprefix(CUSTOM).strip()
    else:
        symbol = canonical(answer)
    yield Put((*at, "symbol"), symbol)
    return symbol


def as_symbol(at: Location, answer: object) -> Placed:
    """For the checks."""
    text = str(answer)
    is_custom = text.startswith(CUSTOM)
    symbol = text.removeprefix(CUSTOM).strip() if is_custom else text
    return at, {"symbol": symbol, **({"custom": True} if is_custom else {})}, (*at, "symbol")


def _is_bit(register: object) -> bool:
    try:
        return isinstance(register, str) and parse_register(register).table in _BITS
    except FormError:
        return False
