"""Drafts the notice: from what was found, a template, and a language, to the bytes of a letter."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.reports.document import Heading
from gateway.reports.interruptions import Interruption
from gateway.reports.letter import drawn, page, word
from gateway.reports.letter.fields import fields_of
from gateway.texts import Wording


class LetterForm(StrEnum):
    DOCX = "docx"
    HTML = "html"


def blank(form: LetterForm, wording: Wording) -> bytes:
    """The template that ships, for a user to make his own of.

    Raises:
        GatewayError: python-docx is not installed.
    """
    if form is LetterForm.HTML:
        return page.template(wording.texts).encode("utf-8")
    return word.bytes_of(drawn.template(wording.texts))


def notice(
    form: LetterForm,
    heading: Heading,
    reported: Sequence[Interruption],
    wording: Wording,
    template: Path | None = None,
    addressee: str | None = None,
) -> bytes:
    """The letter that tells of these interruptions.

    Raises:
        GatewayError: the template cannot be read, or has a placeholder that is not known; python-docx is not installed.
    """
    fields = fields_of(heading, reported, wording, addressee)
    if form is LetterForm.HTML:
        source = page.template(wording.texts) if template is None else _read(template)
        return page.fill(source, fields).encode("utf-8")
    document = drawn.template(wording.texts) if template is None else word.opened(template)
    word.fill(document, fields)
    return word.bytes_of(document)


def _read(template: Path) -> str:
    try:
        return template.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayError(f"{template} cannot be read as UTF-8 text: {error}") from error
