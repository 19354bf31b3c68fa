"""The whole course of questions for one station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.config.interview.destinations import DestinationQuestions
from gateway.config.interview.extras import ask_extras
from gateway.config.interview.instruments import InstrumentQuestions
from gateway.config.interview.limits import Limiting, standards_for
from gateway.config.interview.links import ask_links
from gateway.config.interview.parameters import ParameterQuestions
from gateway.config.interview.places import UsualPlaces
from gateway.config.interview.question import Asking
from gateway.config.interview.station import ask_station, language_question
from gateway.config.profiles.profile import InstrumentProfile
from gateway.config.station import Language
from gateway.core.standard_table import Standard


@dataclass(frozen=True, slots=True)
class Course:
    """What the questions depend on beside the answers. `places`: where data usually are; `secrets`: where secrets are
    to be; `today`: for tables of limits that have ended."""

    language: Language
    places: UsualPlaces
    secrets: str
    profiles: tuple[InstrumentProfile, ...]
    standards: tuple[Standard, ...]
    today: date

    def begin(self, given: object) -> Asking[None]:
        """All questions, in their order. `given`: what of the configuration was given beforehand."""
        yield language_question(self.language)
        station = yield from ask_station(given, self.places.storage)
        links = yield from ask_links(given)
        kind = None if station.kind is None else station.kind.value
        limiting = Limiting(tuple(standards_for(self.standards, kind, self.today)))
        parameters = ParameterQuestions(given, station.kind, limiting)
        yield from InstrumentQuestions(given, links, self.profiles, parameters).ask()
        yield from DestinationQuestions(given, station.is_special, self.secrets, station.has_full_names).ask()
        yield from ask_extras(given, self.places)
