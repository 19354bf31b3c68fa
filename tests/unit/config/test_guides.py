"""The guides: the integrator's name every key of links, instruments, sampler, clock, cameras and the box, and both
languages of the operator's explain the same things. Who cannot find a key does not use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args

import pytest

from gateway.config.alerts.command import CommandSettings
from gateway.config.alerts.mail import MailTargetSettings
from gateway.config.alerts.webhook import WebhookSettings
from gateway.config.box import BoxSettings
from gateway.config.cameras import CamerasSettings
from gateway.config.clock import ClockSettings
from gateway.config.equipment import EquipmentSettings
from gateway.config.instruments.instrument import Instrument
from gateway.config.links.link import Link
from gateway.config.ports.port import PortSettings
from gateway.config.ports.watching import PortsPolicy
from gateway.config.sampler import SamplerSettings
from gateway.config.section import Section
from tests.support import pages
from tests.support.pages import DOCS


def sections_in(annotation: Any) -> Iterator[type[Section]]:
    """The sections that a type is made of, and theirs."""
    if isinstance(annotation, type) and not isinstance(annotation, UnionType) and issubclass(annotation, Section):
        yield annotation
        for field in annotation.model_fields.values():
            yield from sections_in(field.annotation)
    for part in get_args(annotation):
        yield from sections_in(part)


def keys() -> set[str]:
    roots = (Link, Instrument, SamplerSettings, ClockSettings, CamerasSettings, BoxSettings, PortSettings, PortsPolicy)
    roots += (EquipmentSettings, WebhookSettings, MailTargetSettings, CommandSettings)
    sections = {section for root in roots for section in sections_in(root)}
    return {field.alias or name for section in sections for name, field in section.model_fields.items()}


def test_keys_of_every_depth_are_looked_for() -> None:
    assert {
        "baudrate",
        "from_current",
        "raw",
        "check_every",
        "id_from",
        "after",
        "is",
        "confirm_within",
        "leave_free",
    } <= keys()


@pytest.mark.parametrize("guide", ["integrator.md", "integrator.vi.md"])
def test_each_key_is_there(guide: str) -> None:
    text = "".join(map(pages.text_of, pages.guide(guide)))
    assert {key for key in keys() if not re.search(rf"(?<![\w.]){re.escape(key)}(?![\w])", text)} == set()


def explained(guide: str) -> tuple[list[str], int]:
    """What is code in the first column of each table, and every command of the examples as far as its options; and how
    many sentences stand in that column, which each guide quotes as they are said in its language."""
    text = (DOCS / guide).read_text("utf-8")
    rows = [row.split("|")[1] for row in text.splitlines() if row.startswith("| ")]
    commands = re.findall(r"^gateway [a-z]+", text, re.MULTILINE)
    quoted = [code for row in rows for code in re.findall(r"`([^`]+)`", row) if "{" not in code]
    codes = {code for code in quoted if " " not in code}
    return sorted(codes | set(commands)), len(quoted) - sum(" " not in code for code in quoted)


def test_the_operators_guide_explains_the_same_in_both_languages() -> None:
    assert len(explained("operator.md")[0]) > 50
    assert explained("operator.vi.md") == explained("operator.md")
