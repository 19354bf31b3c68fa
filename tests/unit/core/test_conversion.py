"""Stack-gas conversions, computed by hand, and what has no value."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.builtin_tables.molar_masses import molar_masses
from gateway.core.conversion import (
    Conditions,
    Conversion,
    ReferenceOxygen,
    at_reference_oxygen,
    at_standard_conditions,
    dried,
    mass_flow,
    mass_of_ppm,
    standard_flow,
)

AT_11 = ReferenceOxygen(11)


class TestPpm:
    @pytest.mark.parametrize(
        ("symbol", "mg_of_100_ppm"),
        [
            ("NO", 122.72),  # 3000.6 / 24.45
            ("NO2", 188.16),  # 4600.6 / 24.45
            ("NOx", 188.16),  # as NO2
            ("SO2", 262.03),  # 6406.6 / 24.45
            ("CO", 114.56),  # 2801.0 / 24.45
            ("H2S", 139.39),  # 3408 / 24.45
            ("NH3", 69.66),  # 1703.1 / 24.45
            ("HCl", 149.12),  # 3646.1 / 24.45
            ("O3", 196.31),  # 4799.8 / 24.45
        ],
    )
    def test_a_hundred_ppm_of_each_substance(self, symbol: str, mg_of_100_ppm: float) -> None:
        converted = mass_of_ppm(100, molar_masses()[symbol])
        assert converted is not None
        assert round(converted, 2) == mg_of_100_ppm


class TestStandardConditions:
    def test_hot_gas_is_thin(self) -> None:
        """100 × 446.3 / 298.15 = 149.6897…"""
        assert at_standard_conditions(100, 173.15, 101.325) == pytest.approx(149.68975347979, rel=1e-13)

    def test_so_is_gas_under_low_pressure(self) -> None:
        """100 × 101.325 / 81.06 = 125."""
        assert at_standard_conditions(100, 25, 81.06) == pytest.approx(125, rel=1e-13)

    @given(st.floats(-1e6, 1e6))
    def test_at_25_degrees_and_one_atmosphere_nothing_changes(self, value: float) -> None:
        assert at_standard_conditions(value, 25, 101.325) == value

    @pytest.mark.parametrize(
        ("temperature_c", "pressure_kpa"),
        [(None, 101.3), (150, None), (-273.15, 101.3), (-300, 101.3), (150, 49.9), (150, 0), (150, -0.2)],
    )
    def test_what_no_stack_has_gives_no_value(self, temperature_c: float | None, pressure_kpa: float | None) -> None:
        assert at_standard_conditions(100, temperature_c, pressure_kpa) is None


class TestDrying:
    def test_water_is_taken_out(self) -> None:
        assert dried(90, 10) == pytest.approx(100, rel=1e-15)
        assert dried(90, 0) == 90

    def test_a_drift_below_zero_is_not_clamped(self) -> None:
        assert dried(90, -0.5) == pytest.approx(90 / 1.005, rel=1e-15)

    @pytest.mark.parametrize("moisture", [None, 80.1, 100.0, 120.0])
    def test_more_water_than_gas_gives_no_value(self, moisture: float | None) -> None:
        assert dried(90, moisture) is None

    def test_the_last_share_that_is_believed(self) -> None:
        assert dried(10, 80) == pytest.approx(50, rel=1e-12)


class TestReferenceOxygen:
    def test_thinned_gas_counts_for_more(self) -> None:
        assert at_reference_oxygen(100, 10.9, ReferenceOxygen(5.9)) == pytest.approx(150, rel=1e-13)

    def test_where_the_oxygen_is_the_reference_nothing_changes(self) -> None:
        assert at_reference_oxygen(73.1, 11, AT_11) == 73.1

    def test_the_air_is_configuration(self) -> None:
        assert at_reference_oxygen(100, 16, ReferenceOxygen(11, air_percent=21)) == pytest.approx(200, rel=1e-13)

    @pytest.mark.parametrize("oxygen", [None, 19.91, 20.5, 20.9, 21.0, 25.0])
    def test_a_plant_that_does_not_burn_has_no_value_and_never_a_huge_one(self, oxygen: float | None) -> None:
        assert at_reference_oxygen(100, oxygen, AT_11) is None

    def test_the_last_oxygen_that_counts(self) -> None:
        assert at_reference_oxygen(100, 19.9, AT_11) == pytest.approx(990, rel=1e-9)
        assert at_reference_oxygen(100, 19.9, ReferenceOxygen(11, margin_percent=2)) is None

    @given(st.floats(0, 19.9), st.floats(-50, 30), st.floats(0, 1e4))
    def test_the_factor_stays_below_21(self, reference: float, oxygen: float, value: float) -> None:
        converted = at_reference_oxygen(value, oxygen, ReferenceOxygen(reference))
        assert converted is None or 0 <= converted <= 21 * value

    @pytest.mark.parametrize(
        "arguments",
        [{"reference_percent": 20.9}, {"reference_percent": -1}, {"reference_percent": 11, "margin_percent": 0}],
    )
    def test_a_reference_that_makes_no_sense_is_refused(self, arguments: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="oxygen"):
            ReferenceOxygen(**arguments)  # type: ignore[arg-type]


class TestConversion:
    def test_the_whole_chain_in_the_right_order(self) -> None:
        """200 × 423.15/298.15 × 101.325/100 = 287.611; / 0.9 = 319.568; × 14.9/12.9 = 369.114."""
        conversion = Conversion(from_duct=True, from_wet=True, reference_oxygen=ReferenceOxygen(6))
        converted = conversion.of(200, Conditions(150, 100, 10, 8))
        assert converted is not None
        assert round(converted, 3) == 369.114

    def test_ppm_of_wet_gas_with_a_wet_oxygen_probe(self) -> None:
        """9 % wet O2 and 10 % H2O are 10 % dry. 100 ppm NO: 122.724 mg/Nm3 wet, 136.360 dry, × 9.9/10.9 = 123.850."""
        oxygen = ReferenceOxygen(11, is_wet=True)
        conversion = Conversion(molar_mass_g=30.006, from_wet=True, reference_oxygen=oxygen)
        converted = conversion.of(100, Conditions(moisture_percent=10, oxygen_percent=9))
        assert converted is not None
        assert round(converted, 3) == 123.85

    def test_without_steps_the_value_passes(self) -> None:
        assert Conversion().of(-0.3, Conditions()) == -0.3

    def test_only_what_is_needed_must_be_measured(self) -> None:
        assert Conversion(reference_oxygen=AT_11).of(100, Conditions(oxygen_percent=11)) == 100

    @pytest.mark.parametrize(
        "conditions",
        [
            Conditions(None, 100, 10, 8),
            Conditions(150, None, 10, 8),
            Conditions(150, 100, None, 8),
            Conditions(150, 100, 10),
        ],
    )
    def test_what_is_not_measured_leaves_no_value(self, conditions: Conditions) -> None:
        conversion = Conversion(from_duct=True, from_wet=True, reference_oxygen=AT_11)
        assert conversion.of(200, conditions) is None

    def test_no_value_stays_none_through_every_step(self) -> None:
        assert Conversion(64.066, from_wet=True, reference_oxygen=AT_11).of(None, Conditions(150, 100, 10, 8)) is None

    def test_beyond_the_largest_number_is_no_value(self) -> None:
        assert Conversion(64.066).of(1.7e308, Conditions()) is None

    def test_ppm_are_not_brought_to_standard_conditions_twice(self) -> None:
        with pytest.raises(ValueError, match="whatever the temperature"):
            Conversion(64.066, from_duct=True)
        with pytest.raises(ValueError, match="molar mass"):
            Conversion(0)

    @given(st.floats(0, 1e5), st.floats(-20, 500), st.floats(50, 150), st.floats(0, 60), st.floats(0, 19))
    def test_it_never_invents_a_sign_or_a_number_that_is_none(
        self, value: float, temperature: float, pressure: float, moisture: float, oxygen: float
    ) -> None:
        conversion = Conversion(from_duct=True, from_wet=True, reference_oxygen=AT_11)
        converted = conversion.of(value, Conditions(temperature, pressure, moisture, oxygen))
        assert converted is not None
        assert converted >= 0
        assert math.isfinite(converted)


class TestFlow:
    def test_flow_shrinks_to_standard_conditions(self) -> None:
        """10,000 × 298.15 / 446.3 = 6680.484; × 0.9 = 6012.436."""
        conditions = Conditions(173.15, 101.325, 10)
        wet, dry = standard_flow(10_000, conditions), standard_flow(10_000, conditions, to_dry=True)
        assert (round(wet or 0, 3), round(dry or 0, 3)) == (6680.484, 6012.436)

    def test_dry_flow_needs_the_moisture(self) -> None:
        assert standard_flow(10_000, Conditions(150, 101.3), to_dry=True) is None
        assert standard_flow(None, Conditions(150, 101.3)) is None

    def test_concentration_times_flow(self) -> None:
        assert mass_flow(150, 20_000) == 3.0
        assert mass_flow(None, 20_000) is None
        assert mass_flow(1e300, 1e300) is None

    @given(st.floats(0.1, 1000), st.floats(1, 1e6), st.floats(-20, 500), st.floats(50, 150), st.floats(0, 60))
    def test_no_mass_is_lost_on_the_way_to_standard_conditions(
        self, concentration: float, flow: float, temperature: float, pressure: float, moisture: float
    ) -> None:
        """mg/m3 × m3/h in the duct is what mg/Nm3 × Nm3/h of the dry gas is."""
        conditions = Conditions(temperature, pressure, moisture)
        converted = Conversion(from_duct=True, from_wet=True).of(concentration, conditions)
        mass = mass_flow(converted, standard_flow(flow, conditions, to_dry=True))
        assert mass == pytest.approx(concentration * flow / 1e6, rel=1e-12)
