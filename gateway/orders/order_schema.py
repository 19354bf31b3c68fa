"""Whether an order has the form that it should: held against JSON Schema, which is data. Unknown members pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from gateway.core.errors import GatewayError
from gateway.core.order_faults import OrderFault
from gateway.core.phrase import Phrase
from gateway.core.plate import normal_plate
from gateway.orders.order_json import Order, pointer

_SCHEMAS = files("gateway.orders") / "schema"
_LARGEST_SCHEMA = 1_000_000
_MOST_TOLD = 20
_LONGEST_TOLD = 200
_KINDS = {
    "string": Phrase("a text"),
    "integer": Phrase("a whole number"),
    "number": Phrase("a number"),
    "boolean": Phrase("true or false"),
    "object": Phrase("an object"),
    "array": Phrase("a list"),
    "null": Phrase("null"),
}


class OrderSchema:
    """What the gateway needs of every order, and what the configured schema asks for."""

    def __init__(self, file: Path | None) -> None:
        """`file`: the integrator's; `None`: the gateway's own.

        Raises:
            GatewayError: it cannot be read, or is no JSON Schema.
        """
        named = (_SCHEMAS / "default.json").read_bytes() if file is None else _content(file)
        self._file = file
        self._validators = [
            _validator(json.loads((_SCHEMAS / "needed.json").read_bytes())),
            _validator(_schema(named, file)),
        ]

    def faults(self, order: Order) -> list[OrderFault]:
        """What is wrong, in the order of the members; empty: nothing is.

        Raises:
            GatewayError: the integrator's schema refers to what is not in it.
        """
        found: dict[str, OrderFault] = {}
        try:
            for validator in self._validators:
                for error in validator.iter_errors(order):
                    for fault in _told(error):
                        found.setdefault(fault.path, fault)
        except Unresolvable as error:
            raise GatewayError(
                Phrase(
                    "{file}: refers to {reference}, which is not in it",
                    file=self._file or "schema",
                    reference=error.ref,
                )
            ) from None
        if "/plate" not in found and normal_plate(order["plate"]) is None:
            found["/plate"] = OrderFault(
                "/plate", Phrase("is no number plate: write it such as 30E00555 or 30E-005.55")
            )
        return sorted(found.values(), key=lambda fault: fault.path)[:_MOST_TOLD]


def _told(error: ValidationError) -> Iterator[OrderFault]:
    """In our words, where it is one of the usual faults."""
    path = ""
    for part in error.absolute_path:
        path = pointer(path, part)
    value: Any = error.instance
    wanted: Any = error.validator_value
    match error.validator:
        case "required":
            for name in wanted:
                if name not in value:
                    yield OrderFault(pointer(path, name), Phrase("is missing"))
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else list(wanted)
            yield OrderFault(path, Phrase("is not {kind}", kind=_KINDS.get(kinds[0], kinds[0])))
        case "minimum" | "maximum":
            yield OrderFault(path, _out_of_bounds(path, value, wanted, is_less=error.validator == "minimum"))
        case "pattern" if path.startswith("/images/") and not path.endswith("/content"):
            yield OrderFault(path, Phrase("is no name of a file: without a folder, and with no dot in front"))
        case "pattern":
            yield OrderFault(path, Phrase("is not of the form {form}", form=_short(wanted)))
        case "anyOf" | "oneOf" if error.context:
            # Of what it could have been, that of which it has the kind already.
            yield from _told(next((one for one in error.context if one.validator != "type"), error.context[0]))
        case "not" if path == "/signatures":
            yield OrderFault(path, Phrase("is written by the gateway: remove it"))
        case _:
            yield OrderFault(path, Phrase("is not as the schema asks: {error}", error=_short(error.message)))


def _out_of_bounds(path: str, value: Any, bound: Any, *, is_less: bool) -> Phrase:
    if path.endswith("_ms"):
        return Phrase("is {value}, and is to be UNIX time in milliseconds, UTC", value=value)
    if path in ("/position/lat", "/position/lon"):
        return Phrase(
            "is {value}, and is to be decimal degrees of WGS84: lat from -90 to 90, lon from -180 to 180", value=value
        )
    if is_less:
        return Phrase("is {value}, less than {bound}", value=value, bound=bound)
    return Phrase("is {value}, more than {bound}", value=value, bound=bound)


def _short(text: object) -> str:
    words = str(text)
    return words if len(words) <= _LONGEST_TOLD else f"{words[:_LONGEST_TOLD]}…"


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    # The registry is empty: nothing is ever fetched that a schema refers to.
    return Draft202012Validator(schema, registry=Registry())


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_SCHEMA + 1)
    except OSError as error:
        raise GatewayError(Phrase("{file}: {error}", file=file, error=error.strerror)) from None
    if len(content) > _LARGEST_SCHEMA:
        raise GatewayError(Phrase("{file}: larger than {most:,} bytes", file=file, most=_LARGEST_SCHEMA))
    return content


def _schema(content: bytes, file: Path | None) -> Mapping[str, Any]:
    try:
        schema = json.loads(content)
        if not isinstance(schema, dict):
            raise GatewayError(Phrase("{file}: is no JSON object", file=file))
        Draft202012Validator.check_schema(schema)
    except (ValueError, RecursionError) as error:
        raise GatewayError(Phrase("{file}: is no JSON: {error}", file=file, error=error)) from None
    except SchemaError as error:
        raise GatewayError(
            Phrase("{file}: is no JSON Schema: {path}: {error}", file=file, path=error.json_path, error=error.message)
        ) from None
    return schema
