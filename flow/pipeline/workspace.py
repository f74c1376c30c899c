# SPDX-License-Identifier: Apache-2.0
"""The build folder: one lock, results cached by digest, nothing half-written."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flow.emit.plan import write_atomic
from flow.errors import BuildError

ROOT = Path(__file__).resolve().parents[2]
CODE = ("flow", "qmodels", "reports", "hls_templates", "rtl_templates")


class Workspace:
    """`build/<model>/` or `build/<model>-<board>/`, with the results of its steps."""

    def __init__(self, root: Path, name: str) -> None:
        self.folder = root / name
        self.cache = root / ".cache"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone.

        Raises:
            BuildError: another build holds it, or it cannot be written.
        """
        path = self.folder / ".lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise BuildError(
                f"{self.folder}: cannot be written ({error.strerror}); choose another --build-root"
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise BuildError(f"{self.folder}: another build is running in it; wait until it ends") from error
        finally:
            os.close(handle)

    def path(self, *parts: str) -> Path:
        """A path in the build folder."""
        return self.folder.joinpath(*parts)

    def cached(self, step: str, key: str) -> dict[str, Any] | None:
        """Result of a step for a key, or None; a damaged file counts as none."""
        try:
            found = json.loads(self._file(step, key).read_text())
        except (OSError, ValueError):
            return None
        return found["result"] if isinstance(found, dict) and found.get("key") == key else None

    def remember(self, step: str, key: str, result: dict[str, Any]) -> None:
        """Keep a result; written whole or not at all."""
        write_atomic(self._file(step, key), json.dumps({"step": step, "key": key, "result": result}, indent=1))

    def _file(self, step: str, key: str) -> Path:
        return self.cache / step / f"{key}.json"


def key_of(*parts: Any) -> str:
    """A digest of JSON-able parts and of the code that reads them."""
    text = json.dumps([*parts, code_digest()], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def code_digest() -> str:
    """sha256 of every source file of the flow: a changed flow never reuses an old result."""
    state = hashlib.sha256()
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                state.update(str(path.relative_to(ROOT)).encode())
                state.update(path.read_bytes())
    return state.hexdigest()
