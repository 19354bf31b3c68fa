"""An alarm clock for jobs by the calendar: the look at time servers, the nightly look at the database. The only user
of APScheduler.

    alarm = AlarmClock()
    alarm.every("ask time servers", 900.0, lambda: process.wake("clock"))
    alarm.daily("look through the database", time(3, 10), zone, lambda: process.wake("inspection"))

What it promises: jobs only ring (they wake a worker and do no work), so what was missed rings once, late rather than
never; a job that raises is told in the log and called again at its next time. The clock may be set by any amount either
way: what comes *every* so often goes on by the machine's own counting, what comes *daily* is looked up anew. It is a
worker: APScheduler keeps the calendar here, and the thread is the supervisor's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from inspect import iscoroutinefunction
from types import ModuleType
from typing import Any

from gateway.core.interfaces import Instant
from gateway.runtime.lean_import import without

# APScheduler's base wants its pools of threads and processes, and with them multiprocessing: 0.8 MB for nothing here.
_NO_POOLS = ModuleType("apscheduler.executors.pool")
_NO_POOLS.ThreadPoolExecutor = None  # type: ignore[attr-defined]
# … and of asyncio one question: 1.4 MB where nobody speaks Modbus.
_NO_LOOP = ModuleType("asyncio")
_NO_LOOP.iscoroutinefunction = iscoroutinefunction  # type: ignore[attr-defined]

with without({"apscheduler.executors.pool": _NO_POOLS, "asyncio": _NO_LOOP}):
    from apscheduler.executors.base import BaseExecutor, run_job
    from apscheduler.schedulers.base import BaseScheduler
    from apscheduler.triggers.base import BaseTrigger
    from apscheduler.triggers.cron import CronTrigger

LOOK_EVERY_S = 60.0
"""At the latest: between two looks the clock may be set, and nobody says so."""
SET_FROM_MS = 1_000
"""What is less is no step: a clock that is drawn to the right time."""
_AT_ONCE = timedelta(microseconds=1)


class AlarmClock:
    """See `gateway.core.interfaces.Worker`. Jobs may be added at any time, from any thread, each under one name."""

    name = "schedule"
    patience_s = 60.0

    def __init__(self) -> None:
        self._calendar = _Calendar(
            timezone=UTC,
            executors={"default": _InPlace()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._calendar.start()
        self._zero_ms: int | None = None

    def every(self, name: str, seconds: float, job: Callable[[], object]) -> None:
        """Ring first when this time has passed, then again and again."""
        self._calendar.add_job(job, _Every(timedelta(seconds=seconds)), id=name, name=name)

    def daily(self, name: str, at: time, zone: tzinfo, job: Callable[[], object]) -> None:
        """Ring whenever that zone's clocks show the time; once a day, whatever was missed."""
        trigger = _Daily(hour=at.hour, minute=at.minute, second=at.second, timezone=zone)
        self._calendar.add_job(job, trigger, id=name, name=name)

    def step(self, now: Instant) -> float:
        zero_ms = now.wall_ms - round(now.mono_s * 1000)
        by_ms = 0 if self._zero_ms is None else zero_ms - self._zero_ms
        self._zero_ms = zero_ms
        if abs(by_ms) >= SET_FROM_MS:
            self.renew(by_ms)
        wait_s = self._calendar.ring()
        return now.mono_s + (LOOK_EVERY_S if wait_s is None else min(wait_s, LOOK_EVERY_S))

    def renew(self, by_ms: int) -> None:
        """The clock was set ahead by so much (negative: back): what is to come is reckoned by what it shows now."""
        self._calendar.shift(timedelta(milliseconds=by_ms))

    def interrupt(self) -> None:
        """Nothing in here waits for the outside world."""

    def close(self) -> None:
        self._calendar.shutdown()


class _Calendar(BaseScheduler):  # type: ignore[misc] # ships no types
    """APScheduler's book of jobs, without a thread: whoever owns it calls `ring`."""

    def ring(self) -> float | None:
        """Call what is due. Returns the seconds until the next; `None`: there is none."""
        wait_s: float | None = self._process_jobs()
        return wait_s

    def shift(self, by: timedelta) -> None:
        for job in self.get_jobs():
            job.modify(next_run_time=job.trigger.after_step(job.next_run_time, by))

    def wakeup(self) -> None:
        """It is called soon enough."""

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)


class _InPlace(BaseExecutor):  # type: ignore[misc] # ships no types
    """Rings in the thread that looked, so nothing has to be counted; `run_job` tells in the log what a job raises."""

    def submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._do_submit_job(job, run_times)

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        run_job(job, job._jobstore_alias, run_times, self._logger.name)


class _Every(BaseTrigger):  # type: ignore[misc] # ships no types
    """Not APScheduler's own interval: that walks through every time between the last one and now, be they 50 years."""

    def __init__(self, length: timedelta) -> None:
        self._length = length

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        following = now if previous is None else previous + self._length
        return following if following > now else now + self._length

    def after_step(self, due: datetime, by: timedelta) -> datetime:
        return due + by


class _Daily(CronTrigger):  # type: ignore[misc] # ships no types
    """The next time from now on, not from the last one on: what lies between is not made up for."""

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        following: datetime = super().get_next_fire_time(None, now + _AT_ONCE)
        return following

    def after_step(self, _due: datetime, _by: timedelta) -> datetime:
        return self.get_next_fire_time(None, datetime.now(self.timezone))
