"""The reports that people have asked the page for: made one at a time by a child each, and kept for a while.

Promises: nobody waits for a report inside of the page's process; what was made lies in files without a name in the
page's own folder, which are gone with the process, whatever ends it; neither their number nor the waiting ones grow.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import IO

from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.printable import printable
from gateway.web.report_request import ReportRequest

MOST_KEPT = 8
MOST_WAITING = 5
LONGEST_S = 330.0
"""Then a child is killed that has not ended itself."""
FRESH_S = 60.0
"""So long the same that is asked for again is the one that was made."""
NOTHING_DUE = 3
"""As `report_child` ends. Not imported: it would bring all that reports are made with."""
_LONGEST_WORDS = 500
_CHILD = "gateway.web.report_child"


class JobState(Enum):
    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    NOTHING_DUE = "nothing_due"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ReportJob:
    """One report, as a page shows it. `size`: in bytes, once it is ready. `words`: why it failed."""

    number: int
    request: ReportRequest
    asked_ms: int
    state: JobState
    size: int | None = None
    words: str = ""

    @property
    def is_over(self) -> bool:
        return self.state not in (JobState.WAITING, JobState.MAKING)


class TooManyReports(GatewayError):
    """So many wait already that one more would not be made soon."""


class _Work:
    """A job and what is behind it."""

    def __init__(self, job: ReportJob, content: bytes, output: IO[bytes], asked_s: float) -> None:
        self.job = job
        self.content = content
        self.output = output
        self.since_s = asked_s
        self.child: subprocess.Popen[bytes] | None = None
        self.errors: IO[bytes] | None = None

    def settle(self, state: JobState, *, size: int | None = None, words: str = "") -> None:
        self.job = ReportJob(self.job.number, self.job.request, self.job.asked_ms, state, size, words)
        self.child = None
        if self.errors is not None:
            self.errors.close()

    def close(self) -> None:
        self.output.close()


class ReportJobs:
    """May be called from any thread. Looks after the children whenever it is asked anything."""

    def __init__(self, clock: Clock, child: Sequence[str] = (sys.executable, "-m", _CHILD)) -> None:
        self._clock = clock
        self._child = child
        self._lock = Lock()
        self._works: list[_Work] = []
        self._number = 0

    def ask(self, configuration: Configuration, folder: Path, request: ReportRequest) -> ReportJob:
        """Have it made, unless it is being made already or has just been.

        Raises:
            TooManyReports: others come first.
            GatewayError: `folder`, for temporary files, cannot be written.
        """
        with self._lock:
            self._look_after()
            same = next((one for one in self._works if one.job.request == request and self._is_good(one)), None)
            if same is not None:
                return same.job
            if sum(one.job.state is JobState.WAITING for one in self._works) >= MOST_WAITING:
                raise TooManyReports("others are being made, and more wait: ask again once they are ready")
            now = self._clock.now()
            self._number += 1
            job = ReportJob(self._number, request, now.wall_ms, JobState.WAITING)
            self._works.append(_Work(job, pickle.dumps((configuration, request)), _temporary(folder), now.mono_s))
            self._drop_oldest()
            self._look_after()
            return self._works[-1].job

    def listed(self) -> tuple[ReportJob, ...]:
        """All that are known, the newest first."""
        with self._lock:
            self._look_after()
            return tuple(one.job for one in reversed(self._works))

    def content(self, number: int) -> tuple[ReportRequest, IO[bytes]] | None:
        """A report that is ready, as a file of the caller's own: it is there also when the report is kept no longer.
        `None`: there is none, or no longer.

        Raises:
            OSError: it cannot be opened.
        """
        with self._lock:
            self._look_after()
            for one in self._works:
                if one.job.number == number and one.job.state is JobState.READY:
                    # By this way, and not as a copy of the number: each who reads has a place of his own in it.
                    return one.job.request, Path(f"/proc/self/fd/{one.output.fileno()}").open("rb")  # noqa: SIM115
            return None

    def close(self) -> None:
        """No child is left."""
        with self._lock:
            for one in self._works:
                if one.child is not None:
                    one.child.kill()
                    one.child.wait()
                one.close()
            self._works.clear()

    def _is_good(self, work: _Work) -> bool:
        """Whether it need not be made again."""
        if not work.job.is_over:
            return True
        is_fresh = self._clock.now().mono_s - work.since_s < FRESH_S
        return is_fresh and work.job.state is not JobState.FAILED

    def _look_after(self) -> None:
        for work in self._works:
            if work.child is not None:
                self._settle(work, work.child)
        waiting = next((one for one in self._works if one.job.state is JobState.WAITING), None)
        if waiting is not None and all(one.child is None for one in self._works):
            self._start(waiting)

    def _start(self, work: _Work) -> None:
        try:
            with tempfile.TemporaryFile() as content:  # the child has its own
                work.errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed when the work is settled
                content.write(work.content)
                content.seek(0)
                work.child = subprocess.Popen(  # noqa: S603  # our own
                    list(self._child), stdin=content, stdout=work.output, stderr=work.errors, start_new_session=True
                )
        except OSError as error:
            work.settle(JobState.FAILED, words=str(error.strerror))
            return
        work.content = b""
        work.since_s = self._clock.now().mono_s
        job = work.job
        work.job = ReportJob(job.number, job.request, job.asked_ms, JobState.MAKING)

    def _settle(self, work: _Work, child: subprocess.Popen[bytes]) -> None:
        code = child.poll()
        if code is None:
            if self._clock.now().mono_s - work.since_s > LONGEST_S:
                child.kill()
                child.wait()
                work.settle(JobState.FAILED, words="it took too long")
            return
        work.since_s = self._clock.now().mono_s
        if code == 0:
            work.settle(JobState.READY, size=os.fstat(work.output.fileno()).st_size)
        elif code == NOTHING_DUE:
            work.settle(JobState.NOTHING_DUE)
        else:
            work.settle(JobState.FAILED, words=_words(code, work.errors))

    def _drop_oldest(self) -> None:
        over = [one for one in self._works if one.job.is_over]
        for one in over[: max(0, len(over) - MOST_KEPT)]:
            one.close()
            self._works.remove(one)


def _temporary(folder: Path) -> IO[bytes]:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise GatewayError(f"{folder} cannot be written ({error.strerror}): see web.storage, and its disk") from None


def _words(code: int, errors: IO[bytes] | None) -> str:
    """Why a child failed, in one line."""
    said = b""
    if errors is not None:
        errors.seek(0)
        said = errors.read(65_536)
    lines = said.decode("utf-8", "replace").strip().splitlines()
    if code < 0:
        return f"it was ended before it was made (signal {-code}): too slow, or too little memory"
    return printable(lines[-1])[:_LONGEST_WORDS] if lines else f"it ended with {code}"
