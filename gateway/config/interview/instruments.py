"""The instruments: which link, which unit, a ready instrument or registers by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.config.file.location import Location
from gateway.config.interview.content import items_in, value_at
from gateway.config.interview.parameters import ParameterQuestions
from gateway.config.interview.question import AnswerForm, Asking, Find, InitQuestion, Put, yes_or_no
from gateway.config.interview.text_devices import ADDRESSED, TextDevice, ask_address, ask_what_it_speaks
from gateway.config.links.link import MODBUS_LINK_TYPES, TEXT_LINK_TYPES
from gateway.config.profiles.example import link_types
from gateway.config.profiles.profile import InstrumentProfile
from gateway.core.in_words import InWords

_POLL = "10s"


@dataclass(frozen=True, slots=True)
class InstrumentQuestions:
    """Those about one station's instruments. `links`: the type of each by its name."""

    given: object
    links: Mapping[str, str]
    profiles: tuple[InstrumentProfile, ...]
    parameters: ParameterQuestions

    def ask(self) -> Asking[None]:
        """One after the other; at least one on each link."""
        given, index, unused = items_in(self.given, ("instruments",)), 0, list(self.links)
        names: list[str] = []
        while self.links:
            link = yield from self._ask_link(index, unused)
            if link is None:
                return
            unused = [one for one in unused if one != link]
            yield from self._ask_one(("instruments", index), str(link), names)
            index += 1
            if index < given:
                continue
            more = yield yes_or_no(
                "another_instrument", ("instruments", "another", index), default=bool(unused) and not given, count=index
            )
            if more is not True:
                return

    def _ask_link(self, index: int, unused: list[str]) -> Asking[object]:
        at = ("instruments", index, "link")
        if len(self.links) == 1 and value_at(self.given, at) is None:
            only = next(iter(self.links))
            yield Put(at, only)
            return only
        default = next(iter(unused or self.links))
        return (
            yield InitQuestion(
                "instrument_link",
                at,
                AnswerForm.CHOICE,
                default,
                tuple(self.links),
                # what the device speaks is asked next: until then the checks miss it, and say so at this place
                checked_as=lambda link: (at, link, ("links", str(link))),
            )
        )

    def _ask_one(self, at: Location, link: str, names: list[str]) -> Asking[None]:
        kind = self.links.get(link)
        is_modbus = kind in MODBUS_LINK_TYPES
        if is_modbus:
            yield InitQuestion("unit_number", (*at, "unit"), AnswerForm.WHOLE, 1, find=Find.UNITS)
        fitting = {one.profile: one for one in self.profiles if kind in link_types(one)}
        chosen = yield InitQuestion(
            "profile",
            (*at, "profile"),
            AnswerForm.CHOICE,
            choices=tuple(fitting),
            optional=True,
            find=Find.PROFILES,
            meanings={name: _made_by(one) for name, one in fitting.items()},
        )
        profile = fitting.get(str(chosen))
        proposed = _free(profile.profile if profile is not None else f"instrument-{len(names) + 1}", names)
        name = yield InitQuestion("instrument_name", (*at, "name"), default=proposed, taken=tuple(names))
        names.append(str(name))
        spoken = profile.protocol if profile is not None else None
        if profile is None and kind in TEXT_LINK_TYPES:
            spoken = yield from ask_what_it_speaks(self.given, at)
        address = (yield from ask_address(at, spoken)) if spoken in ADDRESSED else None
        if profile is None or "poll" not in profile.instrument:
            yield InitQuestion("poll", (*at, "poll"), default=_POLL)
        if profile is not None:
            yield from self.parameters.ask_of_profile(at, profile)
        elif is_modbus:
            yield from self.parameters.ask_by_hand(at)
        elif spoken is not None:
            yield from TextDevice(self.given, at, spoken, address, self.parameters).ask()


def _made_by(profile: InstrumentProfile) -> InWords:
    """Names are the same in every language."""
    words = f"{profile.manufacturer}: {', '.join(profile.models)}"
    return InWords(words, words)


def _free(name: str, names: list[str]) -> str:
    free = (one for number in range(2, len(names) + 3) if (one := f"{name}-{number}") not in names)
    return next(free) if name in names else name
