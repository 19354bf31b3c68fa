"""An image that is larger than the authority takes is made smaller by a program of its own: OpenCV takes 60 MB, which
are gone with it, and what a malicious file does to its reader is done to nobody else.

Standard input of the program: the image; standard output: the smaller one.
"""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from gateway.core.order_faults import OrderNotNow
from gateway.core.phrase import Phrase

LEAST_PX = 1280
"""Of the longer side, where that can be had."""
LONGEST_S = 60.0
"""A telephone's largest photo takes ten seconds on a small board."""
NO_PICTURE = 3
"""As the program ends."""
_GIVES_WAY = 10
_MOST_MEMORY = 2_000_000_000
"""Bytes of addresses, most of them used by nobody: the library maps half of it."""
_LONGEST_WORDS = 200


class NotMadeSmaller(Exception):
    """The first argument says why."""


def can_be_made_smaller() -> bool:
    """Whether OpenCV is installed."""
    return find_spec("cv2") is not None


class SmallerImages:
    """One at a time, called by one thread; another one may have it give up."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._is_given_up = False

    def __call__(self, content: bytes, most_bytes: int) -> bytes:
        """The JPEG or PNG image as a JPEG file of at most `most_bytes`, shown the same side up.

        Raises:
            NotMadeSmaller: it cannot be, and will not be the next time.
            OrderNotNow: not now.
        """
        if not can_be_made_smaller():
            raise NotMadeSmaller(
                Phrase("OpenCV, which would make it smaller, is not installed: pip install 'station-gateway[images]'")
            )
        made, errors, code = self._output(content, most_bytes)
        if b"premature end" in errors or code == NO_PICTURE:  # libjpeg goes on where a picture was cut off, in grey
            raise NotMadeSmaller(Phrase("is no whole picture: a JPEG or PNG file is"))
        if code or not 0 < len(made) <= most_bytes:
            said = errors.decode(errors="replace").strip().splitlines()
            why = said[-1][:_LONGEST_WORDS] if said else Phrase("ended with {code}", code=code)
            raise NotMadeSmaller(Phrase("cannot be made smaller: {why}", why=why))
        return made

    def give_up(self) -> None:
        """From now on every call fails, the one under way soon. From any thread."""
        with self._turn:
            self._is_given_up = True
            if self._program is not None:
                self._program.kill()

    def _output(self, content: bytes, most_bytes: int) -> tuple[bytes, bytes, int]:
        with self._begun(most_bytes) as program:
            try:
                made, errors = program.communicate(content, timeout=LONGEST_S)
            except subprocess.TimeoutExpired:
                program.kill()
                why = Phrase("cannot be made smaller: it took more than {longest:.0f} seconds", longest=LONGEST_S)
                raise NotMadeSmaller(why) from None
            finally:
                with self._turn:
                    self._program = None
        if self._is_given_up:
            raise _ends()
        return made, errors, program.returncode

    def _begun(self, most_bytes: int) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-P", "-m", "gateway.orders.smaller_image", str(most_bytes))
        with self._turn:
            if self._is_given_up:
                raise _ends()
            try:
                self._program = subprocess.Popen(  # noqa: S603  # our own
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
            except OSError as error:
                raise OrderNotNow(
                    Phrase("an image cannot be made smaller now: {error}", error=error.strerror)
                ) from error
            return self._program


def _ends() -> OrderNotNow:
    return OrderNotNow(Phrase("the gateway ends"))


def main(most_bytes: int) -> int:
    _give_way()
    from gateway.cameras.pictures.recompressed import recompressed

    made = recompressed(sys.stdin.buffer.read(), most_bytes, LEAST_PX)
    if made is None:
        return NO_PICTURE
    sys.stdout.buffer.write(made)
    return 0


def _give_way() -> None:
    """Whoever measures goes first, and where memory ends it is this program that does."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _GIVES_WAY)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
