"""Which shape the answer to each question has, by the question's path. Apart from the questions: only the document for
programs needs shapes, which take a megabyte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.web.api.shapes.clock import ClockShape
from gateway.web.api.shapes.common import HeldLimitShape
from gateway.web.api.shapes.destinations import DestinationDetailsShape
from gateway.web.api.shapes.history import ContinuityDayShape, DeliveriesShape, EventShape, GapShape, JournalEntryShape
from gateway.web.api.shapes.orders import ListedOrderShape, ShownOrderShape
from gateway.web.api.shapes.premises import CameraShape, PortsShape
from gateway.web.api.shapes.slot import ExplanationShape
from gateway.web.api.shapes.station import CheckShape, StatusShape

ANSWERS: Mapping[str, Any] = {
    "/status": StatusShape,
    "/check": CheckShape,
    "/clock": ClockShape,
    "/events": list[EventShape],
    "/deliveries/{destination}": DeliveriesShape,
    "/destinations/{destination}": DestinationDetailsShape,
    "/slots/{slot}": ExplanationShape,
    "/limits": list[HeldLimitShape],
    "/journal": list[JournalEntryShape],
    "/orders": list[ListedOrderShape],
    "/order": ShownOrderShape,
    "/ports": PortsShape,
    "/cameras": list[CameraShape],
    "/cameras/{camera}/gaps": list[GapShape],
    "/cameras/{camera}/continuity": list[ContinuityDayShape],
}
