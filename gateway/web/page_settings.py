"""The section `web` of a configuration, for whoever is about the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.errors import GatewayError

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.web import WebSettings


def page_settings(configuration: Configuration) -> WebSettings:
    """
    Raises:
        GatewayError: the station has no page.
    """
    if configuration.web is None:
        raise GatewayError(f'{configuration.file} has no page: add web: {{listen: "127.0.0.1:8080"}}')
    return configuration.web
