"""Which of a profile's quantities a station sends, and as what: each becomes a parameter like any other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from gateway.config.builtin_tables.catalogue import canonical, symbols
from gateway.config.file.graft import Grafting, Piece
from gateway.config.file.location import Location
from gateway.config.profiles.profile import OWN_QUANTITY_KEYS, InstrumentProfile, ProfileQuantity
from gateway.config.profiles.unit_steps import UnitSteps, exact_factor, measured_unit, steps_between
from gateway.config.suggest import did_you_mean, listed
from gateway.core.phrase import Phrase

_OWN_KEYS = ("measures", "measured_in")
_NAMED_GROUP = re.compile(r"\(\?P<([A-Za-z_][A-Za-z0-9_]*)>")


@dataclass(frozen=True, slots=True)
class ParameterFault(Exception):
    """A parameter that cannot be what it says; `location` from the instrument down."""

    location: Location
    wrong: Phrase
    right: Phrase


def taken_parameters(
    grafting: Grafting, instrument: Piece, profile: InstrumentProfile, quantities: Piece, kind: str | None
) -> tuple[Piece, tuple[str, ...]]:
    """The instrument's list of parameters, and which quantities are in it. `kind` is the station's.

    Raises:
        ParameterFault: one of them cannot be had from this profile.
    """
    written = instrument.child("parameters")
    if written is not None and not isinstance(written.value, list):
        return written, ()
    choose = _Choice(grafting, profile, quantities, kind)
    if written is None:
        at = instrument.child("profile") or instrument
        names = profile.usual_quantities
        if not names:
            known = listed(tuple(profile.quantities), "and")
            example = next(iter(profile.quantities))
            raise ParameterFault(
                ("profile",),
                Phrase("{profile} does not know what is connected to the device", profile=profile.profile),
                Phrase(
                    "add parameters: [{{measures: {example}, symbol: …, unit: …}}]; it has {known}",
                    example=example,
                    known=known,
                ),
            )
        made = [choose.unasked(name, at) for name in names]
        return under_key_of(grafting.list_at(at, made), None), names
    taken, pieces = [], []
    for index, piece in enumerate(written.items()):
        name = choose.name_for(piece, index)
        taken += [name] if name is not None else []
        pieces.append(piece if name is None else choose.asked(name, piece, index))
    return under_key_of(grafting.list_at(written, pieces), written), tuple(dict.fromkeys(taken))


def without_unused_groups(
    grafting: Grafting, device: Mapping[str, Piece], quantities: Piece, taken: Iterable[str]
) -> dict[str, Piece]:
    """The profile's own keys of the instrument; of the patterns in them only the groups that somebody reads keep their
    names."""
    groups = {name: _group_of(name, quantities) for name, _ in quantities.children()}
    used = {groups[name] for name in taken}
    unused = {group for group in groups.values() if group is not None} - used
    return {key: _renamed(grafting, piece, unused) for key, piece in device.items()} if unused else dict(device)


def under_key_of(piece: Piece, like: Piece | None) -> Piece:
    """The piece under the key of another one, or under a key of its own."""
    return replace(piece, key=None if like is None else like.key)


class _Choice:
    def __init__(self, grafting: Grafting, profile: InstrumentProfile, quantities: Piece, kind: str | None) -> None:
        self._grafting = grafting
        self._profile = profile
        self._quantities = quantities
        self._kind = kind

    def name_for(self, piece: Piece, index: int) -> str | None:
        """The quantity that a written parameter is: by `measures`, else by its symbol; `None`: none, it is complete in
        itself."""
        written = piece.value if isinstance(piece.value, dict) else {}
        known = self._profile.quantities
        if "measures" in written:
            name = written["measures"]
            if not isinstance(name, str) or name not in known:
                hint = did_you_mean(name, known) if isinstance(name, str) else None
                wrong = Phrase("{profile} has no quantity {name}", profile=self._profile.profile, name=name)
                raise ParameterFault(
                    ("parameters", index, "measures"),
                    wrong,
                    hint or Phrase("it has {known}", known=listed(tuple(known), "and")),
                )
            return name
        symbol = written.get("symbol")
        if not isinstance(symbol, str):
            return None
        alike = [name for name, one in known.items() if one.symbol == canonical(symbol)]
        return alike[0] if len(alike) == 1 else None

    def unasked(self, name: str, at: Piece) -> Piece:
        """The parameter that the regulation's unit for this kind of station asks for."""
        quantity = self._profile.quantities[name]
        found = self._usual(quantity, quantity.unit)
        if found is None:
            example = f"{{measures: {name}, symbol: {quantity.symbol}, unit: …}}"
            raise ParameterFault(
                ("profile",),
                Phrase(
                    "{name} is measured in {unit}, and nothing says how {symbol} comes of that",
                    name=name,
                    unit=quantity.unit,
                    symbol=quantity.symbol,
                ),
                Phrase("add parameters: [{example}] with the unit to send and what convert it needs", example=example),
            )
        unit, steps = found
        entries: dict[str, Piece] = {"symbol": at.made_here(quantity.symbol), "unit": at.made_here(unit)}
        return self._built(at.made_here({}), entries, name, steps)

    def asked(self, name: str, piece: Piece, index: int) -> Piece:
        """What stands there, with what it lacks."""
        quantity = self._profile.quantities[name]
        entries = {key: one for key, one in piece.children() if key not in _OWN_KEYS}
        device_unit = piece.value.get("measured_in", quantity.unit) if isinstance(piece.value, dict) else None
        if device_unit is not None and not isinstance(device_unit, str):
            raise ParameterFault(
                ("parameters", index, "measured_in"),
                Phrase("is not a text"),
                Phrase("write the device's unit, such as ppb"),
            )
        if "symbol" not in entries and quantity.symbol is not None:
            entries["symbol"] = self._quantities[name]["symbol"]
        if "scale" in entries or device_unit is None:
            return self._built(piece, entries, name, UnitSteps(Decimal(1)), is_ranged=device_unit is not None)
        unit = entries["unit"].value if "unit" in entries else None
        if unit is None and "unit" not in entries:
            found = self._usual(quantity, device_unit)
            if found is not None:
                entries["unit"] = piece.made_here(found[0])
                needed = found[1] if "convert" not in entries else UnitSteps(Decimal(1))
                return self._built(piece, entries, name, needed)
            return self._built(piece, entries, name, UnitSteps(Decimal(1)))
        if not isinstance(unit, str):
            return self._built(piece, entries, name, UnitSteps(Decimal(1)))
        convert = entries["convert"].value if "convert" in entries else None
        wanted = measured_unit(unit, convert)
        factor = exact_factor(device_unit, wanted)
        if factor is None:
            raise ParameterFault(
                ("parameters", index, "unit"), *_no_way(name, device_unit, wanted, steps_between(device_unit, wanted))
            )
        return self._built(piece, entries, name, UnitSteps(factor))

    def _usual(self, quantity: ProfileQuantity, device_unit: str | None) -> tuple[str, UnitSteps] | None:
        """The unit in which this kind of station reports the quantity, and the way to it."""
        usages = symbols().get(quantity.symbol or "", ())
        of_kind = [usage.unit for usage in usages if self._kind in [str(medium) for medium in usage.media]]
        for unit in of_kind or [usage.unit for usage in usages]:
            steps = UnitSteps(Decimal(1)) if device_unit is None else steps_between(device_unit, unit)
            if steps is not None:
                return unit, steps
        return None

    def _built(
        self, piece: Piece, entries: dict[str, Piece], name: str, steps: UnitSteps, *, is_ranged: bool = True
    ) -> Piece:
        profiles = {key: ours for key, ours in self._device_keys(name) if key not in entries}
        stations = {"scale", "offset", "max_growth"}.intersection(entries)  # they are in its own unit already
        entries.update(profiles)
        if steps.factor != 1:
            for key, usual in (("scale", 1), ("offset", 0), ("max_growth", 0)):
                number = entries[key].value if key in entries else usual
                if key not in stations and isinstance(number, (int, float)) and (number != 0 or key == "scale"):
                    entries[key] = piece.made_here(_plain(Decimal(str(number)) * steps.factor))
        if steps.convert is not None and "convert" not in entries:
            entries["convert"] = piece.made_here(steps.convert)
        quantity = self._profile.quantities[name]
        if is_ranged and quantity.range is not None and "range" not in entries and "convert" not in entries:
            scaled = [_plain(Decimal(str(end)) * steps.factor) for end in quantity.range]
            entries["range"] = self._quantities[name]["range"] if steps.factor == 1 else piece.made_here(scaled)
        return self._grafting.section(piece, entries.items())

    def _device_keys(self, name: str) -> Iterator[tuple[str, Piece]]:
        for key, piece in self._quantities[name].children():
            if key not in OWN_QUANTITY_KEYS:
                yield key, piece


def _no_way(name: str, unit: str, wanted: str, steps: UnitSteps | None) -> tuple[Phrase, Phrase]:
    wrong = Phrase(
        "the device measures {name} in {unit}, and {wanted} does not come of that", name=name, unit=unit, wanted=wanted
    )
    if steps is not None and steps.convert is not None:
        return wrong, Phrase("add convert: {{{convert}: true}}", convert=next(iter(steps.convert)))
    if unit == wanted.replace("Nm3", "m3"):
        return (
            wrong,
            Phrase(
                "add convert: {{standard: {{temperature: …, pressure: …}}}}, or measured_in: {wanted} if "
                "the device is set to standard conditions",
                wanted=wanted,
            ),
        )
    return wrong, Phrase("write the unit in which the device is set in measured_in, or scale")


def _plain(number: Decimal) -> int | float | Decimal:
    """As YAML would have it; a decimal where no other kind of number is exactly that."""
    if number == number.to_integral_value():
        return int(number)
    return float(number) if Decimal(str(float(number))) == number else number


def _group_of(name: str, quantities: Piece) -> str | None:
    group = quantities[name].child("group")
    return group.value if group is not None and isinstance(group.value, str) else None


def _renamed(grafting: Grafting, piece: Piece, unused: set[str]) -> Piece:
    if isinstance(piece.value, dict):
        entries = [(key, _renamed(grafting, one, unused)) for key, one in piece.children()]
        return under_key_of(grafting.section(piece, entries), piece)
    if isinstance(piece.value, list):
        return under_key_of(grafting.list_at(piece, [_renamed(grafting, one, unused) for one in piece.items()]), piece)
    if not isinstance(piece.value, str) or "(?P<" not in piece.value:
        return piece
    return replace(piece, value=_NAMED_GROUP.sub(lambda found: _name_or_none(found, unused), piece.value))


def _name_or_none(found: re.Match[str], unused: set[str]) -> str:
    return "(?:" if found[1] in unused else found[0]
