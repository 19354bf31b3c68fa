"""What was learned of devices is kept, believed of the same configuration alone, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import ModbusDevice, ModbusTcpLink, Table
from gateway.config.fingerprint import fingerprint_of
from gateway.db import Database, open_database
from gateway.instruments.device_profiles import DeviceProfiles
from gateway.instruments.modbus.device_learning import DeviceLearning, Lesson, Longest, Split
from gateway.instruments.modbus.lesson import from_text, to_text, words_of
from gateway.instruments.register_plan import Hole, PlanLimits, Request, Span, alone, plan
from tests.support.clock import FakeClock

LESSON = Lesson(
    Longest(16, Table.HOLDING, 4),
    None,
    frozenset({Hole(Table.HOLDING, 30, 34)}),
    frozenset({Span(Table.INPUT, 7, 2)}),
)
LINK = ModbusTcpLink.model_validate({"type": "modbus-tcp", "host": "a", "port": 502})


def device(poll: str = "5s") -> ModbusDevice:
    parameters = [{"symbol": "pH", "unit": "-", "register": "holding:0", "type": "uint16"}]
    return ModbusDevice.model_validate({"name": "probe", "link": "plc", "poll": poll, "parameters": parameters})


def known(settings: ModbusDevice, link: ModbusTcpLink) -> tuple[str, str]:
    """As the configuration knows it."""
    return settings.name, fingerprint_of(settings, link)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(tmp_path / "gateway.db")


def test_a_lesson_outlives_a_restart(database: Database) -> None:
    clock = FakeClock()
    profiles = DeviceProfiles(database, clock)
    assert profiles.memory_of(*known(device(), LINK)).lesson is None
    profiles.memory_of(*known(device(), LINK)).keep(to_text(LESSON), words_of(LESSON))
    profiles.step(clock.now())
    clock.advance(60.0)
    memory = DeviceProfiles(database, clock).memory_of(*known(device(), LINK))
    assert memory.lesson is not None
    assert from_text(memory.lesson) == LESSON
    assert memory.age_s == 60.0


def test_a_lesson_is_forgotten_when_the_configuration_changes(database: Database) -> None:
    clock = FakeClock()
    profiles = DeviceProfiles(database, clock)
    profiles.memory_of(*known(device(), LINK)).keep(to_text(LESSON), words_of(LESSON))
    profiles.step(clock.now())
    other = ModbusTcpLink.model_validate({"type": "modbus-tcp", "host": "b", "port": 502})
    assert profiles.memory_of(*known(device("6s"), LINK)).lesson is None
    assert profiles.memory_of(*known(device(), other)).lesson is None
    assert profiles.memory_of(*known(device(), LINK)).lesson is not None


def test_nothing_is_kept_of_a_device_that_can_do_everything_after_all(database: Database) -> None:
    clock = FakeClock()
    profiles = DeviceProfiles(database, clock)
    for lesson in (to_text(LESSON), None):
        profiles.memory_of(*known(device(), LINK)).keep(lesson, ())
        profiles.step(clock.now())
    assert profiles.memory_of(*known(device(), LINK)).lesson is None


def test_the_words_say_what_it_cannot_do() -> None:
    assert words_of(LESSON) == (
        "answers at most 16 registers at once",
        "does not answer over holding:30-33",
        "input:7-8 asked for alone",
    )


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"holes": 3}', '{"registers": [0, "holding", 0], "holes": [], "alone": []}']
)
def test_a_damaged_lesson_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no lesson"):
        from_text(text)


def spans(*addresses: int) -> list[Span]:
    return [Span(Table.HOLDING, address, 1) for address in addresses]


def test_pieces_that_fail_too_teach_nothing() -> None:
    """A silent bus is not a device that cannot read sixteen registers."""
    learning = DeviceLearning(PlanLimits())
    (request,) = plan(spans(*range(20)))
    learning.conclude(Split(request, None, (), request.finer()), 0.0)
    assert learning.is_empty
    assert learning.next_question(0.0) is None


def test_a_lesson_is_tried_again_after_a_day_and_forgotten_if_it_was_wrong() -> None:
    learning = DeviceLearning(PlanLimits(), LESSON, learned_s=0.0)
    assert learning.next_question(86_399.0) is None
    assert learning.next_question(86_400.0) == (Table.HOLDING, 29, 6)
    learning.told(True, False, 86_400.0)
    assert learning.next_question(86_400.0) == (Table.HOLDING, 4, 17)
    learning.told(True, False, 86_400.0)
    assert learning.lesson == Lesson(alone=LESSON.alone)


def test_a_lesson_that_holds_is_left_alone_for_another_day() -> None:
    learning = DeviceLearning(PlanLimits(), LESSON, learned_s=0.0)
    while learning.next_question(86_400.0) is not None:
        learning.told(False, True, 86_400.0)
    assert learning.lesson == LESSON
    assert learning.next_question(2 * 86_400.0 - 1) is None
    assert learning.next_question(2 * 86_400.0) is not None


def test_one_lost_question_is_no_evidence() -> None:
    learning = DeviceLearning(PlanLimits())
    (request,) = plan(spans(0, 1, 4, 5, 9))
    assert isinstance(request, Request)
    learning.conclude(Split(request, None, tuple(map(alone, request.spans)), ()), 0.0)
    first = learning.next_question(0.0)
    learning.told(False, False, 0.0)
    assert learning.next_question(0.0) == first
    learning.told(True, False, 0.0)
    assert Hole(Table.HOLDING, 2, 4) not in learning.lesson.holes
