# SPDX-License-Identifier: Apache-2.0
"""A step, and the runner that reuses what did not change."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flow.emit.plan import write_atomic
from flow.errors import UsageError
from flow.pipeline.state import State
from flow.pipeline.workspace import key_of

Result = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One stage of the pipeline.

    Attributes:
        name: as on the command line.
        what: one line for the user.
        key: what the result depends on, besides the code; JSON-able.
        run: does the work and returns a JSON-able result.
        leaves: files and folders it leaves in the build folder; written anew when another build was there last, or when
            one of them is gone.
    """

    name: str
    what: str
    key: Callable[[State], Sequence[Any]]
    run: Callable[[State], Result]
    leaves: tuple[str, ...] = ()


def run_steps(state: State, steps: Sequence[Step], quiet: bool = False) -> dict[str, Result]:
    """Run steps in order under the lock of the build folder; reuse results whose key did not change."""
    with state.workspace.locked():
        marks = _read_marks(state)
        for number, step in enumerate(steps, 1):
            started = time.monotonic()
            _say(quiet, f"[{number}/{len(steps)}] {step.name}: {step.what} ... ", end="")
            key = key_of(step.name, *step.key(state))
            found = state.workspace.cached(step.name, key)
            if found is not None and (not step.leaves or (marks.get(step.name) == key and _whole(state, step))):
                state.results[step.name] = found
                state.reused.add(step.name)
                _say(quiet, "unchanged")
                continue
            if step.leaves:
                _write_marks(state, {name: mark for name, mark in marks.items() if name != step.name})
            state.results[step.name] = step.run(state)
            state.workspace.remember(step.name, key, state.results[step.name])
            if step.leaves:
                marks[step.name] = key
                _write_marks(state, marks)
            _say(quiet, f"{time.monotonic() - started:.1f} s")
    return state.results


def up_to(steps: Sequence[Step], name: str) -> list[Step]:
    """The prefix of the steps that ends in `name`."""
    names = [step.name for step in steps]
    if name not in names:
        raise UsageError(f"step {name!r}: unknown; known steps: {', '.join(names)}")
    return list(steps[: names.index(name) + 1])


def _say(quiet: bool, text: str, end: str = "\n") -> None:
    if not quiet:
        print(text, end=end, file=sys.stderr, flush=True)


def _whole(state: State, step: Step) -> bool:
    return all(state.workspace.path(name).exists() for name in step.leaves)


def _read_marks(state: State) -> dict[str, str]:
    try:
        marks = json.loads(state.workspace.path(".steps.json").read_text())
    except (OSError, ValueError):
        return {}
    return marks if isinstance(marks, dict) else {}


def _write_marks(state: State, marks: dict[str, str]) -> None:
    write_atomic(state.workspace.path(".steps.json"), json.dumps(marks, indent=1))
