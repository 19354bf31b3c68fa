"""gateway.yaml(5), out of the configuration's own sections, and with an example of `config/` whole.

python -m config.debian.configuration_page FOLDER     writes gateway.yaml.5

What each key means is said in the guides, once. Here stands which sections there are, what they are for, and a file
that works.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from config.debian.man_pages import escaped, head
from gateway.cli.options import DEFAULT_CONFIG
from gateway.config.configuration import Sections

EXAMPLE = Path(__file__).parents[1] / "wastewater.yaml"
GUIDES = "/usr/share/doc/station-gateway"
_IN_OTHER_WORDS = {
    "instruments": "what is polled: each instrument, its link, and its parameters with registers, scales and limits.",
    "cameras": "the cameras, the disk for their video, and the relay over which the authority looks.",
    "alerts": "who is told what begins and ends: by webhook, mail or a command.",
}
"""Sections of several kinds, each described where it is."""


def page() -> str:
    """In roff (man macros, man(7))."""
    lines = [
        *head("gateway.yaml", 5),
        ".SH NAME", r"gateway.yaml \- the configuration of a station",
        ".SH DESCRIPTION",
        escaped(
            f"{DEFAULT_CONFIG}, or the file that GATEWAY_CONFIG or --config names. YAML 1.2 in UTF-8. `gateway init`"
            " writes one, `gateway check` says every mistake with its line and what would be right. Unknown keys are"
            " refused; durations and sizes bear their unit (5min, 20GB); passwords are references: {file: PATH},"
            " {env: NAME} or {credential: NAME}."
        ),
        ".SH SECTIONS",
        *_sections(),
        ".SH EXAMPLE",
        f"{escaped(f'{GUIDES}/examples/{EXAMPLE.name}')}:", ".PP", ".nf",
        *(escaped(line) for line in EXAMPLE.read_text("utf-8").splitlines()),
        ".fi",
        ".SH FILES",
        ".TP", rf"\fI{escaped(f'{GUIDES}/examples/')}\fR", "A configuration of each kind of station.",
        ".TP", rf"\fI{escaped(f'{GUIDES}/docs/integrator.md')}\fR", "Every key, in English and in Vietnamese.",
        ".SH SEE ALSO",
        r"\fBgateway\fR(1), \fBgateway\-check\fR(1), \fBgateway\-init\fR(1)",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def described() -> dict[str, str]:
    """Section → what it is for, in the words of the module that reads it."""
    return {name: _IN_OTHER_WORDS.get(name) or _words(name, field) for name, field in Sections.model_fields.items()}


def _sections() -> Iterator[str]:
    for name, text in described().items():
        needed = " (needed)" if Sections.model_fields[name].is_required() else ""
        yield from (".TP", rf"\fB{escaped(name)}\fR{needed}", escaped(text))


def _words(name: str, field: Any) -> str:
    for kind in _kinds(field.annotation):
        told = importlib.import_module(kind.__module__).__doc__ or ""
        if found := re.match(rf"`{name}`: (.+?)(?:\n\n|$)", told, re.DOTALL):
            return " ".join(found[1].split())
    raise SystemExit(f"no module of the configuration says what the section {name} is for")


def _kinds(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gateway.yaml.5").write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
