"""Where the gateway of a configuration keeps its data, whatever is wrong with the file just now: whoever asks whether
it runs must not take a spoilt file for a gateway that stands."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.config.file.document import read_document
from gateway.config.file.nodes import LARGEST
from gateway.config.interview.places import usual_places
from gateway.config.storage import Storage, storage_in
from gateway.core.errors import ConfigError

_SECTION = re.compile(r"^storage[ \t]*:(?P<inside>.*(?:\n(?:[ \t#].*)?)*)", re.MULTILINE)
_PATH = re.compile(r"(?:^|[\s{,])path[ \t]*:[ \t]*[\"']?(?P<path>/[^\"',}\s]+)")


def storage_of(config: Path) -> Path | None:
    """As far as the file tells, though it be no YAML; else the usual one of a file in this folder. `None`: nothing
    tells, as of an empty file in some other folder."""
    try:
        return storage_in(read_document(config).content)
    except ConfigError:
        text, folder = _text_of(config), config.absolute().parent.name
    for section in _SECTION.finditer(text):
        if written := _PATH.search(section["inside"]):
            return Path(written["path"])
    is_usual = folder.startswith(Storage().path.name)
    return Path(usual_places(folder).storage) if is_usual or text else None


def _text_of(config: Path) -> str:
    """What can be read of it; nothing of a disk's zeros after a power cut."""
    try:
        with config.open("rb") as opened:
            return opened.read(LARGEST).decode("utf-8", "replace").strip("\0\ufeff \r\n\t")
    except OSError:
        return ""
