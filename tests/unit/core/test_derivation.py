"""What is sent, of what was measured: by hand-computed examples."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from gateway.core.averaging import Average
from gateway.core.conversion import Conversion, ReferenceOxygen
from gateway.core.derivation import Computed, ConditionSources, Converted, Derivation, MassFlow, derive
from gateway.core.reading import Parameter, Status
from gateway.core.record import Line, Record
from gateway.core.slot import Slot

SLOT = Slot(300_000, 300_000)
NO_PPM, NO = Parameter("NO", "ppm"), Parameter("NO", "mg/Nm3")
NO2, NOX, O2 = Parameter("NO2", "mg/Nm3"), Parameter("NOx", "mg/Nm3"), Parameter("O2", "%V")
SO2_DUCT, SO2 = Parameter("SO2", "mg/m3"), Parameter("SO2", "mg/Nm3")
TEMP, FLOW, LOAD = Parameter("Temp", "oC"), Parameter("Flow", "m3/h"), Parameter("SO2_load", "kg/h")
SIX_PERCENT = ReferenceOxygen(6.0)


def record(**values: float | None | tuple[float | None, Status]) -> Record:
    units = {one.symbol: one for one in (NO_PPM, NO2, O2, SO2_DUCT, TEMP, FLOW)}
    lines = []
    for symbol, told in values.items():
        value, status = told if isinstance(told, tuple) else (told, Status.FAULT if told is None else Status.MEASURING)
        lines.append(Line(units[symbol], Average(value, status, 58, 60)))
    return Record(SLOT, tuple(lines))


def sent(record: Record, derivation: Derivation) -> dict[Parameter, tuple[float | None, Status]]:
    lines = derive(record, derivation).lines
    return {line.parameter: (line.average.value, line.average.status) for line in lines}


CONVERTED_NO = Converted(NO, NO_PPM, Conversion(30.006, reference_oxygen=SIX_PERCENT), ConditionSources(oxygen="O2"))
SUM = Computed(NOX, "NO * 1.5333 + NO2")


class TestConverting:
    def test_100_ppm_of_no_at_8_percent_oxygen_are_142_mg_at_6(self) -> None:
        """100 × 30.006/24.45 = 122.7239; × (20.9 − 6)/(20.9 − 8) = 141.7509."""
        derived = derive(record(NO=100.0, O2=8.0), Derivation((CONVERTED_NO,)))
        assert [line.parameter for line in derived.lines] == [NO, O2]
        assert derived.lines[0].average.value == pytest.approx(141.7509, abs=1e-4)
        assert derived.lines[0].average.readings == 58
        assert derived.measured == (Line(NO_PPM, Average(100.0, Status.MEASURING, 58, 60)),)

    def test_the_plant_is_not_burning_no_value_and_02_never_a_huge_number(self) -> None:
        assert sent(record(NO=3.0, O2=20.88), Derivation((CONVERTED_NO,)))[NO] == (None, Status.FAULT)

    @pytest.mark.parametrize(
        ("oxygen", "expected"),
        [
            ((8.0, Status.CALIBRATING), (pytest.approx(141.7509, abs=1e-4), Status.CALIBRATING)),
            ((None, Status.CALIBRATING), (None, Status.CALIBRATING)),
            ((None, Status.FAULT), (None, Status.FAULT)),
        ],
    )
    def test_the_state_is_that_of_the_worst_device_that_took_part(
        self, oxygen: tuple[float | None, Status], expected: tuple[object, Status]
    ) -> None:
        assert sent(record(NO=100.0, O2=oxygen), Derivation((CONVERTED_NO,)))[NO] == expected

    def test_an_input_that_the_record_does_not_tell_of_is_a_fault(self) -> None:
        assert sent(record(NO=100.0), Derivation((CONVERTED_NO,)))[NO] == (None, Status.FAULT)

    def test_conditions_may_be_constants_of_the_site(self) -> None:
        """200 × 423.15/298.15 × 101.325/100 = 287.611."""
        hot = Converted(SO2, SO2_DUCT, Conversion(from_duct=True), ConditionSources(temperature="Temp", pressure=100.0))
        assert sent(record(SO2=200.0, Temp=150.0), Derivation((hot,)))[SO2][0] == pytest.approx(287.611, abs=1e-3)

    def test_a_parameter_that_is_not_measured_any_more_is_not_invented(self) -> None:
        assert sent(record(O2=8.0), Derivation((CONVERTED_NO,))) == {O2: (8.0, Status.MEASURING)}


class TestComputing:
    def test_a_formula_works_on_what_is_sent_and_comes_last(self) -> None:
        derived = derive(record(NO=100.0, NO2=5.0, O2=8.0), Derivation((CONVERTED_NO,), (SUM,)))
        assert [line.parameter for line in derived.lines] == [NO, NO2, O2, NOX]
        assert derived.lines[-1].average.value == pytest.approx(141.7509 * 1.5333 + 5, abs=1e-3)

    def test_one_input_without_value_is_no_value(self) -> None:
        assert sent(record(NO=100.0, NO2=None, O2=8.0), Derivation((CONVERTED_NO,), (SUM,)))[NOX] == (
            None,
            Status.FAULT,
        )

    def test_it_is_told_from_as_many_readings_as_the_one_with_the_fewest(self) -> None:
        """50 of 60 are a smaller part than 58 of 60; 9 of 10 a greater."""
        told = {NO_PPM: (100.0, 58, 60), NO2: (5.0, 9, 10), O2: (8.0, 50, 60)}
        lines = (
            Line(parameter, Average(value, Status.MEASURING, readings, expected))
            for parameter, (value, readings, expected) in told.items()
        )
        derived = derive(Record(SLOT, tuple(lines)), Derivation((CONVERTED_NO,), (SUM,)))
        counts = {line.parameter: (line.average.readings, line.average.expected) for line in derived.lines}
        assert counts == {NO: (50, 60), NO2: (9, 10), O2: (50, 60), NOX: (50, 60)}

    def test_the_mass_is_that_of_the_gas_that_flowed_not_of_the_reference(self) -> None:
        """150 mg/Nm3 at 8 % O2, 20,000 Nm3/h: 3 kg/h, whatever the permit refers to."""
        at_six = Converted(SO2, SO2_DUCT, Conversion(reference_oxygen=SIX_PERCENT), ConditionSources(oxygen="O2"))
        load = Computed(LOAD, mass_flow=MassFlow("SO2", "Flow"))
        found = sent(record(SO2=150.0, O2=8.0, Flow=20_000.0), Derivation((at_six,), (load,)))
        assert found[SO2][0] == pytest.approx(150 * 14.9 / 12.9)
        assert found[LOAD] == (3.0, Status.MEASURING)

    def test_a_flow_comes_to_standard_conditions_and_dry(self) -> None:
        """10,000 × 298.15/446.3 × 0.9 = 6012.4 Nm3/h."""
        flow = Converted(
            FLOW,
            FLOW,
            Conversion(from_duct=True, from_wet=True),
            ConditionSources(temperature=173.15, pressure=101.325, moisture=10.0),
            is_flow=True,
        )
        derived = derive(record(Flow=10_000.0), Derivation((flow,)))
        assert derived.lines[0].average.value == pytest.approx(6012.4, abs=0.1)
        assert derived.measured[0].average.value == 10_000.0

    def test_lines_that_need_one_another_are_refused(self) -> None:
        with pytest.raises(CycleError):
            _ = Derivation((), (Computed(NOX, "NO + NO2"), Computed(NO, "NOx - NO2"))).steps


def test_a_derivation_is_read_as_databases_have_always_kept_it() -> None:
    normal = Parameter("Flow", "Nm3/h")
    flow = Converted(normal, FLOW, Conversion(from_duct=True), ConditionSources("Temp", 101.3), is_flow=True)
    kept = (
        '{"converted": [{"sent": {"symbol": "Flow", "unit": "Nm3/h"}, "measured": {"symbol": "Flow", "unit": "m3/h"},'
        ' "conversion": {"molar_mass_g": null, "from_duct": true, "from_wet": false, "reference_oxygen": null},'
        ' "surroundings": {"temperature": "Temp", "pressure": 101.3, "moisture": null, "oxygen": null},'
        ' "is_flow": true}], "computed": []}'
    )
    assert Derivation((flow,)).to_json() == kept
    assert Derivation.from_json(kept) == Derivation((flow,))


def test_a_derivation_is_kept_as_text() -> None:
    derivation = Derivation((CONVERTED_NO,), (SUM, Computed(LOAD, mass_flow=MassFlow("SO2", "Flow"))))
    assert Derivation.from_json(derivation.to_json()) == derivation
