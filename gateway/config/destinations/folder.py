"""`folder` of a destination: a strftime pattern, or one of the layouts among which the national receiver's operator
chooses, written as it stands in that list."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from gateway.config.file.form_error import FormError
from gateway.core.phrase import Phrase

DATE_CODES = "%Y %m %d %H %y %j"
LAYOUTS = {
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYY/ThangMM/NgayDD": "%Y/Thang%m/Ngay%d",
    "YYYYMMDD": "%Y%m%d",
    "YYYY/ThangMM/YYYYMMDD": "%Y/Thang%m/%Y%m%d",
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/ThangMM/DDMMYYYY": "%Y/Thang%m/%d%m%Y",
    "YYYY_MM_DD": "%Y_%m_%d",
    "YYYY/MM/DDMMYYYY": "%Y/%m/%d%m%Y",
}
"""The receiver's list, whole; the first is its default."""

_PART = re.compile(r"(?:[A-Za-z0-9._-]|%[YmdHyj])+", re.ASCII)


def parse_folder(text: str) -> str:
    """The strftime pattern that is meant. Every part must be non-empty, so that it stays below whatever it stands in.
    The empty pattern means: no folders.

    Raises:
        FormError: it is neither a pattern nor one of the receiver's layouts.
    """
    if text.removeprefix("/") in LAYOUTS:
        return LAYOUTS[text.removeprefix("/")]
    if "YYYY" in text:
        raise FormError(
            Phrase("{text!r} is none of the receiver's layouts", text=text),
            Phrase("these are {layouts}; or use {date_codes}", layouts=", ".join(LAYOUTS), date_codes=DATE_CODES),
        )
    for part in text.split("/") if text else ():
        if part in ("", ".", "..") or not _PART.fullmatch(part):
            raise FormError(
                Phrase("{text!r} is not a folder pattern", text=text),
                Phrase(
                    "write parts of letters, digits, '-', '_', '.' and the codes {date_codes}, joined by "
                    "single slashes, such as %Y/%m/%d",
                    date_codes=DATE_CODES,
                ),
            )
    return text


Folder = Annotated[str, AfterValidator(parse_folder)]
