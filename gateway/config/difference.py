"""What another configuration changes of the one that runs: which links, which destinations, which sections, and what
only a new start can change. A pure decision; who ends and who begins follows from it in `gateway.app`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.config.configuration import Sections
from gateway.config.instruments.instrument import Instrument

Marks = Mapping[str, bytes | None]
"""Of secrets, by place: `gateway.config.secret_places`."""

AT_A_START = (
    ("station", "code"),
    ("station", "province"),
    ("station", "facility"),
    ("station", "timezone"),
    ("storage", "path"),
    ("reporting", "slot"),
    ("reporting", "grace"),
)
"""What files are named by, which slots there are and where everything lies: a run has one of each."""


@dataclass(frozen=True, slots=True)
class ConfigurationDifference:
    """Names only, never a value. `sections`: those whose meaning is another one. `links`, `destinations`: those that
    end, begin, or end and begin anew. `secrets`: places of secrets that read otherwise than before."""

    sections: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    destinations: frozenset[str] = frozenset()
    secrets: tuple[str, ...] = ()
    needs_restart: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether all goes on as it is: another comment, perhaps, and nothing that means anything."""
        return not (self.sections or self.secrets or self.destinations)

    @property
    def is_measured_otherwise(self) -> bool:
        """Whether a slot is made of other readings, or in another way."""
        return bool(self.links) or not self.sections.isdisjoint({"instruments", "computed", "reporting"})

    def touches(self, *sections: str) -> bool:
        """Whether one of these means something else, or has another secret in it."""
        return any(one in self.sections or any(_is_in(one, place) for place in self.secrets) for one in sections)


def difference(before: Sections, after: Sections, marks_before: Marks, marks_after: Marks) -> ConfigurationDifference:
    """What changes from the one to the other."""
    secrets = tuple(
        place for place, mark in marks_after.items() if place in marks_before and marks_before[place] != mark
    )
    sections = frozenset(
        name for name in Sections.model_fields if getattr(before, name) != getattr(after, name)
    )  # before the links': most often nothing differs at all
    return ConfigurationDifference(
        sections,
        frozenset(_links(before, after)),
        frozenset(_destinations(before, after, secrets)),
        secrets,
        tuple(
            f"{section}.{key}"
            for section, key in AT_A_START
            if getattr(getattr(before, section), key) != getattr(getattr(after, section), key)
        ),
    )


def with_accounts(names: frozenset[str], before: Sections, after: Sections) -> frozenset[str]:
    """These destinations, and all that log in to the same accounts: they share their connections."""
    known = [*before.active_destinations, *after.active_destinations]
    accounts = {one.account for one in known if one.name in names}
    return names | {one.name for one in known if one.account in accounts}


def _links(before: Sections, after: Sections) -> set[str]:
    """A link is another one where anything is that is asked over it, or told. Where valves are on another link than
    their instrument, either is with the other."""
    names = {*before.links, *after.links}
    changed = {name for name in names if _over(before, name) != _over(after, name)}
    pairs = [{one.link, valves} for sections in (before, after) for one, valves in _valves(sections)]
    for pair in pairs * 2:  # an instrument may bring another one's valves with it, and those their instrument
        if pair & changed:
            changed |= pair
    return changed


def _over(sections: Sections, link: str) -> tuple[object, ...]:
    sampler = sections.sampler if sections.sampler is not None and sections.sampler.link == link else None
    return (
        sections.links.get(link),
        [one for one in sections.instruments if one.link == link],
        [one for one, valves in _valves(sections) if valves == link],
        sampler,
    )


def _valves(sections: Sections) -> Iterator[tuple[Instrument, str]]:
    for one in sections.instruments:
        if one.calibration is not None and one.calibration.phases:
            yield one, one.calibration.link or one.link


def _destinations(before: Sections, after: Sections, secrets: tuple[str, ...]) -> set[str]:
    """With each, all that log in to the same account: they share its connections."""
    old, new = ({one.name: one for one in sections.active_destinations} for sections in (before, after))
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    changed |= {name for name in {*old, *new} if any(_is_in(f"destinations.{name}", place) for place in secrets)}
    if before.journal != after.journal:
        changed |= {*old, *new}
    return set(with_accounts(frozenset(changed), before, after))


def _is_in(above: str, place: str) -> bool:
    return place == above or place.startswith((f"{above}.", f"{above}#"))
