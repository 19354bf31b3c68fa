"""`--answers`: what a person would say and do, written down beforehand, so that the checklist runs without anybody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway.acceptance.list_file import read_text, validated
from gateway.config.section import Flag, Number, Section, Words
from gateway.core.acceptance import StepName
from gateway.core.phrase import Phrase


class ConfirmedAnswers(Section):
    limits: Flag | None = None
    machine_ran_on: Flag | None = None
    """That the program was ended, and not the power cut, counts: on a bench."""


class DoneAnswers(Section):
    """Commands that are run when it is asked for, one after the other, each as a list of words: no shell reads them."""

    calibrating: tuple[tuple[str, ...], ...] = ()
    calibrating_after: tuple[tuple[str, ...], ...] = ()
    fault: tuple[tuple[str, ...], ...] = ()
    fault_after: tuple[tuple[str, ...], ...] = ()
    line_cut: tuple[tuple[str, ...], ...] = ()
    line_restore: tuple[tuple[str, ...], ...] = ()
    power: tuple[tuple[str, ...], ...] = ()
    handover: tuple[tuple[str, ...], ...] = ()
    measuring: tuple[tuple[str, ...], ...] = ()


class ScriptedAnswers(Section):
    """`display`: what each instrument's display shows, by the line's symbol; a text: it has none, and why. `skip`: why,
    by step."""

    enterprise: Words | None = None
    integrator: Words | None = None
    authority: Words | None = None
    place: Words | None = None
    remarks: tuple[Words, ...] = ()
    display: Mapping[str, Number | Words] = {}
    confirm: ConfirmedAnswers = ConfirmedAnswers()
    skip: Mapping[StepName, Words] = {}
    do: DoneAnswers = DoneAnswers()


def read_answers(path: Path) -> ScriptedAnswers:
    """
    Raises:
        ConfigError: it cannot be read, or is of another form; every fault with its line.
    """
    _, text = read_text(path)
    return validated(path, text, ScriptedAnswers, Phrase("begin with display:"))
