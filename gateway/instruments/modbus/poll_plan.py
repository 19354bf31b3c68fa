"""What a poll of a device asks: as few requests as it takes, by what is configured and what has been learned of it.

What was learned is kept, so that it is known after a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Set

from gateway.config import ModbusDevice
from gateway.config.links.device_limits import DeviceTraits
from gateway.instruments.device_profiles import DeviceMemory
from gateway.instruments.modbus.device_learning import DeviceLearning, Split
from gateway.instruments.modbus.lesson import from_text, to_text, words_of
from gateway.instruments.modbus.losses import Losses
from gateway.instruments.modbus.planned_read import PlannedRead, prepare
from gateway.instruments.modbus.wanted import plan_limits, planned_requests, wanted_values
from gateway.instruments.register_plan import Request, Span, alone

_log = logging.getLogger(__name__)


class PollPlan:
    """Of one device. Seconds are monotonic."""

    def __init__(self, settings: ModbusDevice, traits: DeviceTraits) -> None:
        self.wanted = wanted_values(settings)
        """The parameters, then what tells the device's state."""
        self.learning = DeviceLearning(plan_limits(traits))
        self.losses = Losses()
        """Of the requests that are planned now."""
        self.reads: tuple[PlannedRead, ...] = ()
        self._name = settings.name
        self._traits = traits
        self._memory: DeviceMemory | None = None
        self._plan()

    def is_emptied(self, span: Span) -> bool:
        """Whether a read empties it: it is asked for alone, once a poll."""
        return any(one.is_emptied for one in self.wanted if one.span == span)

    def remember(self, memory: DeviceMemory, now_s: float) -> None:
        """Begin with what is known of the device, and keep what is learned."""
        self._memory = memory
        if memory.lesson is None:
            return
        try:
            self.learning.lesson = from_text(memory.lesson)
        except ValueError:
            return  # damaged: it is learned anew
        self.learning.learned_s = now_s - memory.age_s
        self._plan()

    def forget(self) -> None:
        """Another device is in its place: what was learned does not hold."""
        self.learning = DeviceLearning(plan_limits(self._traits))
        self._replan()

    def begin_small(self) -> Request | None:
        """The least that the device can be asked for, to be asked before all else. `None`: as little is planned anyway,
        and from now on is the first read."""
        smallest = min((one.span for one in self.wanted), key=lambda span: (self.is_emptied(span), span.width))
        if self.is_emptied(smallest) or any(read.request.spans == (smallest,) for read in self.reads):
            first = min(self.reads, key=lambda read: read.request.count)
            self.reads = (first, *(read for read in self.reads if read is not first))
            return None
        return alone(smallest)

    def learn(self, splits: Iterable[Split], answered: Set[Request], now_s: float) -> None:
        """From a poll in which something was answered: what came of the reads that were taken apart, and what was."""
        learning, before = self.learning, self.learning.lesson
        for split in splits:
            learning.conclude(split, now_s)
        for request in answered if learning.lesson.alone else ():
            if request.spans[0] in learning.lesson.alone:
                learning.answers_alone(request.spans[0], now_s)
        if learning.lesson != before:
            self._replan()

    def told(self, is_answered: bool, is_refused: bool, now_s: float) -> None:
        """What came of a further question: answered, refused, or neither."""
        before = self.learning.lesson
        self.learning.told(is_answered, is_refused, now_s)
        if self.learning.lesson != before:
            self._replan()

    def _plan(self) -> None:
        requests = planned_requests(self.wanted, self._traits, self.learning.limits)
        self.reads = prepare(self.wanted, requests, self._traits.retries)

    def _replan(self) -> None:
        """After something was learned."""
        before, lesson = len(self.reads), self.learning.lesson
        self._plan()
        self.losses.clear()
        _log.info("instrument=%s event=smaller_reads before=%d after=%d", self._name, before, len(self.reads))
        if self._memory is not None:
            self._memory.keep(None if self.learning.is_empty else to_text(lesson), words_of(lesson))
