# SPDX-License-Identifier: Apache-2.0
"""A step, and the runner that reuses what did not change; steps that need nothing of each other run side by side."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from flow import tool
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
        beside: it needs nothing of its neighbours that say so too, leaves no files, and may run beside them.
    """

    name: str
    what: str
    key: Callable[[State], Sequence[Any]]
    run: Callable[[State], Result]
    leaves: tuple[str, ...] = ()
    beside: bool = False


def run_steps(state: State, steps: Sequence[Step], quiet: bool = False) -> dict[str, Result]:
    """Run steps in order under the lock of the build folder; reuse results whose key did not change.

    The first error or interrupt ends the steps that run beside it, and their tools; finished ones are kept.
    """
    with state.workspace.locked():
        todo = _Runner(state, steps, quiet)
        for together in _groups(steps):
            waiting = [step for step in together if not todo.reuse(step)]
            if len(waiting) > 1:
                todo.run_together(waiting)
            elif waiting:
                todo.run(waiting[0])
    return state.results


def _groups(steps: Sequence[Step]) -> list[list[Step]]:
    groups: list[list[Step]] = []
    for step in steps:
        if groups and step.beside and groups[-1][0].beside:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


class _Runner:
    def __init__(self, state: State, steps: Sequence[Step], quiet: bool) -> None:
        self._state, self._quiet = state, quiet
        self._marks = _read_marks(state)
        self._heads = {
            step.name: f"[{n}/{len(steps)}] {step.name}: {step.what} ... " for n, step in enumerate(steps, 1)
        }

    def reuse(self, step: Step) -> bool:
        """Take the result of an earlier run, if there is one and what it left is whole."""
        state, key = self._state, self._key(step)
        found = state.workspace.cached(step.name, key)
        if found is None or (step.leaves and not (self._marks.get(step.name) == key and _whole(state, step))):
            return False
        state.results[step.name] = found
        state.reused.add(step.name)
        self._say(self._heads[step.name] + "unchanged\n")
        return True

    def run(self, step: Step) -> None:
        """Run one step, telling of it as it starts and as it ends."""
        self._say(self._heads[step.name])
        self._say(self._run(step))

    def run_together(self, steps: Sequence[Step]) -> None:
        """Run steps at once, each in a thread; their work is done by tools. Tell of each as it ends."""
        from tqdm import tqdm

        self._say(f"running side by side: {', '.join(step.name for step in steps)}\n")
        executor = ThreadPoolExecutor(max_workers=len(steps))
        futures = {executor.submit(self._run, step): step for step in steps}
        try:
            for future in as_completed(futures):
                line = self._heads[futures[future].name] + future.result()
                if not self._quiet:
                    tqdm.write(line, file=sys.stderr, end="")  # above the bar of a step that still runs
        except BaseException:
            tool.stop_all()
            raise
        finally:
            executor.shutdown()
            tool.resume()

    def _run(self, step: Step) -> str:
        state, key, started = self._state, self._key(step), time.monotonic()
        if step.leaves:
            self._marks.pop(step.name, None)
            _write_marks(state, self._marks)
        result = step.run(state)
        state.workspace.remember(step.name, key, result)
        state.results[step.name] = result
        if step.leaves:
            self._marks[step.name] = key
            _write_marks(state, self._marks)
        return f"{time.monotonic() - started:.1f} s\n"

    def _key(self, step: Step) -> str:
        return key_of(step.name, *step.key(self._state))

    def _say(self, text: str) -> None:
        if not self._quiet:
            print(text, end="", file=sys.stderr, flush=True)


def up_to(steps: Sequence[Step], name: str) -> list[Step]:
    """The prefix of the steps that ends in `name`."""
    names = [step.name for step in steps]
    if name not in names:
        raise UsageError(f"step {name!r}: unknown; known steps: {', '.join(names)}")
    return list(steps[: names.index(name) + 1])


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
