"""What is needed once and would stay in memory for months is made in a child process: only its result comes back."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections.abc import Callable


def pickled_in_child(make: Callable[[], object], meanwhile: Callable[[], object]) -> bytes | None:
    """What `make` returns, by pickle; `None`: it raised, which the child tells on stderr, or the child was killed. To
    be called before there are threads. `meanwhile`: what this process does while the child is at it."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            with os.fdopen(writer, "wb") as channel:
                channel.write(pickle.dumps(make()))
            code = 0
        finally:
            if isinstance(unforeseen := sys.exception(), Exception):
                traceback.print_exception(unforeseen)
            os._exit(code)  # whatever happens, the child never goes on with its parent's work
    os.close(writer)
    with os.fdopen(reader, "rb") as channel:
        meanwhile()
        content = channel.read()
    return None if os.waitpid(child, 0)[1] else content
