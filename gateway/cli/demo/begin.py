"""How every demo begins and ends: its folder, its signals, its page."""

from __future__ import annotations

import signal
from pathlib import Path

from gateway.cli.output import say
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_at_every_signal_as_at_ctrl_c() -> None:
    """What it has started runs in sessions of its own, and nobody else would end it."""
    for number in _SIGNALS:
        signal.signal(number, signal.default_int_handler)


def hear_no_signal() -> None:
    """Whoever is impatient does not keep it from ending what it has started; that takes seconds."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def demo_folder(data: Path | None, now_ms: int) -> Path:
    """A new one: `data`, or one of that time.

    Raises:
        GatewayError: it exists, or cannot be made.
    """
    from gateway.core.instants import local_time

    folder = data or Path("demo-data") / f"{local_time(now_ms, 'Asia/Ho_Chi_Minh'):%Y%m%d-%H%M%S}"
    folder = folder.absolute()
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise GatewayError(
            Phrase("{folder} exists already: name a folder that does not, with --data", folder=folder)
        ) from None
    except OSError as error:
        raise GatewayError(Phrase("{folder} cannot be made: {error}", folder=folder, error=error.strerror)) from None
    return folder


def open_page(file: Path, folder: Path) -> str | None:
    """Its address; `None`, and why, where there can be none."""
    from gateway.cli.demo.page import add_page, why_no_page

    lacking = why_no_page()
    if lacking is not None:
        say(Phrase("going on without a page: {lacking}", lacking=lacking))
        return None
    address = add_page(file, folder)
    say(Phrase("the station's page: {address}", address=address))
    return address


def last_words(folder: Path, *, is_perfect: bool) -> Phrase:
    """How it went, and where all that it made lies."""
    verdict = Phrase("perfect") if is_perfect else Phrase("not perfect")
    return Phrase("{verdict}; data, files, logs and configuration: {folder}", verdict=verdict, folder=folder)
