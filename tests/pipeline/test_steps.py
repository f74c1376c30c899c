# SPDX-License-Identifier: Apache-2.0
"""The runner: reuse of what did not change, one build at a time, nothing half-written taken for a result."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flow import tool
from flow.errors import BuildError, ToolError, UsageError
from flow.pipeline import STEPS, Request, State, Step, run_steps, up_to
from flow.types import Shape
from tests.signals import heed_ctrl_c


def state(graph_folder: Path, root: Path, **changes: object) -> State:
    return State(Request(str(graph_folder), image=Shape(6, 5, 1), root=root, **changes))  # type: ignore[arg-type]


def step(name: str, run: Callable[[State], dict], key: str = "k", leaves: tuple[str, ...] = ()) -> Step:
    return Step(name, "a step", lambda _: [key], run, leaves)


def writer(calls: list[str], key: str) -> Step:
    """A step that leaves the file `out` with its key in it."""

    def run(state: State) -> dict:
        calls.append(key)
        state.workspace.path("out").write_text(key)
        return {"key": key}

    return step("a", run, key, leaves=("out",))


def test_an_unchanged_step_is_reused(graph_folder: Path, tmp_path: Path) -> None:
    calls = []
    steps = [step("a", lambda s: calls.append(1) or {"n": len(calls)})]
    for _ in range(3):
        assert run_steps(state(graph_folder, tmp_path / "b"), steps, quiet=True)["a"] == {"n": 1}
    assert len(calls) == 1


def test_a_changed_key_runs_again_and_the_old_one_is_kept(graph_folder: Path, tmp_path: Path) -> None:
    calls: list[str] = []

    def run(key: str) -> None:
        run_steps(
            state(graph_folder, tmp_path / "b"),
            [step("a", lambda s: calls.append(key) or {"key": key}, key)],
            quiet=True,
        )

    for key in ("x", "y", "x"):
        run(key)
    assert calls == ["x", "y"]


def test_files_are_written_anew_when_another_build_was_there_last(graph_folder: Path, tmp_path: Path) -> None:
    calls: list[str] = []
    for key in ("x", "y", "y", "x"):
        run_steps(state(graph_folder, tmp_path / "b"), [writer(calls, key)], quiet=True)
        assert (tmp_path / "b" / "small" / "out").read_text() == key
    assert calls == ["x", "y", "x"]


def test_files_are_written_anew_when_one_is_gone(graph_folder: Path, tmp_path: Path) -> None:
    calls: list[str] = []
    for _ in range(2):
        run_steps(state(graph_folder, tmp_path / "b"), [writer(calls, "x")], quiet=True)
        (tmp_path / "b" / "small" / "out").unlink()
    assert calls == ["x", "x"]


def test_a_step_that_dies_leaves_no_result(graph_folder: Path, tmp_path: Path) -> None:
    def dies(_: State) -> dict:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_steps(state(graph_folder, tmp_path / "b"), [step("a", dies, leaves=("out",))], quiet=True)
    assert run_steps(
        state(graph_folder, tmp_path / "b"), [step("a", lambda s: {"n": 1}, leaves=("out",))], quiet=True
    ) == {"a": {"n": 1}}


def test_a_damaged_result_counts_as_none(graph_folder: Path, tmp_path: Path) -> None:
    steps = [step("a", lambda s: {"n": 1})]
    run_steps(state(graph_folder, tmp_path / "b"), steps, quiet=True)
    (found,) = (tmp_path / "b" / ".cache" / "a").iterdir()
    found.write_text(found.read_text()[:20])
    assert run_steps(state(graph_folder, tmp_path / "b"), steps, quiet=True)["a"] == {"n": 1}


def test_two_builds_in_one_folder(graph_folder: Path, tmp_path: Path) -> None:
    first, second = state(graph_folder, tmp_path / "b"), state(graph_folder, tmp_path / "b")
    with (
        first.workspace.locked(),
        pytest.raises(BuildError, match="another build is running"),
        second.workspace.locked(),
    ):
        pass
    with second.workspace.locked():
        pass


def test_an_unknown_step() -> None:
    with pytest.raises(UsageError, match="lower"):
        up_to(STEPS, "bitstream")


def test_the_default_board_has_no_suffix(graph_folder: Path, tmp_path: Path) -> None:
    assert state(graph_folder, tmp_path).workspace.folder == tmp_path / "small"
    assert state(graph_folder, tmp_path, board="kv260").workspace.folder == tmp_path / "small"
    assert state(graph_folder, tmp_path, board="pynq_z2").workspace.folder == tmp_path / "small-pynq_z2"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_tools_that_threads_wait_for(tmp_path: Path, how: signal.Signals) -> None:
    """As when g++ compiles in a pool: the pool ends when its threads do."""
    program = (
        "from concurrent.futures import ThreadPoolExecutor; from flow import tool; tool.heed_signals()\n"
        "with ThreadPoolExecutor() as pool:\n"
        f"    waiting = pool.submit(tool.call, ['sh', '-c', 'echo $$ > {tmp_path}/pid; sleep 600 & wait'])\n"
        "    waiting.result()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL, preexec_fn=heed_ctrl_c)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(how)
    assert process.wait(timeout=30) != 0
    while works(int((tmp_path / "pid").read_text())):
        assert time.monotonic() < deadline, "a tool works on"
        time.sleep(0.01)


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_ends_without_a_traceback_and_the_next_build_is_whole(
    graph_folder: Path, tmp_path: Path, how: signal.Signals, code: int
) -> None:
    command = [sys.executable, "-m", "flow.cli", "csim", str(graph_folder), "--image", "6x5", "--images", "4"]
    command += ["--build-root", str(tmp_path / "b")]
    running = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, preexec_fn=heed_ctrl_c
    )
    deadline = time.monotonic() + 60
    assert running.stderr
    seen = ""
    while "csim" not in seen and time.monotonic() < deadline:
        seen += running.stderr.read(1)
    running.send_signal(how)
    rest = running.stderr.read()
    assert running.wait(timeout=60) == code, rest
    assert ("interrupted" in rest) == (how == signal.SIGINT) and "Traceback" not in rest
    again = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert again.returncode == 0, again.stderr
    assert "0 mismatches" in again.stdout


def side_by_side(name: str, run: Callable[[State], dict]) -> Step:
    return Step(name, "a step", lambda _: [name], run, beside=True)


def test_steps_side_by_side_wait_for_what_is_before_them_and_keep_their_results(
    graph_folder: Path, tmp_path: Path
) -> None:
    meeting = threading.Barrier(2, timeout=30)

    def meets(s: State) -> dict:
        meeting.wait()
        return {"n": s.results["a"]["n"] + 1}

    steps = [step("a", lambda s: {"n": 1}), side_by_side("b", meets), side_by_side("c", meets)]
    found = run_steps(state(graph_folder, tmp_path / "b"), [*steps, step("d", lambda s: dict(s.results))], quiet=True)
    assert found["b"] == found["c"] == {"n": 2} and set(found["d"]) == {"a", "b", "c"}
    meeting.abort()
    assert run_steps(state(graph_folder, tmp_path / "b"), steps, quiet=True)["c"] == {"n": 2}, "both are kept"


def works(pid: int) -> bool:
    """Whether a process is there and not just waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_first_error_ends_the_tools_of_the_steps_beside_it(graph_folder: Path, tmp_path: Path) -> None:
    started = threading.Event()

    def sleeps(_: State) -> dict:
        # A shell that starts what would go on by itself, as compilers do.
        command = ["sh", "-c", f"(sleep 600; touch {tmp_path / 'late'}) & echo $! > {tmp_path / 'pid'}; wait"]
        with tool.started(command) as process:
            while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text().strip():
                time.sleep(0.01)
            started.set()
            if process.wait():
                raise ToolError("sleep: ended")
        return {}

    def fails(_: State) -> dict:
        assert started.wait(timeout=30)
        raise BuildError("the first error")

    with pytest.raises(BuildError, match="the first error"):
        run_steps(
            state(graph_folder, tmp_path / "b"), [side_by_side("a", sleeps), side_by_side("b", fails)], quiet=True
        )
    deadline = time.monotonic() + 30
    while works(int((tmp_path / "pid").read_text())):
        assert time.monotonic() < deadline, "what a tool started works on"
        time.sleep(0.01)
    assert run_steps(state(graph_folder, tmp_path / "b"), [side_by_side("c", lambda s: {"n": tool.call(["true"])[0]})])
