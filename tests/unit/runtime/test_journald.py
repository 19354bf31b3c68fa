"""One event, one line, its priority in front."""

from __future__ import annotations

import logging
import sys

import pytest

from gateway.runtime.journald import JournalFormatter


def record(level: int, message: str, *arguments: object, with_traceback: bool = False) -> logging.LogRecord:
    failure = None
    if with_traceback:
        try:
            raise ZeroDivisionError("two\nlines")
        except ZeroDivisionError:
            failure = sys.exc_info()
    return logging.LogRecord("gateway.outbox.courier", level, "courier.py", 1, message, arguments, failure)


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3), (logging.CRITICAL, 2), (25, 6)],
)
def test_levels_become_syslogs_priorities(level: int, priority: int) -> None:
    line = JournalFormatter(priorities=True).format(record(level, "file delivered name=%s", "a.txt"))
    assert line == f"<{priority}>gateway.outbox.courier: file delivered name=a.txt"


def test_a_traceback_is_folded_into_its_line() -> None:
    line = JournalFormatter(priorities=True).format(record(logging.CRITICAL, "worker failed", with_traceback=True))
    assert line.startswith("<2>gateway.outbox.courier: worker failed | Traceback (most recent call last): | ")
    assert line.endswith("ZeroDivisionError: two | lines")
    assert len(line.splitlines()) == 1


def test_what_a_server_says_cannot_forge_a_line() -> None:
    answer = "550 no\r\n<2>gateway: all is lost\x85\u2028<2>again"
    line = JournalFormatter(priorities=True).format(record(logging.ERROR, "file set aside error=%s", answer))
    assert len(line.splitlines()) == 1


def test_a_person_at_a_terminal_gets_times_instead() -> None:
    line = JournalFormatter(priorities=False).format(record(logging.INFO, "slot closed"))
    assert line.endswith(" INFO gateway.outbox.courier: slot closed")
    assert line[:2] == "20"


HOSTILE = 'x\n<3>gateway.outbox: file delivered name=y\r\x1b[31m\u202e\u2028" state=up \udcff'


def test_text_from_outside_makes_no_second_line_and_no_second_value() -> None:
    """A line's end in what a server answered, or an `=` in a name, looked like an event of ours."""
    shown = JournalFormatter(priorities=True).format(
        logging.LogRecord(
            "gateway.x", logging.WARNING, "", 0, 'said %s name=%s error="%s" n=%d', (HOSTILE, HOSTILE, HOSTILE, 3), None
        )
    )
    assert len(shown.splitlines()) == 1
    assert shown.startswith("<4>gateway.x: said x")
    assert shown.isprintable()
    shown.encode("utf-8")
    assert r" name='x\n<3>" in shown
    assert r'\" state=up \xff" n=3' in shown


def test_plain_values_are_not_quoted() -> None:
    shown = JournalFormatter(priorities=True).format(
        logging.LogRecord("gateway.x", logging.INFO, "", 0, "a=%s b=%s %s=%s", ("Trạm", 5, "c", "d"), None)
    )
    assert shown == "<6>gateway.x: a=Trạm b=5 c=d"


def test_a_line_that_never_ends_is_cut_before_the_journal_makes_two_of_it() -> None:
    shown = JournalFormatter(priorities=True).format(
        logging.LogRecord("gateway.x", logging.INFO, "", 0, "said %r", ("ế" * 1_000_000,), None)
    )
    assert len(shown.encode()) < 48 * 1024
    assert shown.endswith("characters)")
