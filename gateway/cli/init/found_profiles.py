"""Which ready instruments fit what answers on a link: each that can stand there is tried, and told as it is, for as
long as a person waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.init.found_addresses import DeviceAddresses
from gateway.cli.init.found_instruments import opened
from gateway.cli.init.offers import FoundAround
from gateway.cli.speech import said
from gateway.config.interview.content import value_at
from gateway.config.interview.question import InitQuestion
from gateway.config.interview.text_devices import ADDRESSED

if TYPE_CHECKING:
    from gateway.config.profiles.shelf import ShelvedProfile
    from gateway.core.interfaces import Clock
    from gateway.instruments.profile_trial import ProfileTrial
    from gateway.texts import Texts

LONGEST_S = 30.0
"""After which no further one is tried; the one under way is."""


@dataclass(frozen=True, slots=True)
class ProfileTrials:
    """`file`: beside which a station's own ready instruments are."""

    file: Path
    clock: Clock
    texts: Texts
    tell: Callable[[str], None]
    addresses: DeviceAddresses

    def found(self, question: InitQuestion, content: dict[str, Any]) -> FoundAround:
        """The likeliest first.

        Raises:
            InstrumentError: there is no connection.
        """
        from gateway.cli.scan_profiles import only_errors_logged
        from gateway.config.profiles.shelf import ProfileShelf
        from gateway.instruments.profile_trial import ranked

        shelf = ProfileShelf.beside(self.file)
        wanted = [shelf.find(name) for name in question.choices]
        self.addresses.forget(question)
        called = self._called(question, content, wanted)
        trials: list[ProfileTrial] = []
        with only_errors_logged():  # what was refused is in the trial
            left_out = self._try_all(question, content, called, trials)
        lines = [self._line(one) for one in ranked(trials) if one.plausible] or [self.texts("init.found.no_profile")]
        if left_out:
            lines.append(self.texts("init.found.not_tried", names=", ".join(left_out)))
        return FoundAround(tuple(lines))

    def _called(
        self, question: InitQuestion, content: dict[str, Any], profiles: list[ShelvedProfile]
    ) -> list[tuple[ShelvedProfile, int | str]]:
        """Each with the address at which it is tried. A profile whose device would need one, and at which none answers,
        fits nothing."""
        unit = value_at(content, (*question.location[:-1], "unit"))
        found: list[tuple[ShelvedProfile, int | str]] = []
        for one in profiles:
            protocol = one.profile.protocol
            address = self.addresses.of(question, content, protocol) if protocol in ADDRESSED else unit
            if protocol not in ADDRESSED and not isinstance(address, int):
                address = 1  # nobody is called by it
            if isinstance(address, (int, str)):
                found.append((one, address))
        return found

    def _try_all(
        self,
        question: InitQuestion,
        content: dict[str, Any],
        called: list[tuple[ShelvedProfile, int | str]],
        trials: list[ProfileTrial],
    ) -> list[str]:
        """Returns the names of those for which there was no time left. Ctrl-C ends it; what was tried until then is
        kept."""
        from gateway.instruments.profile_trial import try_profile

        until_s = self.clock.now().mono_s + LONGEST_S
        with opened(question, content, self.clock) as link:
            try:
                for number, (one, address) in enumerate(called, 1):
                    if self.clock.now().mono_s > until_s:
                        return [late.profile.profile for late, _ in called[number - 1 :]]
                    name = one.profile.profile
                    self.tell(f"  {self.texts('init.finding.profile', name=name, number=number, count=len(called))}")
                    trials.append(try_profile(one, link, address))
            except KeyboardInterrupt:
                pass
        return []

    def _line(self, trial: ProfileTrial) -> str:
        profile = trial.shelved.profile
        return self.texts(
            "init.found.profile",
            name=profile.profile, plausible=trial.plausible, asked=trial.asked_of, measures=said(profile.measures),
        )  # fmt: skip
