"""What differs between the releases of PyAV: 18 is the last one for Python 3.11, 19 the one for newer ones."""

from __future__ import annotations

from typing import Any, cast

import av
from av.container import InputContainer

_FORGIVING: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
"""19 forgives by itself, and knows no such word."""


def open_file(file: Any, **how: Any) -> InputContainer:
    """To be read, whatever texts in it were damaged to. Raises as `av.open`."""
    return cast(InputContainer, av.open(file, "r", **_FORGIVING, **how))
