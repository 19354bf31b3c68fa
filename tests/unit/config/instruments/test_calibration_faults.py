"""What is refused of `calibration`: what can never take effect, and what would open the wrong valve."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import edited, faults, load_text

PROBE = "    poll: 5s\n    parameters:\n      - {symbol: pH"
END = "destinations:\n"
ZERO, SPAN = "zero: {coil: 10, for: 2min}", "span: {coil: 11, for: 2min}"


def at_probe(content: str) -> tuple[str, str]:
    return (PROBE, PROBE.replace("    parameters", f"    calibration: {{{content}}}\n    parameters"))


FAULTS = {
    "a section that says nothing": ("", "says nothing"),
    "a valve without a number": ("span: {for: 2min}, reference: {pH: 7}", "needs a coil or a register, and not both"),
    "coil and register": (
        'span: {coil: 1, register: "holding:1", for: 2min}, reference: {pH: 7}',
        "needs a coil or a register",
    ),
    "a register that nobody can write": (
        'span: {register: "input:1", for: 2min}, reference: {pH: 7}',
        "input:1 cannot be written",
    ),
    "a contact that is no bit": (
        'span: {coil: 1, confirm: "holding:1", for: 2min}, reference: {pH: 7}',
        "holding:1 is a whole register",
    ),
    "settling longer than the gas flows": (
        "span: {coil: 1, for: 2min, settle: 2min}, reference: {pH: 7}",
        "no reading would be left",
    ),
    "a gas that never flows": ("span: {coil: 1, for: 0s}, reference: {pH: 7}", "write 1s to 4h"),
    "span gas of unknown content": (SPAN, "nothing of what the span gas holds"),
    "a zero of nothing": (ZERO, "names no parameter that has a zero"),
    "a reference for no gas": (f"{ZERO}, reference: {{pH: 7}}", "and no span"),
    "one valve for both gases": (
        "zero: {coil: 10, for: 2min}, span: {coil: 10, for: 2min}, reference: {pH: 7}",
        "opens coil:10 for zero and for span",
    ),
    "longer than its period": (
        f"every: 1h, {SPAN[:-1].replace('2min', '55min')}}}, reference: {{pH: 7}}",
        "takes 1h, and comes every 1h",
    ),
    "a period that the calendar does not know": ("every: 5h", "neither whole days nor an equal part of a day"),
    "an unquoted time": (f"every: 1d, at: 02:00, {SPAN}, reference: {{pH: 7}}", None),
    "a time that is none": ('every: 1d, at: "25:00"', "is no time of day"),
    "a time that never comes": (f'at: "02:00", {SPAN}, reference: {{pH: 7}}', "never comes without every"),
    "purging after nothing": ("every: 7d, purge: 5min", "has purge, and no valve that it is for"),
    "a drift without its sign": ("max_drift: 5", "write it with its sign: 5%"),
    "a drift of nothing": ("max_drift: 0%", "write it with its sign: 5%"),
    "a parameter that is not measured here": (f"{SPAN}, reference: {{ph: 7}}", "ph is not measured here"),
    "a reference that is no number": (f"{SPAN}, reference: {{pH: seven}}", "reference.pH"),
    "a link that is no name": (f"link: [plc], {SPAN}, reference: {{pH: 7}}", "calibration.link"),
    "a unit that is no number": (f"unit: [1], {SPAN}, reference: {{pH: 7}}", "calibration.unit"),
    "a link that there is not": (f"link: plz, {SPAN}, reference: {{pH: 7}}", "there is no link 'plz'"),
    "a zero that no drift is a part of": (
        f"{ZERO}, {SPAN}, reference: {{COD: 50}}, max_drift: 5%",
        "COD has none",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_refused(tmp_path: Path, name: str) -> None:
    content, said = FAULTS[name]
    found = faults(edited(at_probe(content)), tmp_path)
    if said is None:
        assert found == []  # YAML 1.2 has no times: 02:00 is text
    else:
        assert [one for one in found if said in one], found


@pytest.mark.parametrize("valve", ["coil: 11", 'register: "holding:4"'])
def test_the_sampler_s_own_coil_is_no_valve(tmp_path: Path, valve: str) -> None:
    sampler = (END, f"sampler: {{link: plc, unit: 1, {valve}}}\n{END}")
    span = at_probe(f"span: {{{valve}, for: 2min}}, reference: {{pH: 7}}")
    found = faults(edited(span, sampler), tmp_path)
    assert len(found) == 1
    assert "what tells the sampler already" in found[0]


def test_what_is_not_said_has_its_usual_value(tmp_path: Path) -> None:
    wanted = f'every: 7d, at: "02:30", {ZERO}, {SPAN}, reference: {{pH: 7}}, max_drift: 2.5%'
    text = edited(at_probe(wanted)).replace('"holding:0", type', '"holding:0", range: [0, 14], type')
    settings = load_text(text, tmp_path).instruments[0].calibration
    assert settings is not None
    assert settings.at == 150
    assert settings.max_drift == 0.025
    assert (dict(settings.zero_reference), dict(settings.span_reference)) == ({"pH": 0.0}, {"pH": 7.0})
    assert settings.length.total_seconds() == 540
    assert settings.phases[0].settle_s == 90
