# SPDX-License-Identifier: Apache-2.0
"""Frozen dataclasses to JSON values and back. None and empty optional sections are absent in JSON."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """A JSON value of dataclasses, tuples and mappings."""
    if is_dataclass(value):
        out = {}
        for entry in fields(value):
            item = getattr(value, entry.name)
            optional = entry.default is not MISSING or entry.default_factory is not MISSING
            if not (optional and (item is None or (isinstance(item, (tuple, Mapping)) and not item))):
                out[entry.name] = to_json(item)
        return out
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    return value


def from_json(cls: type[T], data: Any) -> T:
    """A dataclass from a JSON value that keeps its schema."""
    hints = _hints(cls)  # type: ignore[arg-type]
    return cls(**{key: _value(hints[key], item) for key, item in data.items()})


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _value(hint: Any, item: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [arg for arg in get_args(hint) if arg is not types.NoneType]
        return _value(inner[0], item)
    if origin is tuple:
        return tuple(_value(get_args(hint)[0], entry) for entry in item)
    if is_dataclass(hint) and isinstance(hint, type):
        return from_json(hint, item)
    return item
