# SPDX-License-Identifier: Apache-2.0
"""Reading files and JSON without surprises."""

from __future__ import annotations

import json
import math
import os
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from reports.errors import ReportError

LARGEST = 512 * 2**20


def read_text(path: Path) -> str:
    """Text of a file.

    Raises:
        ReportError: missing, not readable, empty, too large, or binary.
    """
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise ReportError(str(path), f"larger than {LARGEST} bytes; not a report")
        data = path.read_bytes()
    except OSError as error:
        raise ReportError(str(path), f"cannot be read ({error.strerror})") from error
    if b"\0" in data:
        raise ReportError(str(path), "holds NUL bytes; not a text report")
    text = data.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise ReportError(str(path), "is empty")
    return text


def read_json(text: str, file: str) -> Any:
    """A JSON value; NaN, infinities and repeated keys are refused.

    Raises:
        ReportError: not JSON, truncated, or nested beyond reason.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            repeated = sorted({key for key, _ in items if sum(key == other for other, _ in items) > 1})
            raise ReportError(file, f"key {repeated[0]!r} appears twice in one object")
        return found

    def constant(name: str) -> NoReturn:
        raise ReportError(file, f"{name} is not a number of JSON")

    def decimal(digits: str) -> float:
        value = float(digits)
        return value if math.isfinite(value) else constant(digits)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=decimal)
    except json.JSONDecodeError as error:
        raise ReportError(file, f"is not JSON, or truncated ({error.msg})", f"line {error.lineno}") from error
    except (RecursionError, ValueError) as error:
        raise ReportError(file, "is not usable JSON (nested too deeply, or a number too large)") from error


def write_atomic(path: Path, text: str) -> None:
    """Write a text file so that it is there whole or not at all.

    Raises:
        ReportError: the folder cannot be written, or the disk is full.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
        name = ""
    except OSError as error:
        raise ReportError(str(path), f"cannot be written ({error.strerror})") from error
    finally:
        if name and os.path.exists(name):
            os.unlink(name)
