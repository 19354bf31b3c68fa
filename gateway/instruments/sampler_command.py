"""The automatic sampler's command, from the configuration: what is written once, and where it shows. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config import Link, SamplerSettings
from gateway.config.units import show_duration
from gateway.core.phrase import Phrase
from gateway.instruments.modbus.questions import read_question, write_question
from gateway.instruments.question import Question
from gateway.instruments.register_command import RegisterCommand
from gateway.instruments.register_plan import Request


def sampler_command(sampler: SamplerSettings) -> RegisterCommand:
    """Take a sample: each time that this is written, one is taken."""
    return RegisterCommand(
        sampler.unit, sampler.target, sampler.written, *sampler.shown, sampler.expected, sampler.within_s
    )


def sampler_questions(sampler: SamplerSettings, link: Link) -> Iterator[Question]:
    """What a command sends, from the configuration alone."""
    once = Phrase("for a sample, at most every {show_duration}", show_duration=show_duration(sampler.min_interval))
    yield write_question(sampler.unit, str(sampler.target), sampler.written, link, once)
    place, kind, _ = sampler.shown
    until = Phrase(
        "after it, until it shows {expected}, at most {show_duration}",
        expected=sampler.expected,
        show_duration=show_duration(sampler.confirm_within),
    )
    yield read_question(sampler.unit, Request(place.table, place.address, kind.registers, ()), link, until)
