"""An analyser that gets zero and span gas: what it shows while it nears them."""

from stationsim.addresses import Space, parse_address
from stationsim.condition import Moment
from stationsim.encoding import Encoding, ValueType
from stationsim.modbus.cells import Parameter
from stationsim.modbus.unit import Unit
from stationsim.modbus.valves import Valves


def stack(_symbol: str, _moment: Moment) -> float:
    return 80.0


def analyser(lag_ms: int) -> Unit:
    valves = Valves(parse_address("coil:20"), parse_address("coil:21"), {"SO2": 250.0}, {"SO2": 1.0}, lag_ms)
    cells = [Parameter("SO2", parse_address("input:0"), Encoding(ValueType.FLOAT32), valves.display(stack))]
    return Unit(cells, None, None, (valves, stack), size=100, strict=False)


def shows(unit: Unit, elapsed_ms: int) -> float:
    return float(unit.read(Space.INPUT, 0, 2, Moment(0, elapsed_ms)).values["SO2"])


def test_it_nears_the_gas_and_the_stack_again_and_is_off_by_its_drift() -> None:
    unit = analyser(1000)
    assert shows(unit, 0) == 81.0
    unit.write(Space.COIL, 21, (1,), Moment(0, 1000))
    assert unit.read(Space.COIL, 20, 2, Moment(0, 1000)).words == (0, 1)
    assert shows(unit, 1000) == 81.0
    assert 180 < shows(unit, 2000) < 200
    assert abs(shows(unit, 20_000) - 251.0) < 0.01
    unit.write(Space.COIL, 21, (0,), Moment(0, 20_000))
    assert shows(unit, 20_000) > 250
    assert abs(shows(unit, 60_000) - 81.0) < 0.01


def test_zero_gas_shows_the_drift_alone() -> None:
    unit = analyser(0)
    unit.write(Space.COIL, 20, (1,), Moment(0, 0))
    assert shows(unit, 1) == 1.0
