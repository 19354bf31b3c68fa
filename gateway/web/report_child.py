"""Makes one report: a program of its own, so that what it takes of memory and time is neither the page's nor the
daemon's. It gives way to everything else, ends itself when it takes too long, and is the first to go where memory
is short.

Standard input: the configuration and the request, as the page has pickled them. Standard output: the report. Ends with
0; with 1 and why on standard error; with `NOTHING_DUE` where there is nothing that a letter would have to tell.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pickle
import resource
import signal
import sys
from pathlib import Path

from gateway.config import Configuration
from gateway.core.errors import GatewayError
from gateway.db import Database
from gateway.db.read_only import open_read_only
from gateway.reports.document import ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.period import ReportPeriod, month
from gateway.reports.registry import begun_ms, build, usual_period
from gateway.runtime.clock import SystemClock
from gateway.web.report_request import LETTER, ReportRequest

LONGEST_S = 300
"""A month of a station with sixty parameters takes a minute on a small board."""
LARGEST_BYTES = 64_000_000
NOTHING_DUE = 3
_LOWEST = 19


def main() -> int:
    give_way()
    configuration, request = pickle.load(sys.stdin.buffer)  # noqa: S301  # of the page's own making
    try:
        made = make(configuration, request)
    except FileNotFoundError:
        sys.stderr.write("the gateway has never run here (gateway run)")
        return 1
    except OSError as error:
        sys.stderr.write(f"the database cannot be read ({error.strerror})")
        return 1
    except GatewayError as error:
        sys.stderr.write(str(error))
        return 1
    except MemoryError:
        sys.stderr.write("there is not enough memory for it")
        return 1
    if made is None:
        return NOTHING_DUE
    return hand_over(made)


def hand_over(made: bytes) -> int:
    """What was made, to the page. Returns how the child is to end."""
    left = memoryview(made)
    try:
        while left:
            left = left[os.write(sys.stdout.fileno(), left) :]
    except OSError as error:
        sys.stderr.write(not_written(error))
        return 1
    return 0


def not_written(error: OSError) -> str:
    """Why a file of the child's could not be written, in words for whoever asked."""
    if error.errno != errno.EFBIG:
        return f"the page's folder cannot be written ({error.strerror})"
    largest_bytes, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return f"it would be larger than {largest_bytes // 1_000_000} MB: ask for less"


def give_way(largest_bytes: int = LARGEST_BYTES) -> None:
    """Whatever else wants the processor or memory comes first. `largest_bytes`: of any file that it writes."""
    signal.alarm(LONGEST_S)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _LOWEST)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_bytes, largest_bytes))


def make(configuration: Configuration, request: ReportRequest) -> bytes | None:
    """The report; `None`: a letter would have nothing to tell.

    Raises:
        GatewayError, OSError: it cannot be made; the message says why.
    """
    clock = SystemClock()
    now_ms = clock.now().wall_ms
    database = open_read_only(configuration.storage.path / "gateway.db", clock)
    with contextlib.closing(database), database.reading(LONGEST_S) as limited:
        if request.name == LETTER:
            return _letter(configuration, limited, request, now_ms)
        kind = ReportKind(request.name)
        period = _period(configuration, request, kind, now_ms) or usual_period(kind, configuration, limited, now_ms)
        if period is None:
            raise GatewayError("say which month it is to be about")
        report = build(kind, configuration, limited, period, now_ms)
        return render(report, ReportFormat(request.file_format.value), request.language)


def _period(configuration: Configuration, request: ReportRequest, kind: ReportKind, now_ms: int) -> ReportPeriod | None:
    if request.month is None:
        return None
    try:
        period = month(request.month, configuration.station.timezone)
    except ValueError as fault:
        raise GatewayError(str(fault)) from None
    if period.from_ms > begun_ms(kind, now_ms):
        raise GatewayError("no slot of that time counts yet: each does five minutes after its end")
    return period


def _letter(configuration: Configuration, database: Database, request: ReportRequest, now_ms: int) -> bytes | None:
    from gateway.reports.interruptions import interruptions
    from gateway.reports.letter.fields import to_be_told
    from gateway.reports.letter.notice import LetterFormat, notice
    from gateway.reports.report_data import read_report_data
    from gateway.texts import Wording

    period = _period(configuration, request, ReportKind.OUTAGES, now_ms)
    if period is None:
        raise GatewayError("say which month it is to be about")
    data = read_report_data(configuration, database, period, now_ms)
    told = to_be_told(interruptions(data))
    file_format = LetterFormat(request.file_format.value)
    return notice(file_format, data.heading, told, Wording.of(request.language)) if told else None


if __name__ == "__main__":
    sys.exit(main())
