"""The document that says what programs may ask and what is answered: OpenAPI 3.1, made from the questions and from the
shapes of their answers."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from gateway import __version__
from gateway.web.api.question import API, PROBLEM_TYPE, ApiParameter, ApiQuestion
from gateway.web.api.shapes.answers import ANSWERS

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_FAILURES = {
    "400": "What was asked makes no sense; detail says what would.",
    "401": "A log-in or the token is needed.",
    "403": "Whoever is logged in may not ask this.",
    "404": "It does not exist.",
    "503": "The database cannot be read, or not now.",
}


def openapi(questions: Iterable[ApiQuestion]) -> dict[str, Any]:
    """The whole document."""
    schemas: dict[str, Any] = {}
    paths = {one.address: {"get": _operation(one, schemas)} for one in questions}
    schemas["Problem"] = {
        "type": "object",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
        "required": ["type", "title", "status"],
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Station Gateway",
            "version": __version__,
            "description": "What the commands print with --json. Keys stay; new ones may come. Only looks.",
        },
        "servers": [{"url": "/"}],
        "paths": paths | {f"{API}/openapi.json": {"get": _own_operation()}},
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _operation(question: ApiQuestion, schemas: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": "As the command answers.", "content": _content(schema_of(ANSWERS[question.path], schemas))}
    return {
        "operationId": question.path.strip("/").replace("/", "_").replace("{", "").replace("}", ""),
        "summary": question.says,
        "description": f"`gateway {question.command} --json`",
        "parameters": [_parameter(one) for one in question.parameters],
        "responses": {"200": answer} | _problems(),
    }


def _own_operation() -> dict[str, Any]:
    content = _content({"type": "object"})
    return {
        "operationId": "openapi",
        "summary": "This document.",
        "responses": {"200": {"description": "OpenAPI 3.1.", "content": content}} | _problems(),
    }


def _problems() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        code: {"description": words, "content": {PROBLEM_TYPE: {"schema": schema}}} for code, words in _FAILURES.items()
    }


def _content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _parameter(one: ApiParameter) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if one.choices:
        schema["enum"] = list(one.choices)
    return {
        "name": one.name,
        "in": "path" if one.is_in_path else "query",
        "required": one.is_in_path,
        "description": one.says,
        "schema": schema,
    }


def schema_of(shape: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a shape; what has a name is put among `schemas` and named here."""
    origin, arguments = get_origin(shape), get_args(shape)
    if shape is Any:
        return {}
    if shape in _PLAIN:
        return {"type": _PLAIN[shape]}
    if origin in (Union, types.UnionType):
        return _any_of([schema_of(one, schemas) for one in arguments])
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0], schemas)}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1], schemas)}
    if is_typeddict(shape):
        return _object(shape, schemas)
    raise TypeError(f"{shape!r} is no shape of JSON")


def _any_of(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Plain kinds together, as one list of types."""
    kinds = [one["type"] for one in schemas if set(one) == {"type"}]
    return {"type": kinds} if len(kinds) == len(schemas) else {"anyOf": schemas}


def _object(shape: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    name = shape.__name__.removesuffix("Shape")
    if name not in schemas:
        schemas[name] = {}
        properties, required = {}, []
        for key, kind in get_type_hints(shape, include_extras=True).items():
            is_optional = get_origin(kind) is NotRequired
            inner = get_args(kind)[0] if get_origin(kind) in (NotRequired, Required) else kind
            properties[key] = schema_of(inner, schemas)
            if not is_optional:
                required.append(key)
        schemas[name] = {"type": "object", "properties": properties, "required": required}
    return {"$ref": f"#/components/schemas/{name}"}
