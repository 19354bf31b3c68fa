"""The section `web` of a configuration, for whoever is about the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.web import WebSettings


def page_settings(configuration: Configuration) -> WebSettings:
    """
    Raises:
        ConfigError: the station has no page. Starting again will not mend it.
    """
    if configuration.web is None:
        right = Phrase('add web: {listen: "127.0.0.1:8080"}')
        raise ConfigError(
            (Problem(str(configuration.file), 0, "web", Phrase("is missing: the station has no page"), right),)
        )
    return configuration.web
