"""What must fit together across a scenario: names, registers, correlations, faults. Pure; reports everything."""

from collections.abc import Iterator

from stationsim.consistency.cameras import camera_problems
from stationsim.consistency.faults import fault_problems
from stationsim.consistency.ports import port_problems
from stationsim.consistency.problem import Problem
from stationsim.consistency.registers import register_problems
from stationsim.model import MeasuredModel, Scenario
from stationsim.model.base import Path

__all__ = ["Problem", "problems"]

_HOUR_MS = 3_600_000


def problems(scenario: Scenario) -> list[Problem]:
    return [
        *_slots(scenario),
        *_names(scenario),
        *_symbols(scenario),
        *register_problems(scenario),
        *_correlations(scenario),
        *fault_problems(scenario),
        *camera_problems(scenario),
        *port_problems(scenario),
    ]


def _slots(scenario: Scenario) -> Iterator[Problem]:
    if _HOUR_MS % scenario.slot:
        yield Problem(("slot",), "does not divide an hour")
    for n, authority in enumerate(scenario.authorities):
        if authority.interval is not None and (_HOUR_MS % authority.interval or authority.interval % scenario.slot):
            yield Problem(("authorities", n, "interval"), "is not a multiple of the slot that divides an hour")
        for protocol in authority.ports.keys() - set(authority.protocols):
            yield Problem(("authorities", n, "ports", protocol), "this protocol is not among the authority's protocols")


def _names(scenario: Scenario) -> Iterator[Problem]:
    for group in ("instruments", "authorities", "road_administrations", "time_servers", "cameras", "neighbours"):
        seen: set[str] = set()
        for n, item in enumerate(getattr(scenario, group)):
            if item.name in seen:
                yield Problem((group, n, "name"), f"{item.name!r} stands twice")
            seen.add(item.name)


def _measured(scenario: Scenario) -> Iterator[tuple[Path, str, MeasuredModel]]:
    for n, instrument in enumerate(scenario.instruments):
        for path, symbol, parameter in instrument.measured():
            yield ("instruments", n, *path), symbol, parameter


def _symbols(scenario: Scenario) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, symbol, _ in _measured(scenario):
        if symbol in seen:
            yield Problem(path, f"{symbol!r} is measured twice; a station's file has one line for each symbol")
        seen.add(symbol)


def _correlations(scenario: Scenario) -> Iterator[Problem]:
    leads_to = {
        symbol: parameter.signal.correlated.symbol
        for symbol, parameter in scenario.parameters().items()
        if parameter.signal.correlated is not None
    }
    for path, symbol, parameter in _measured(scenario):
        if parameter.signal.correlated is None:
            continue
        place = (*path, "signal", "correlated")
        if leads_to[symbol] not in scenario.parameters():
            yield Problem(place, f"there is no parameter {leads_to[symbol]!r}")
        elif _returns(symbol, leads_to):
            yield Problem(place, f"{symbol} depends on itself, through {leads_to[symbol]}")


def _returns(symbol: str, leads_to: dict[str, str]) -> bool:
    current: str | None = leads_to[symbol]
    for _ in leads_to:
        if current == symbol:
            return True
        current = None if current is None else leads_to.get(current)
    return False
