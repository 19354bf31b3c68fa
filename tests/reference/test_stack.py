"""A month of a stack as it is sent, computed twice: every slot's values and states after the conversions, and how often
they exceeded the permit of QCVN 19:2009/BTNMT."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from gateway.config.standards.shelf import StandardShelf
from gateway.core.averaging import Average
from gateway.core.conversion import Conversion, ReferenceOxygen
from gateway.core.derivation import Computed, ConditionSources, Converted, Derivation, MassFlow, derive
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot
from gateway.core.standards import limits_by
from tests.reference.month import MEASURING
from tests.reference.opinion import CODES, SLOT_MS, Floats, spells_of
from tests.reference.test_month import END_MS, averages, floats, levels, slots, spells

SO2, FLOW, LOAD = Parameter("SO2", "mg/Nm3"), Parameter("Flow", "m3/h"), Parameter("SO2_load", "kg/h")
MEASURED = {
    "SO2": Parameter("SO2", "mg/m3"),
    "O2": Parameter("O2", "%V"),
    "Temp": Parameter("Temp", "oC"),
    "P": Parameter("P", "kPa"),
    "Flow": Parameter("Flow", "m3/h"),
}
SOURCES = ConditionSources("Temp", "P", 12.0, "O2")
DERIVATION = Derivation(
    (
        Converted(
            SO2,
            MEASURED["SO2"],
            Conversion(None, from_duct=True, from_wet=True, reference_oxygen=ReferenceOxygen(11)),
            SOURCES,
        ),
        Converted(FLOW, MEASURED["Flow"], Conversion(None, from_duct=True, from_wet=True), SOURCES, is_flow=True),
    ),
    (
        Computed(LOAD, mass_flow=MassFlow("SO2", "Flow")),
        Computed(Parameter("Excess", "%"), formula="O2 / (20.9 - O2) * 100"),
    ),
)


@cache
def sent() -> dict[str, list[Average]]:
    """What the gateway makes of every slot, by line."""
    found: dict[str, list[Average]] = {}
    measured = {symbol: averages("emission", symbol) for symbol in MEASURED}
    for number in range(len(measured["SO2"])):
        lines = tuple(Line(parameter, measured[symbol][number]) for symbol, parameter in MEASURED.items())
        record = derive(Record(Slot((number + 1) * SLOT_MS, SLOT_MS), lines), DERIVATION)
        assert [line.average for line in record.measured] == [measured["SO2"][number], measured["Flow"][number]]
        for line in record.lines:
            found.setdefault(line.parameter.symbol, []).append(line.average)
    return found


@cache
def theirs() -> pd.DataFrame:
    """The second opinion: columns of values, and of each line the worst state of what it is made of."""
    rows = {symbol: slots("emission", symbol) for symbol in MEASURED}
    value = {symbol: frame["mean"].to_numpy() for symbol, frame in rows.items()}
    state = {symbol: frame["status"].to_numpy() for symbol, frame in rows.items()}
    with np.errstate(all="ignore"):
        hot = (273.15 + value["Temp"]) / 298.15 * 101.325 / value["P"]
        hot[~((value["P"] >= 50) & (value["Temp"] > -273.15))] = np.nan
        in_stack = value["SO2"] * hot / 0.88
        burning = np.where(value["O2"] <= 19.9, 20.9 - value["O2"], np.nan)
        so2 = in_stack * (20.9 - 11) / burning
        flow = value["Flow"] / hot * 0.88
        excess = np.where(value["O2"] == 20.9, np.nan, value["O2"] / (20.9 - value["O2"]) * 100)
    frame = pd.DataFrame({"SO2": so2, "Flow": flow, "SO2_load": in_stack * flow / 1e6, "Excess": excess})
    duct = np.maximum(state["Temp"], state["P"])
    states = {"SO2": np.maximum(np.maximum(state["SO2"], state["O2"]), duct), "Flow": np.maximum(state["Flow"], duct)}
    states["SO2"] = _without_value(states["SO2"], so2)
    states["Flow"] = _without_value(states["Flow"], flow)
    states["SO2_load"] = _without_value(np.maximum(states["SO2"], states["Flow"]), frame["SO2_load"].to_numpy())
    states["Excess"] = _without_value(state["O2"], excess)
    return frame.assign(**{f"{symbol} status": found for symbol, found in states.items()}, end_ms=rows["SO2"]["end_ms"])


def _without_value(state: Floats, value: Floats) -> Floats:
    """What all measured and has no value is no measurement."""
    return np.where((state == MEASURING) & np.isnan(value), 2, state)


def test_values_and_states_of_every_slot_as_it_is_sent() -> None:
    for symbol in ("SO2", "Flow", "SO2_load", "Excess"):
        ours = floats([one.value for one in sent()[symbol]])
        expected = theirs()[symbol].to_numpy()
        assert np.array_equal(np.isnan(ours), np.isnan(expected)), symbol
        np.testing.assert_allclose(ours, expected, rtol=1e-12, err_msg=symbol)
        assert [one.status.value for one in sent()[symbol]] == [CODES[one] for one in theirs()[f"{symbol} status"]]
        assert {one.status for one in sent()[symbol]} == set(Status)


def test_a_slot_near_the_oxygen_of_air_has_no_value_and_is_a_fault() -> None:
    all_measure = np.all([slots("emission", symbol)["status"] == MEASURING for symbol in ("SO2", "O2", "Temp", "P")], 0)
    near = np.flatnonzero((slots("emission", "O2")["mean"] > 19.9).to_numpy() & all_measure)
    assert near.size
    assert {(sent()["SO2"][place].value, sent()["SO2"][place].status) for place in near} == {(None, Status.FAULT)}


def test_exceedances_are_of_what_is_sent() -> None:
    """QCVN 19:2009 column B, Kp 1, Kv 0.8: 500 × 0.8 = 400; × 0.8 = 320; × 0.9 = 360."""
    by = StandardShelf().standard("QCVN 19:2009")
    limit = limits_by(by, SO2, {"column": "B"}, {"kp": 1.0, "kv": 0.8})[0].limit
    values = [one.value if one.status is Status.MEASURING else None for one in sent()["SO2"]]
    events, lasting = levels(limit, theirs()["end_ms"].tolist(), values)
    measured = theirs()[theirs()["SO2 status"] == MEASURING]
    at_ms, value = measured["end_ms"].to_numpy(), measured["SO2"].to_numpy()
    bounds = {"tendency": value >= 320, "preparing": value >= 360, "exceeded": value > 400}
    for level, beyond in bounds.items():
        expected = spells_of(at_ms, beyond, value, value - 400, END_MS)
        assert expected
        found = spells(events, lasting, level)
        assert [one._replace(peak=None) for one in found] == [one._replace(peak=None) for one in expected]
        np.testing.assert_allclose([one.peak for one in found], [one.peak for one in expected], rtol=1e-12)
