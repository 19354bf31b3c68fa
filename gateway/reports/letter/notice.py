"""Drafts the notice: from what was found, a template, and a language, to the bytes of a letter."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.reports.document import Heading
from gateway.reports.interruptions import ListedInterruption
from gateway.reports.letter import docx_letter, docx_template, html_letter
from gateway.reports.letter.fields import fields_of
from gateway.texts import Wording

_OLD_PROMISES = (
    "được lưu giữ tại trạm và tự động gửi bù khi có kết nối trở lại",
    "is kept at the station and sent by itself once the connection is back",
)
"""In the templates that shipped until sentences depended on what had happened."""


class LetterFormat(StrEnum):
    DOCX = "docx"
    HTML = "html"


def blank(file_format: LetterFormat, wording: Wording) -> bytes:
    """The template that ships, for a user to make his own of.

    Raises:
        GatewayError: python-docx is not installed.
    """
    if file_format is LetterFormat.HTML:
        return html_letter.template(wording.texts).encode("utf-8")
    return docx_letter.bytes_of(docx_template.template(wording.texts))


def notice(
    file_format: LetterFormat,
    heading: Heading,
    reported: Sequence[ListedInterruption],
    wording: Wording,
    template: Path | None = None,
    addressee: str | None = None,
    *,
    of_one: bool = False,
) -> bytes:
    """The letter that tells of these interruptions; `of_one`: of this one alone, whatever time was asked for.

    Raises:
        GatewayError: the template cannot be read, or has a placeholder that is not known; python-docx is not installed.
    """
    fields = fields_of(heading, reported, wording, addressee, of_one=of_one)
    if file_format is LetterFormat.HTML:
        source = html_letter.template(wording.texts) if template is None else _read(template)
        return html_letter.fill(source, fields).encode("utf-8")
    document = docx_template.template(wording.texts) if template is None else docx_letter.opened(template)
    docx_letter.fill(document, fields)
    return docx_letter.bytes_of(document)


def _read(template: Path) -> str:
    try:
        return template.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayError(
            Phrase("{template_} cannot be read as UTF-8 text: {error}", template_=template, error=error)
        ) from error


def makes_an_old_promise(file_format: LetterFormat, template: Path) -> bool:
    """Whether a user's template has the sentence that older versions had, which is not true of every interruption.

    Raises:
        GatewayError: the template cannot be read.
    """
    text = _read(template) if file_format is LetterFormat.HTML else docx_letter.text_of(docx_letter.opened(template))
    return any(promise in " ".join(text.split()) for promise in _OLD_PROMISES)
