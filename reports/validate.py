# SPDX-License-Identifier: Apache-2.0
"""The part of JSON Schema (2020-12) that report.schema.json and parsed.schema.json use, strictly."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from importlib import resources
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KEYWORDS = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "properties", "required", "additionalProperties",
    "items", "enum", "const", "minimum", "exclusiveMinimum", "maximum", "pattern", "minLength", "maxLength",
}  # fmt: skip


@cache
def report_schema() -> dict[str, Any]:
    """The JSON Schema of report.json."""
    return _read("report.schema.json")


@cache
def parsed_schema() -> dict[str, Any]:
    """The JSON Schema of what `python -m reports parse --json` prints."""
    return _read("parsed.schema.json")


def _read(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((resources.files("reports") / name).read_text(encoding="utf-8"))
    return schema


def problems(
    value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, place: str = ""
) -> list[tuple[str, str]]:
    """What breaks a schema: (field, text) each; empty where the value keeps it."""
    root = root or schema
    unknown = set(schema) - _KEYWORDS
    if unknown:
        raise ValueError(f"schema keyword {sorted(unknown)} is not supported")
    if "$ref" in schema:
        return problems(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, place)
    found = _scalar(value, schema)
    if found:
        return [(place or "report", text) for text in found]
    if isinstance(value, dict):
        return _object(value, schema, root, place)
    if isinstance(value, list):
        nested = schema.get("items", {})
        return [p for i, item in enumerate(value) for p in problems(item, nested, root, f"{place}[{i}]")]
    return []


def _scalar(value: Any, schema: dict[str, Any]) -> list[str]:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"expected {' or '.join(kinds)}, found {_short(value)}"]
    if isinstance(value, float) and not math.isfinite(value):
        return [f"expected a finite number, found {value}"]
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"expected {schema['const']!r}, found {_short(value)}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"expected one of {', '.join(map(str, schema['enum']))}; found {_short(value)}")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            found.append(f"expected at least {schema['minimum']}, found {_short(value)}")
        if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
            found.append(f"expected more than {schema['exclusiveMinimum']}, found {_short(value)}")
        if "maximum" in schema and value > schema["maximum"]:
            found.append(f"expected at most {schema['maximum']}, found {_short(value)}")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"expected text like {schema['pattern']}, found {_short(value)}")
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            found.append(f"text of {len(value)} characters is too short or too long")
    return found


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], place: str) -> list[tuple[str, str]]:
    found = [(_join(place, key), "is missing") for key in schema.get("required", ()) if key not in value]
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", True)
    for key, item in value.items():
        if key in known:
            found += problems(item, known[key], root, _join(place, key))
        elif other is False:
            found.append((_join(place, key[:60]), f"is unknown; known: {', '.join(known)}"))
        elif isinstance(other, dict):
            found += problems(item, other, root, _join(place, key))
    return found


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
