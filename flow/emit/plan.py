# SPDX-License-Identifier: Apache-2.0
"""A plan is what an emitter returns: path -> content. Nothing touches the disk before `write`."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from flow.errors import BuildError

Content = str | bytes


class Plan(Mapping[str, Content]):
    """Files of a project by relative path.

    >>> Plan({"a.txt": "1"}).digest[:8]
    '34c08dde'
    """

    def __init__(self, files: Mapping[str, Content]) -> None:
        self._files = dict(sorted(files.items()))

    def __getitem__(self, path: str) -> Content:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __or__(self, other: Mapping[str, Content]) -> Plan:
        return Plan({**self._files, **other})

    @property
    def digest(self) -> str:
        """sha256 of paths and contents."""
        state = hashlib.sha256()
        for path, content in self.items():
            data = _bytes(content)
            state.update(f"{path}\0{len(data)}\0".encode())
            state.update(data)
        return state.hexdigest()

    def write(self, folder: Path) -> list[Path]:
        """Write files whose content changed, each atomically; return those written.

        Raises:
            BuildError: the folder cannot be written or the disk is full; files already there stay whole.
        """
        written = []
        for path, content in self.items():
            target = Path(folder) / path
            data = _bytes(content)
            if not (target.is_file() and target.read_bytes() == data):
                write_atomic(target, data)
                written.append(target)
        return written


def write_atomic(target: Path, content: Content) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        BuildError: the folder cannot be written or the disk is full.
    """
    name = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(_bytes(content))
        os.chmod(name, 0o644)
        os.replace(name, target)
    except OSError as error:
        raise BuildError(
            f"{target}: cannot be written ({error.strerror}); free space or choose another folder"
        ) from error
    finally:
        if name and os.path.exists(name):
            os.unlink(name)


def _bytes(content: Content) -> bytes:
    return content.encode() if isinstance(content, str) else content
