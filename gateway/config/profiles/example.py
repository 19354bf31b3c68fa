"""An instrument of all that a profile has, as a station could write it: for a page of a manual, a scan, tests.

A profile is proven by this: what is made of it went through the models that every configuration goes through.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError

from gateway.config.file.document import YamlDocument, parse_document
from gateway.config.file.messages import Messages
from gateway.config.instruments.instrument import Instrument, device_model, protocol_sections
from gateway.config.links.link import LINK_MODELS
from gateway.config.profiles.merge import equip_with
from gateway.config.profiles.profile import InstrumentProfile, ProfileQuantity
from gateway.config.profiles.shelf import ShelvedProfile
from gateway.config.section import Section
from gateway.core.errors import ConfigError

UNSAID = "…"
"""In the place of what only the station can know."""


class _Instruments(Section):
    instruments: tuple[Instrument, ...]


def example_instrument(
    shelved: ShelvedProfile, link: str, names: Iterable[str] | None = None, unit: int | str | None = None
) -> Instrument:
    """The instrument with these quantities, by default all; each in the device's own unit, as `custom` where the
    regulation has no such symbol.

    Raises:
        ConfigError: the profile does not make an instrument; with every fault of it.
    """
    profile = shelved.profile
    wanted = tuple(profile.quantities if names is None else names)
    lines = [f"  - name: {profile.profile}", f"    link: {link}", f"    profile: {profile.profile}"]
    lines += _addresses(profile, 1 if unit is None else unit)
    lines += ["    parameters:", *(f"      - {_plain_parameter(name, profile.quantities[name])}" for name in wanted)]
    document = parse_document(profile.profile, "\n".join(["instruments:", *lines, ""]))
    equipped = equip_with(document, shelved)
    if equipped.faults:
        raise ConfigError(equipped.faults)
    return _validated(equipped)


def example_yaml(profile: InstrumentProfile) -> str:
    """What to paste under `instruments`, with what each station has to say itself left open."""
    is_modbus = profile.protocol == "modbus"
    lines = [f"- name: {UNSAID}", f"  link: {UNSAID}"]
    lines += [f"  unit: {UNSAID}"] if is_modbus else []
    if profile.protocol == "bayern_hessen":
        lines.append(f"  bayern_hessen: {{address: {UNSAID}}}")
    if profile.protocol == "sdi12":
        lines.append(f'  sdi12: {{address: "{UNSAID}"}}')
    lines += [f"  poll: {UNSAID}"] if "poll" not in profile.instrument else []
    lines.append(f"  profile: {profile.profile}")
    usual = profile.usual_quantities
    if not usual:
        name = next(iter(profile.quantities))
        quantity = profile.quantities[name]
        said = "" if quantity.unit is None else f"   # the device measures {quantity.unit}"
        lines += ["  parameters:", f"    - {{measures: {name}, symbol: {UNSAID}, unit: {UNSAID}}}{said}"]
    return "\n".join(lines)


def link_types(profile: InstrumentProfile) -> tuple[str, ...]:
    """The types of link on which it may stand."""
    return tuple(kind for kind in LINK_MODELS if kind in device_model(profile.instrument).link_types)


def _addresses(profile: InstrumentProfile, unit: int | str) -> list[str]:
    """What a protocol needs to know of this very device; any will do where nobody is asked."""
    if profile.protocol == "modbus":
        return [f"    unit: {unit}"]
    if profile.protocol == "sdi12":
        return [f'    sdi12: {{address: "{unit}"}}']
    return [f"    bayern_hessen: {{address: {unit}}}"] if profile.protocol == "bayern_hessen" else []


def _plain_parameter(name: str, quantity: ProfileQuantity) -> str:
    """Under the quantity's own name: it is no symbol of the regulation's, and the unit is the device's."""
    unit = quantity.unit or UNSAID
    said = f'measures: "{name}", custom: true, symbol: device, name: "{name}", unit: "{unit}", measured_in: "{unit}"'
    counts = {"counter", "average"}.intersection(quantity.model_extra or {}) == {"counter"}
    return f"{{{said}, average: sum}}" if counts else f"{{{said}}}"


def _validated(document: YamlDocument) -> Instrument:
    try:
        (instrument,) = _Instruments.model_validate(document.content).instruments
    except ValidationError as error:
        raise ConfigError(tuple(Messages(document, _Instruments, protocol_sections()).problems_of(error))) from None
    return instrument
