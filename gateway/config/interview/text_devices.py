"""A device that speaks text and is in no table of ready instruments: what it speaks, and where its values stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from gateway.config.file.location import Location
from gateway.config.instruments.ascii_protocol import CHECKSUM_GROUP, SHARED_GROUPS, STATUS_GROUP
from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.parameters import ParameterQuestions, as_symbol, put_symbol
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, Placed, Put, yes_or_no
from gateway.config.interview.text_lines import CHECKSUMS, NO_CHECKSUM, groups_in, renamed, unescaped, without_group

PROTOCOLS = ("ascii", "bayern_hessen", "sdi12", "nmea", "ak")
ADDRESSED: Mapping[str | None, tuple[AnswerForm, object]] = MappingProxyType(
    {"bayern_hessen": (AnswerForm.WHOLE, 1), "sdi12": (AnswerForm.TEXT, "0")}
)
"""What an address is among devices on one line, and which is usual."""
_PLACES: Mapping[str, tuple[tuple[str, AnswerForm, object], ...]] = MappingProxyType(
    {
        "bayern_hessen": (("id", AnswerForm.WHOLE, None),),
        "sdi12": (("command", AnswerForm.TEXT, "M"), ("field", AnswerForm.WHOLE, 1)),
        "nmea": (
            ("sentence", AnswerForm.TEXT, None),
            ("field", AnswerForm.WHOLE, None),
            ("says_unit", AnswerForm.TEXT, None),
            ("reference", AnswerForm.TEXT, None),
        ),
        "ak": (("command", AnswerForm.TEXT, "AKON"), ("field", AnswerForm.WHOLE, 1)),
    }
)
"""Where a parameter's value stands in the device's answer."""
_OPTIONAL = ("says_unit", "reference")


def ask_what_it_speaks(given: object, instrument: Location) -> Asking[str | None]:
    """The section that was given says it already."""
    for protocol in PROTOCOLS:
        if value_at(given, (*instrument, protocol)) is not None:
            return protocol
    where = (*instrument, "speaks")
    speaks = yield InitQuestion("speaks", where, AnswerForm.CHOICE, choices=PROTOCOLS, is_kept=False)
    return speaks if isinstance(speaks, str) and speaks in PROTOCOLS else None


def ask_address(instrument: Location, protocol: str | None) -> Asking[object]:
    """How the device is called among those on its line."""
    form, usual = ADDRESSED[protocol]
    where = (*instrument, str(protocol), "address")
    return (yield InitQuestion("device_address", where, form, usual, find=Find.ADDRESSES))


@dataclass(frozen=True, slots=True)
class TextDevice:
    """The questions about one of them, at this place of the configuration. `address`: of a protocol that has one."""

    given: object
    at: Location
    protocol: str
    address: object
    parameters: ParameterQuestions

    def ask(self) -> Asking[None]:
        """What of it was given is left to the checks."""
        given = items_in(self.given, (*self.at, "parameters"))
        for index in range(given):
            here = (*self.at, "parameters", index)
            symbol = value_at(self.given, (*here, "symbol"))
            if isinstance(symbol, str):
                yield from self.parameters.ask_unit(here, symbol)
        if given:
            return
        if self.protocol == "ascii":
            yield from self._ask_lines()
            return
        if value_at(self.given, (*self.at, self.protocol)) is None and self.protocol not in ADDRESSED:
            yield Put((*self.at, self.protocol), {})
        yield from self._ask_places()

    def _ask_places(self) -> Asking[None]:
        index, more = 0, True
        while more:
            here = (*self.at, "parameters", index)
            symbol = yield from self._ask_symbol(here)
            if symbol is None:
                return
            unit = yield from self.parameters.ask_unit(here, symbol)
            for key, form, usual in _PLACES[self.protocol]:
                is_number_of_its_own = self.protocol == "bayern_hessen"
                find = Find.MEASUREMENTS if is_number_of_its_own else None
                usual = self.address if is_number_of_its_own else usual
                yield InitQuestion(
                    f"{key}_of_text",
                    (*here, key),
                    form,
                    usual,
                    optional=key in _OPTIONAL,
                    find=find,
                    fields={"symbol": symbol},
                )
            yield from self.parameters.ask_rest(here, symbol, unit)
            index += 1
            another = (*self.at, "parameters", "another", index)
            more = (yield yes_or_no("another_parameter", another, count=index)) is True

    def _ask_symbol(self, here: Location) -> Asking[str | None]:
        answer = yield InitQuestion(
            "symbol",
            (*here, "symbol"),
            is_kept=False,
            checked_as=lambda typed: as_symbol(here, typed),
            find=Find.SYMBOLS,
        )
        return (yield from put_symbol(here, answer)) if isinstance(answer, str) else None

    def _ask_lines(self) -> Asking[None]:
        """What is asked, what a line looks like, and which parameter each of its numbers is."""
        section = (*self.at, "ascii")
        is_streaming = yield yes_or_no("talks_unasked", (*section, "streaming"), default=True)
        if is_streaming is not False:
            yield Put((*section, "streaming"), True)
        else:
            where = (*section, "request")
            request = yield InitQuestion(
                "request", where, is_kept=False, checked_as=lambda typed: (where, unescaped(str(typed)), where)
            )
            yield Put(where, unescaped(str(request)))
        response = yield InitQuestion(
            "response", (*section, "response"), checked_as=lambda typed: self._as_response(str(typed)), find=Find.LINES
        )
        pattern = str(response)
        if CHECKSUM_GROUP in groups_in(pattern):
            yield from self._ask_checksum()
        yield from self._ask_groups(pattern)

    def _as_response(self, pattern: str) -> Placed:
        """Alone: which checksum is in it is asked next."""
        alone = {"streaming": True, "response": pattern}
        if CHECKSUM_GROUP in groups_in(pattern):
            alone["checksum"] = {"type": "xor"}
        where = (*self.at, "ascii")
        return where, alone, where

    def _ask_checksum(self) -> Asking[None]:
        where = (*self.at, "ascii", "checksum")
        kinds = tuple(CHECKSUMS)
        kind = yield InitQuestion(
            "checksum", (*where, "kind"), AnswerForm.CHOICE, choices=kinds, is_kept=False, find=Find.CHECKSUM
        )
        if kind != NO_CHECKSUM and kind in CHECKSUMS:
            yield Put(where, CHECKSUMS[str(kind)])

    def _ask_groups(self, pattern: str) -> Asking[None]:
        """One after the other, as they stand in the line."""
        index = 0
        for group in groups_in(pattern):
            if group in SHARED_GROUPS:
                continue
            here = (*self.at, "parameters", index)
            answer = yield InitQuestion(
                "group_symbol",
                (*self.at, "groups", group),
                optional=True,
                is_kept=False,
                checked_as=partial(_as_symbol_or_status, here),
                find=Find.SYMBOLS,
                fields={"group": group},
            )
            if not isinstance(answer, str):
                pattern = without_group(pattern, group)
                yield Put((*self.at, "ascii", "response"), pattern)
                continue
            is_status = answer.casefold() == STATUS_GROUP
            symbol = STATUS_GROUP if is_status else (yield from put_symbol(here, answer))
            pattern, name = renamed(pattern, group, symbol)
            yield Put((*self.at, "ascii", "response"), pattern)
            if is_status:
                continue
            if name != symbol:
                yield Put((*here, "group"), name)
            unit = yield from self.parameters.ask_unit(here, symbol)
            yield from self.parameters.ask_rest(here, symbol, unit)
            index += 1
        if STATUS_GROUP in groups_in(pattern):
            for state in ("calibrating", "fault"):
                where = (*self.at, "status", state)
                yield InitQuestion(f"status_{state}", where, AnswerForm.LIST, optional=True)


def _as_symbol_or_status(here: Location, typed: object) -> Placed:
    """The word `status` is always right."""
    if str(typed).casefold() == STATUS_GROUP:
        return ("links",), {}, (*here, "symbol")
    return as_symbol(here, typed)
