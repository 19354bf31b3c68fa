"""The certificate of what listens here, and its key: both, or neither."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationInfo

from gateway.config.file.form_error import FormError
from gateway.config.secrets import Secret
from gateway.core.phrase import Phrase


def check_belong_together(key: Secret | None, siblings: ValidationInfo[Any], what_now: Phrase) -> Secret | None:
    """To be asked of `key`, which stands behind `certificate`. `what_now`: how it would be right.

    Raises:
        FormError: one is there without the other.
    """
    if "certificate" not in siblings.data:  # it was refused: one fault is enough
        return key
    if (siblings.data["certificate"] is None) != (key is None):
        raise FormError(Phrase("is missing") if key is None else Phrase("has no certificate beside it"), what_now)
    return key
